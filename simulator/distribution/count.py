"""How often: laws for whole numbers, such as the laps of a loop."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, exp, floor, inf, log, log1p, sqrt

import numpy as np

from simulator.distribution.distribution import Distribution, FloatArray, not_negative, positive


class UniformCount(Distribution):
    """Any whole number from `low` to `high`, each as likely."""

    def __init__(self, low: int, high: int) -> None:
        not_negative("low", low)
        if high < low:
            raise ValueError(f"high ({high}) must be at least low ({low})")
        self.low = low
        self.high = high

    def sample(self, generator: np.random.Generator, size: int) -> FloatArray:
        return generator.integers(self.low, self.high, size, endpoint=True).astype(float)

    @property
    def mean(self) -> float:
        return (self.low + self.high) / 2

    @property
    def variance(self) -> float:
        return ((self.high - self.low + 1) ** 2 - 1) / 12

    def cdf(self, x: float) -> float:
        within = floor(x) - self.low + 1
        return min(1.0, max(0.0, within / (self.high - self.low + 1)))

    def quantile(self, share: float) -> float:
        count = self.high - self.low + 1
        return float(self.low + max(0, ceil(share * count - 1e-9) - 1))


class Geometric(Distribution):
    """The number of tries up to the first success, at least 1: pages read before a visitor leaves."""

    def __init__(self, mean: float) -> None:
        if not 1.0 <= mean < inf:
            raise ValueError(f"the mean must be at least 1, not {mean}")
        self._mean = mean

    def sample(self, generator: np.random.Generator, size: int) -> FloatArray:
        return generator.geometric(1.0 / self._mean, size).astype(float)

    @property
    def mean(self) -> float:
        return self._mean

    @property
    def variance(self) -> float:
        return self._mean * (self._mean - 1.0)

    def cdf(self, x: float) -> float:
        if x < 1.0:
            return 0.0
        if self._mean == 1.0:
            return 1.0
        return 1.0 - exp(floor(x) * log1p(-1.0 / self._mean))

    def quantile(self, share: float) -> float:
        if share >= 1.0:
            return inf if self._mean > 1.0 else 1.0
        if self._mean == 1.0:
            return 1.0
        return float(max(1, ceil(log1p(-share) / log1p(-1.0 / self._mean) - 1e-9)))


class PoissonCount(Distribution):
    """The number of rare things in a while: items in a basket, rows that match."""

    def __init__(self, mean: float) -> None:
        self._mean = positive("the mean", mean)

    def sample(self, generator: np.random.Generator, size: int) -> FloatArray:
        return generator.poisson(self._mean, size).astype(float)

    @property
    def mean(self) -> float:
        return self._mean

    @property
    def variance(self) -> float:
        return self._mean

    def cdf(self, x: float) -> float:
        if x < 0.0:
            return 0.0
        # Past this many terms nothing is left that a float could show.
        last = min(floor(x), int(self._mean + 40.0 * sqrt(self._mean) + 40.0))
        term = -self._mean
        total = exp(term)
        for k in range(1, last + 1):
            term += log(self._mean) - log(k)
            total += exp(term)
        return min(1.0, total)

    def quantile(self, share: float) -> float:
        if share >= 1.0:
            return inf
        k = 0
        while self.cdf(float(k)) < share:
            k += 1
        return float(k)


class Choice(Distribution):
    """One of several numbers, drawn by weight."""

    def __init__(self, weights: Mapping[int, float]) -> None:
        total = positive("the sum of the weights", sum(weights.values()))
        self.values = sorted(weights)
        self.shares = [weights[value] / total for value in self.values]

    def sample(self, generator: np.random.Generator, size: int) -> FloatArray:
        bounds = np.cumsum(self.shares)[:-1]
        which = np.searchsorted(bounds, generator.random(size), side="right")
        return np.asarray(self.values, dtype=float)[which]

    @property
    def mean(self) -> float:
        return sum(s * v for s, v in zip(self.shares, self.values, strict=True))

    @property
    def variance(self) -> float:
        square = sum(s * v * v for s, v in zip(self.shares, self.values, strict=True))
        return square - self.mean**2

    def cdf(self, x: float) -> float:
        return sum(s for s, v in zip(self.shares, self.values, strict=True) if v <= x)

    def quantile(self, share: float) -> float:
        below = 0.0
        for part, value in zip(self.shares, self.values, strict=True):
            below += part
            if below >= share - 1e-12:
                return float(value)
        return float(self.values[-1])
