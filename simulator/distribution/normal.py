"""The bell curve, cut off at 0."""

from __future__ import annotations

from math import erfc, exp, pi, sqrt
from statistics import NormalDist

import numpy as np

from simulator.distribution.distribution import Distribution, FloatArray, not_negative, positive

STEPS = 200
"""Halvings of the interval in which the centre lies: far more than a float can tell apart."""


class Normal(Distribution):
    """The sum of many small effects, such as network latency; what falls below 0 counts as 0.

    `mean` is the mean of what is drawn, after the cut; the centre of the bell is moved down a
    little to make that so (by nothing that matters when mean > 4 sd). `sd` is the standard deviation of
    the bell before the cut. With centre m: E[max(0, X)] = m Phi(m/sd) + sd phi(m/sd).
    """

    def __init__(self, mean: float, sd: float) -> None:
        self._mean = positive("the mean", mean)
        self.spread = not_negative("sd", sd)
        self.centre = self._find_centre() if sd > 0.0 else mean

    def _find_centre(self) -> float:
        low, high = self._mean - 40.0 * self.spread - 40.0 * self._mean, self._mean
        for _ in range(STEPS):
            middle = (low + high) / 2
            if _mean_above_zero(middle, self.spread) < self._mean:
                low = middle
            else:
                high = middle
        return high

    def sample(self, generator: np.random.Generator, size: int) -> FloatArray:
        drawn = generator.standard_normal(size) * self.spread + self.centre
        return np.maximum(drawn, 0.0)

    @property
    def mean(self) -> float:
        return self._mean

    @property
    def variance(self) -> float:
        if self.spread == 0.0:
            return 0.0
        z = self.centre / self.spread
        square = (self.centre**2 + self.spread**2) * _above(z)
        square += self.centre * self.spread * _density(z)
        return square - self._mean**2

    def cdf(self, x: float) -> float:
        if x < 0.0:
            return 0.0
        if self.spread == 0.0:
            return 1.0 if x >= self.centre else 0.0
        return _above((x - self.centre) / self.spread)

    def quantile(self, share: float) -> float:
        if self.spread == 0.0:
            return self.centre
        if share <= 0.0:
            return 0.0
        if share >= 1.0:
            return float("inf")
        return max(0.0, NormalDist(self.centre, self.spread).inv_cdf(share))


def _above(z: float) -> float:
    """The share of a standard normal below `z` (above `-z`)."""
    return 0.5 * erfc(-z / sqrt(2.0))


def _density(z: float) -> float:
    return exp(-z * z / 2.0) / sqrt(2.0 * pi)


def _mean_above_zero(centre: float, sd: float) -> float:
    z = centre / sd
    return centre * _above(z) + sd * _density(z)
