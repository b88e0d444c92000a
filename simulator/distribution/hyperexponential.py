"""A mixture of exponentials: two kinds of work behind one door."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, inf

import numpy as np

from simulator.distribution.distribution import Distribution, FloatArray, positive


class Hyperexponential(Distribution):
    """With chance proportional to its weight, one of several exponential times.

    Cache hits and misses, reads and writes: more variable than any one exponential.
    """

    def __init__(self, phases: Sequence[tuple[float, float]]) -> None:
        """`phases` are (weight, mean in seconds)."""
        total = sum(weight for weight, _ in phases)
        positive("the sum of the weights", total)
        self.weights = [weight / total for weight, _ in phases]
        self.means = [positive("a mean", mean) for _, mean in phases]

    def sample(self, generator: np.random.Generator, size: int) -> FloatArray:
        bounds = np.cumsum(self.weights)[:-1]
        which = np.searchsorted(bounds, generator.random(size), side="right")
        drawn: FloatArray = generator.standard_exponential(size) * np.asarray(self.means)[which]
        return drawn

    @property
    def mean(self) -> float:
        return sum(w * m for w, m in zip(self.weights, self.means, strict=True))

    @property
    def variance(self) -> float:
        square = sum(2.0 * w * m * m for w, m in zip(self.weights, self.means, strict=True))
        return square - self.mean**2

    def cdf(self, x: float) -> float:
        if x <= 0.0:
            return 0.0
        return 1.0 - sum(w * exp(-x / m) for w, m in zip(self.weights, self.means, strict=True))

    def quantile(self, share: float) -> float:
        if share <= 0.0:
            return 0.0
        if share >= 1.0:
            return inf
        low, high = 0.0, max(self.means)
        while self.cdf(high) < share:
            high *= 2.0
        for _ in range(200):
            middle = (low + high) / 2
            if self.cdf(middle) < share:
                low = middle
            else:
                high = middle
        return high
