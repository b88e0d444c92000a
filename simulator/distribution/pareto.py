"""The few that take most of the time."""

from __future__ import annotations

from math import inf

import numpy as np

from simulator.distribution.distribution import Distribution, FloatArray, positive


class Pareto(Distribution):
    """Pareto of type I: P(X > x) = (m/x)^alpha above the least value m = mean (alpha - 1)/alpha.

    Job sizes, file sizes and session lengths (Harchol-Balter and Downey, 1997, found alpha near 1
    for CPU lifetimes). The variance is infinite for alpha <= 2: averages then converge slowly.
    """

    def __init__(self, alpha: float, mean: float) -> None:
        if not 1.0 < alpha < inf:
            raise ValueError(f"alpha must be above 1, or there is no mean; not {alpha}")
        self.alpha = alpha
        self._mean = positive("the mean", mean)
        self.least = mean * (alpha - 1.0) / alpha

    def sample(self, generator: np.random.Generator, size: int) -> FloatArray:
        return (generator.pareto(self.alpha, size) + 1.0) * self.least

    @property
    def mean(self) -> float:
        return self._mean

    @property
    def variance(self) -> float:
        if self.alpha <= 2.0:
            return inf
        return self._mean**2 / (self.alpha * (self.alpha - 2.0))

    def cdf(self, x: float) -> float:
        return 1.0 - (self.least / x) ** self.alpha if x > self.least else 0.0

    def quantile(self, share: float) -> float:
        return self.least * (1.0 - share) ** (-1.0 / self.alpha) if share < 1.0 else inf
