"""M/G/1: Poisson arrivals, any law of service, one server, first come first served.

The Pollaczek-Khinchine formula (Pollaczek 1930, Khinchine 1932; Kleinrock vol. 1, 1975, section
5.6; Harchol-Balter 2013, chapter 23): waiting grows with the *variability* of service.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.distribution.distribution import Distribution
from simulator.experiment.theory.checks import not_negative, positive, stable


@dataclass(frozen=True, slots=True)
class MG1:
    """Arrivals per second, and mean (seconds) and variance (seconds squared) of service."""

    arrival_rate: float
    service_mean: float
    service_variance: float

    def __post_init__(self) -> None:
        positive(arrival_rate=self.arrival_rate, service_mean=self.service_mean)
        not_negative(service_variance=self.service_variance)
        stable(self.utilization)

    @classmethod
    def serving(cls, arrival_rate: float, service: Distribution) -> MG1:
        """The queue whose service follows a distribution."""
        return cls(arrival_rate, service.mean, service.variance)

    @property
    def utilization(self) -> float:
        """The share of time that the server is busy."""
        return self.arrival_rate * self.service_mean

    @property
    def squared_cv(self) -> float:
        """The squared coefficient of variation of service: 0 constant, 1 exponential."""
        return self.service_variance / self.service_mean**2

    @property
    def wait(self) -> float:
        """The mean time before service, in seconds: rho/(1 - rho) (1 + C²)/2 E[S]."""
        rho = self.utilization
        return rho / (1.0 - rho) * (1.0 + self.squared_cv) / 2.0 * self.service_mean

    @property
    def time(self) -> float:
        """The mean time in the system, in seconds."""
        return self.wait + self.service_mean

    @property
    def queue(self) -> float:
        """The mean number that wait."""
        return self.arrival_rate * self.wait

    @property
    def number(self) -> float:
        """The mean number in the system."""
        return self.arrival_rate * self.time
