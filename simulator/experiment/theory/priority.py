"""M/M/1 whose queue serves the more important class first.

Without preemption: Cobham (1954). With preemption and resumption: White and Christie (1958). Both
in Kleinrock, *Queueing Systems* vol. 2, 1976, chapter 3, and Harchol-Balter 2013, chapter 32.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

from simulator.experiment.theory.checks import positive, stable


@dataclass(frozen=True, slots=True)
class PriorityMM1:
    """Arrivals per second of each class, the most important first, and the service rate of all."""

    arrival_rates: Sequence[float]
    service_rate: float

    def __post_init__(self) -> None:
        positive(service_rate=self.service_rate)
        stable(self.utilization)

    @property
    def utilization(self) -> float:
        """The share of time that the server is busy."""
        return fsum(self.arrival_rates) / self.service_rate

    def _load(self, classes: int) -> float:
        """The utilization by the first so many classes."""
        return fsum(self.arrival_rates[:classes]) / self.service_rate

    def wait(self, place: int) -> float:
        """The mean time before service of class `place` (from 0) without preemption, in seconds.

        W0/((1 - s_{k-1})(1 - s_k)), where W0 = rho/mu is the mean rest of the service that an
        arrival finds, and s_k the load of its class and those before it.
        """
        rest = self.utilization / self.service_rate
        return rest / ((1.0 - self._load(place)) * (1.0 - self._load(place + 1)))

    def time(self, place: int) -> float:
        """The mean time in the system of class `place` without preemption, in seconds."""
        return self.wait(place) + 1.0 / self.service_rate

    def time_preempting(self, place: int) -> float:
        """The mean time in the system of class `place` that interrupts those below, in seconds."""
        above, upto = self._load(place), self._load(place + 1)
        return (1.0 / self.service_rate) * (
            1.0 / (1.0 - above) + upto / ((1.0 - above) * (1.0 - upto))
        )
