"""Many factors multiplied."""

from __future__ import annotations

from math import exp, inf, log, log1p, sqrt
from statistics import NormalDist

import numpy as np

from simulator.distribution.distribution import Distribution, FloatArray, not_negative, positive

Z99 = NormalDist().inv_cdf(0.99)


class Lognormal(Distribution):
    """exp(mu + sigma Z): the usual shape of service times in production, with a long right tail.

    Mean exp(mu + sigma^2/2), squared coefficient of variation exp(sigma^2) - 1, median exp(mu),
    p99 = median * exp(2.326 sigma).
    """

    def __init__(self, mu: float, sigma: float) -> None:
        self.mu = mu
        self.sigma = not_negative("sigma", sigma)

    @classmethod
    def from_median_p99(cls, median: float, p99: float) -> Lognormal:
        """The one with that median and that 99th percentile, in seconds."""
        positive("the median", median)
        if p99 < median:
            raise ValueError(f"p99 ({p99}) must be at least the median ({median})")
        return cls(log(median), log(p99 / median) / Z99)

    @classmethod
    def from_mean_cv(cls, mean: float, cv: float) -> Lognormal:
        """The one with that mean, in seconds, and that ratio of standard deviation to mean."""
        variance = log1p(not_negative("cv", cv) ** 2)
        return cls(log(positive("the mean", mean)) - variance / 2, sqrt(variance))

    def sample(self, generator: np.random.Generator, size: int) -> FloatArray:
        return generator.lognormal(self.mu, self.sigma, size)

    @property
    def mean(self) -> float:
        return exp(self.mu + self.sigma**2 / 2)

    @property
    def variance(self) -> float:
        return (exp(self.sigma**2) - 1.0) * self.mean**2

    def cdf(self, x: float) -> float:
        if x <= 0.0:
            return 0.0
        if self.sigma == 0.0:
            return 1.0 if log(x) >= self.mu else 0.0
        return NormalDist(self.mu, self.sigma).cdf(log(x))

    def quantile(self, share: float) -> float:
        if share <= 0.0:
            return 0.0
        if share >= 1.0:
            return inf
        return exp(self.mu + self.sigma * NormalDist().inv_cdf(share))
