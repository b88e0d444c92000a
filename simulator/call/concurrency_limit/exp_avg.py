"""An exponential average that begins as a plain one."""

from __future__ import annotations


class ExpAvgMeasurement:
    """The mean of the first `warm_up` values, then an exponential average over about `window` values.

    Source: Netflix concurrency-limits, ExpAvgMeasurement.java.

    Attributes:
        value: the average.
    """

    __slots__ = ("count", "factor", "sum", "value", "warm_up")

    def __init__(self, window: int, warm_up: int) -> None:
        self.factor = 2.0 / (window + 1)
        self.warm_up = warm_up
        self.count = 0
        self.sum = 0.0
        self.value = 0.0

    def add(self, sample: float) -> float:
        """Take one more into account; returns the average with it."""
        if self.count < self.warm_up:
            self.count += 1
            self.sum += sample
            self.value = self.sum / self.count
        else:
            self.value = self.value * (1.0 - self.factor) + sample * self.factor
        return self.value
