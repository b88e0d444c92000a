"""Failure with age, or with youth."""

from __future__ import annotations

from math import exp, gamma, inf, log1p

import numpy as np

from simulator.distribution.distribution import Distribution, FloatArray, positive


class Weibull(Distribution):
    """Times to failure: shape < 1 for infant mortality and heavy tails, 1 exponential, > 1 wear.

    With scale s: mean s Gamma(1 + 1/shape), P(X > x) = exp(-(x/s)^shape).
    """

    def __init__(self, shape: float, mean: float) -> None:
        self.shape = positive("the shape", shape)
        self._mean = positive("the mean", mean)
        self.scale = mean / gamma(1.0 + 1.0 / shape)

    def sample(self, generator: np.random.Generator, size: int) -> FloatArray:
        return generator.weibull(self.shape, size) * self.scale

    @property
    def mean(self) -> float:
        return self._mean

    @property
    def variance(self) -> float:
        return self.scale**2 * gamma(1.0 + 2.0 / self.shape) - self._mean**2

    def cdf(self, x: float) -> float:
        return 1.0 - exp(-((x / self.scale) ** self.shape)) if x > 0.0 else 0.0

    def quantile(self, share: float) -> float:
        return self.scale * (-log1p(-share)) ** (1.0 / self.shape) if share < 1.0 else inf
