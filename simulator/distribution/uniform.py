"""Anything between two bounds, each as likely."""

from __future__ import annotations

import numpy as np

from simulator.distribution.distribution import Distribution, FloatArray, not_negative


class Uniform(Distribution):
    """Between `low` and `high`: jitter, polling phases, think times of load generators.

    Mean (low + high) / 2, variance (high - low)^2 / 12.
    """

    def __init__(self, low: float, high: float) -> None:
        self.low = not_negative("low", low)
        self.high = not_negative("high", high)
        if high < low:
            raise ValueError(f"high ({high}) must be at least low ({low})")

    def sample(self, generator: np.random.Generator, size: int) -> FloatArray:
        return self.low + (self.high - self.low) * generator.random(size)

    @property
    def mean(self) -> float:
        return (self.low + self.high) / 2

    @property
    def variance(self) -> float:
        return (self.high - self.low) ** 2 / 12

    def cdf(self, x: float) -> float:
        if x >= self.high:
            return 1.0
        return max(0.0, (x - self.low) / (self.high - self.low))

    def quantile(self, share: float) -> float:
        return self.low + (self.high - self.low) * share
