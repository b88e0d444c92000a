"""Fan-out: a request that waits for the slowest of k parts.

Without queueing it is the maximum of k independent times; with queueing each part waits in a queue
of its own, and the queues depend on each other because they fill at the same moments.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import expm1, fsum, log, log1p

from simulator.experiment.theory.checks import positive, share
from simulator.experiment.theory.mm1 import MM1


def harmonic(k: int) -> float:
    """H_k = 1 + 1/2 + ... + 1/k."""
    return fsum(1.0 / i for i in range(1, k + 1))


@dataclass(frozen=True, slots=True)
class SlowestOf:
    """The longest of k independent exponential times of a mean in seconds."""

    k: int
    mean_of_one: float

    def __post_init__(self) -> None:
        positive(k=self.k, mean_of_one=self.mean_of_one)

    @property
    def mean(self) -> float:
        """H_k times the mean: the last of k is ln k means late, not k."""
        return harmonic(self.k) * self.mean_of_one

    def quantile(self, p: float) -> float:
        """The time that a share p does not exceed: -ln(1 - p^(1/k)) means."""
        share(p)
        if p == 0.0:
            return 0.0
        return -log(-expm1(log(p) / self.k)) * self.mean_of_one


def any_slow(k: int, slow: float) -> float:
    """The chance that at least one of k parts is slow: 1 - (1 - p)^k (Dean and Barroso 2013)."""
    return -expm1(k * log1p(-slow))


@dataclass(frozen=True, slots=True)
class ForkJoin:
    """Every request puts one part into each of k M/M/1 queues and waits for the last.

    `time` is exact for k = 1 and for k = 2 (Flatto and Hahn 1984); beyond, it is the approximation
    of Nelson and Tantawi (IEEE Transactions on Computers 37(6), 1988), whose error is below 5 % up
    to k = 32.
    """

    arrival_rate: float
    service_rate: float
    k: int

    @property
    def exact(self) -> bool:
        """Whether `time` is exact."""
        return self.k <= 2

    @property
    def time(self) -> float:
        """The mean time until the last part is through, in seconds."""
        one = MM1(self.arrival_rate, self.service_rate)
        if self.k == 1:
            return one.time
        rho = one.utilization
        two = (12.0 - rho) / 8.0 * one.time
        ratio = harmonic(self.k) / harmonic(2)
        return (ratio + 4.0 / 11.0 * (1.0 - ratio) * rho) * two
