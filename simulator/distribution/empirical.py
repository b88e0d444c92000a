"""What was measured."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from math import ceil

import numpy as np

from simulator.distribution.distribution import Distribution, FloatArray, not_negative


class Quantiles(Distribution):
    """A law known by some of its quantiles, as a dashboard shows them: straight lines between.

    `points` are (share, value), from share 0 to share 1, both ascending.
    """

    def __init__(self, points: Sequence[tuple[float, float]]) -> None:
        self.shares = np.array([share for share, _ in points])
        self.values = np.array([not_negative("a value", value) for _, value in points])
        if len(points) < 2 or self.shares[0] != 0.0 or self.shares[-1] != 1.0:
            raise ValueError("quantiles must go from 0 % to 100 %")
        if np.any(np.diff(self.shares) <= 0.0) or np.any(np.diff(self.values) < 0.0):
            raise ValueError("quantiles must ascend, shares and values")

    def sample(self, generator: np.random.Generator, size: int) -> FloatArray:
        drawn: FloatArray = np.interp(generator.random(size), self.shares, self.values)
        return drawn

    @property
    def mean(self) -> float:
        return float(np.sum(np.diff(self.shares) * (self.values[1:] + self.values[:-1]) / 2))

    @property
    def variance(self) -> float:
        low, high = self.values[:-1], self.values[1:]
        square = np.sum(np.diff(self.shares) * (low * low + low * high + high * high) / 3)
        return float(square) - self.mean**2

    def cdf(self, x: float) -> float:
        if x < self.values[0]:
            return 0.0
        right = bisect_right(self.values.tolist(), x)
        if right == len(self.values):
            return 1.0
        low, high = float(self.values[right - 1]), float(self.values[right])
        within = (x - low) / (high - low)
        return float(
            self.shares[right - 1] + within * (self.shares[right] - self.shares[right - 1])
        )

    def quantile(self, share: float) -> float:
        return float(np.interp(share, self.shares, self.values))


class Values(Distribution):
    """Measured values, each as likely as the others."""

    def __init__(self, values: Sequence[float]) -> None:
        if not len(values):
            raise ValueError("there must be at least one value")
        self.values = np.sort(np.asarray(values, dtype=float))
        not_negative("the least value", float(self.values[0]))

    def sample(self, generator: np.random.Generator, size: int) -> FloatArray:
        return self.values[generator.integers(0, len(self.values), size)]

    @property
    def mean(self) -> float:
        return float(np.mean(self.values))

    @property
    def variance(self) -> float:
        return float(np.var(self.values))

    def cdf(self, x: float) -> float:
        return float(np.searchsorted(self.values, x, side="right")) / len(self.values)

    def quantile(self, share: float) -> float:
        return float(self.values[max(0, ceil(share * len(self.values) - 1e-9) - 1)])
