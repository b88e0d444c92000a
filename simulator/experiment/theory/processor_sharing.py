"""M/G/1 with processor sharing: all who are there are served at once, at equal parts of the speed.

The number in the system is geometric, and the mean time is that of M/M/1 whatever the law of
service; a request of size x takes x/(1 - rho) on average (Kleinrock, *Queueing Systems* vol. 2,
1976, section 4.4; Harchol-Balter 2013, chapter 30).
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.experiment.theory.checks import positive, stable


@dataclass(frozen=True, slots=True)
class MG1ProcessorSharing:
    """Arrivals per second and mean service in seconds of a whole core."""

    arrival_rate: float
    service_mean: float

    def __post_init__(self) -> None:
        positive(arrival_rate=self.arrival_rate, service_mean=self.service_mean)
        stable(self.utilization)

    @property
    def utilization(self) -> float:
        """The share of the core in use."""
        return self.arrival_rate * self.service_mean

    @property
    def time(self) -> float:
        """The mean time in the system, in seconds: E[S]/(1 - rho)."""
        return self.time_of(self.service_mean)

    @property
    def number(self) -> float:
        """The mean number in the system: rho/(1 - rho)."""
        return self.arrival_rate * self.time

    def time_of(self, size: float) -> float:
        """The mean time of requests that need `size` seconds of a whole core: x/(1 - rho)."""
        return size / (1.0 - self.utilization)

    def holds(self, n: int) -> float:
        """The share of time that exactly n are in the system: (1 - rho) rho^n."""
        return (1.0 - self.utilization) * self.utilization**n
