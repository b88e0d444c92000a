"""M/M/1: Poisson arrivals, exponential service, one server, first come first served.

The time in the system is exponential and the number in it geometric (Kleinrock, *Queueing Systems*
vol. 1, 1975, section 3.2; Harchol-Balter, *Performance Modeling and Design of Computer Systems*,
2013, chapter 13).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log

from simulator.experiment.theory.checks import positive, share, stable


@dataclass(frozen=True, slots=True)
class MM1:
    """Arrivals per second and services per second; stable while the first is below the second."""

    arrival_rate: float
    service_rate: float

    def __post_init__(self) -> None:
        positive(arrival_rate=self.arrival_rate, service_rate=self.service_rate)
        stable(self.utilization)

    @property
    def utilization(self) -> float:
        """The share of time that the server is busy: lambda/mu."""
        return self.arrival_rate / self.service_rate

    @property
    def time(self) -> float:
        """The mean time in the system, in seconds: 1/(mu - lambda)."""
        return 1.0 / (self.service_rate - self.arrival_rate)

    @property
    def wait(self) -> float:
        """The mean time before service, in seconds: rho/(mu - lambda)."""
        return self.utilization * self.time

    @property
    def number(self) -> float:
        """The mean number in the system: rho/(1 - rho)."""
        return self.arrival_rate * self.time

    @property
    def queue(self) -> float:
        """The mean number that wait: rho^2/(1 - rho)."""
        return self.arrival_rate * self.wait

    def holds(self, n: int) -> float:
        """The share of time that exactly n are in the system: (1 - rho) rho^n."""
        return (1.0 - self.utilization) * self.utilization**n

    def time_exceeds(self, seconds: float) -> float:
        """The chance of more than so long in the system: e^(-(mu-lambda)t)."""
        return exp(-seconds / self.time)

    def time_quantile(self, p: float) -> float:
        """The time in the system that a share p does not exceed: -ln(1 - p)/(mu - lambda)."""
        share(p)
        return -log(1.0 - p) * self.time

    def wait_exceeds(self, seconds: float) -> float:
        """The chance of more than so long before service: rho e^(-(mu-lambda)t)."""
        return self.utilization * exp(-seconds / self.time)

    def wait_quantile(self, p: float) -> float:
        """The wait that a share p does not exceed; 0 for all who find the server free."""
        share(p)
        if 1.0 - p >= self.utilization:
            return 0.0
        return log(self.utilization / (1.0 - p)) * self.time
