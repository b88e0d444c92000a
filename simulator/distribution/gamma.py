"""Sums of exponential times, and what lies between them."""

from __future__ import annotations

import numpy as np

from simulator.distribution.distribution import Distribution, FloatArray, positive


class Gamma(Distribution):
    """Service of a given mean and coefficient of variation, with a thin tail: shape 1/cv^2."""

    def __init__(self, mean: float, shape: float) -> None:
        self._mean = positive("the mean", mean)
        self.shape = positive("the shape", shape)

    @classmethod
    def from_mean_cv(cls, mean: float, cv: float) -> Gamma:
        """The one with that mean, in seconds, and that ratio of standard deviation to mean."""
        return cls(mean, positive("cv", cv) ** -2)

    @classmethod
    def erlang(cls, k: int, mean: float) -> Gamma:
        """The sum of `k` exponential stages with `mean` in all: squared cv 1/k."""
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        return cls(mean, float(k))

    def sample(self, generator: np.random.Generator, size: int) -> FloatArray:
        return generator.standard_gamma(self.shape, size) * (self._mean / self.shape)

    @property
    def mean(self) -> float:
        return self._mean

    @property
    def variance(self) -> float:
        return self._mean**2 / self.shape

    def cdf(self, x: float) -> float:
        from scipy.special import gammainc  # heavy, and no run needs it

        return float(gammainc(self.shape, max(0.0, x) * self.shape / self._mean))

    def quantile(self, share: float) -> float:
        from scipy.special import gammaincinv

        return float(gammaincinv(self.shape, share)) * self._mean / self.shape
