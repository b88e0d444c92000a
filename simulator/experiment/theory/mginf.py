"""M/G/∞: a server for everyone. The number in the system is Poisson, whatever the law of service.

(Kleinrock vol. 1, 1975, section 3.4.)
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, fsum, lgamma, log

from simulator.experiment.theory.checks import positive


@dataclass(frozen=True, slots=True)
class MGInf:
    """Arrivals per second and mean service in seconds."""

    arrival_rate: float
    service_mean: float

    def __post_init__(self) -> None:
        positive(arrival_rate=self.arrival_rate, service_mean=self.service_mean)

    @property
    def number(self) -> float:
        """The mean number in the system: lambda E[S]."""
        return self.arrival_rate * self.service_mean

    @property
    def time(self) -> float:
        """The mean time in the system, in seconds: the service."""
        return self.service_mean

    def holds(self, n: int) -> float:
        """The share of time that exactly n are in the system."""
        return exp(n * log(self.number) - self.number - lgamma(n + 1))

    def exceeds(self, n: int) -> float:
        """The share of time that more than n are in the system."""
        # Summed from above, where the terms are small, as far as they matter.
        last = n + 1 + int(self.number) + 40 * (1 + int(self.number**0.5))
        return fsum(self.holds(each) for each in range(last, n, -1))
