"""What can be said from a few independent runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and its confidence interval."""

    mean: float
    low: float
    high: float

    @property
    def width(self) -> float:
        """From end to end."""
        return self.high - self.low


def confidence_interval(values: Sequence[float], confidence: float) -> Interval:
    """Student's interval for the mean of independent, roughly normal values; two at least."""
    from scipy.stats import t  # heavy, and only comparisons need it

    mean = fmean(values)
    reach = float(t.ppf((1.0 + confidence) / 2.0, len(values) - 1)) * stdev(values)
    reach /= sqrt(len(values))
    return Interval(mean, mean - reach, mean + reach)
