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

    @property
    def half_width(self) -> float:
        """From the mean to either end."""
        return self.width / 2.0


def confidence_interval(values: Sequence[float], confidence: float) -> Interval:
    """Student's interval for the mean of independent, roughly normal values; two at least."""
    from scipy.stats import t  # heavy, and only comparisons need it

    mean = fmean(values)
    reach = float(t.ppf((1.0 + confidence) / 2.0, len(values) - 1)) * stdev(values)
    reach /= sqrt(len(values))
    return Interval(mean, mean - reach, mean + reach)


def paired_differences(values: Sequence[float], baseline: Sequence[float]) -> list[float]:
    """How much larger each value is than that of the same replication of the baseline.

    Raises:
        ValueError: if one has more values than the other.
    """
    return [value - other for value, other in zip(values, baseline, strict=True)]


def paired_t_test(differences: Sequence[float]) -> float:
    """The two-sided p value of the paired t test: that the mean difference is 0.

    Differences that are all the same leave nothing to chance: then it is 1 if they are 0, and
    otherwise 0. Two differences at least.

    Source: Law, Simulation Modeling and Analysis (5th ed., 2015), section 10.2.1.
    """
    from scipy.stats import t  # heavy, and only comparisons need it

    mean, error = fmean(differences), stdev(differences) / sqrt(len(differences))
    if error == 0.0:
        return 1.0 if mean == 0.0 else 0.0
    return 2.0 * float(t.sf(abs(mean) / error, len(differences) - 1))


def holm(p_values: Sequence[float]) -> list[float]:
    """P values adjusted for their number, in the order given.

    Rejecting where the adjusted value is below 0.05 makes a false claim anywhere among them in at
    most 5 % of comparisons, however the tests depend on each other. The smallest of m values is
    multiplied by m, the next by m - 1, and so on; none may fall below one before it, or exceed 1.

    Source: Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of
    Statistics 6 (1979), 65-70.
    """
    adjusted = [1.0] * len(p_values)
    highest = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = highest
    return adjusted
