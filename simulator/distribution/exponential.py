"""Without memory."""

from __future__ import annotations

from math import exp, inf, log1p

import numpy as np

from simulator.distribution.distribution import Distribution, FloatArray, positive


class Exponential(Distribution):
    """The time to the next of many rare things, and the work of theory: however long it has taken,
    the rest is distributed as it was at the start. Its standard deviation is its mean.
    """

    def __init__(self, mean: float) -> None:
        self._mean = positive("the mean", mean)

    def sample(self, generator: np.random.Generator, size: int) -> FloatArray:
        return generator.standard_exponential(size) * self._mean

    @property
    def mean(self) -> float:
        return self._mean

    @property
    def variance(self) -> float:
        return self._mean**2

    def cdf(self, x: float) -> float:
        return 1.0 - exp(-x / self._mean) if x > 0.0 else 0.0

    def quantile(self, share: float) -> float:
        return -log1p(-share) * self._mean if share < 1.0 else inf
