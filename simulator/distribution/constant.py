"""Always the same."""

from __future__ import annotations

import numpy as np

from simulator.distribution.distribution import Distribution, FloatArray, not_negative


class Constant(Distribution):
    """The value itself: fixed costs, timers, sleeps."""

    def __init__(self, value: float) -> None:
        self.value = not_negative("the value", value)

    def sample(self, generator: np.random.Generator, size: int) -> FloatArray:
        return np.full(size, self.value)

    @property
    def mean(self) -> float:
        return self.value

    @property
    def variance(self) -> float:
        return 0.0

    def cdf(self, x: float) -> float:
        return 1.0 if x >= self.value else 0.0

    def quantile(self, share: float) -> float:
        return self.value
