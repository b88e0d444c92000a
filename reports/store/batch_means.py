"""What a single run tells of chance: means over batches of its intervals.

Neighbouring intervals of one run are alike: a queue that is long stays long for a while. Their
spread is therefore no measure of how far off their mean may be. Means over long stretches (batches)
are nearly independent, and roughly normal. What correlation is left between neighbours widens the
interval: with a lag-1 correlation of r the variance of the mean is (1 + r) / (1 - r) times what it
would be without.

Sources: Law, Simulation Modeling and Analysis (5th ed., 2015), section 9.5.3 (batch means);
Schmeiser, Batch Size Effects in the Analysis of Simulation Output, Operations Research 30 (1982),
556-568 (10 to 30 batches will do); Tafazzoli and Wilson, Skart, IIE Transactions 43 (2011), 110-128
(the factor for what correlation is left); Welch, Biometrika 34 (1947), 28-35.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.experiment.statistics import Interval

Floats = NDArray[np.float64]

BATCHES: Final = 20
LEAST: Final = 10
"""Batches without which nothing is said."""
MOST_CORRELATED: Final = 0.8
"""What a lag-1 correlation is taken for at most; few batches cannot tell more of it."""
CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Sample:
    """One figure by interval, as a quotient: `part / whole`, each with an entry for every interval.

    Adding up both over the intervals of a batch gives the figure of the batch. For a percentile `part`
    is that of the interval and `whole` is 1, or both are 0 where nothing ended.
    """

    part: Floats
    whole: Floats

    def between(self, first: int, last: int) -> Sample:
        """The intervals from `first` up to and without `last`."""
        return Sample(self.part[first:last], self.whole[first:last])

    def batches(self) -> Floats:
        """The figure of each batch, not a number where there is none; all batches equally long.

        Intervals that are left over are those at the beginning.
        """
        count = min(BATCHES, len(self.part))
        if not count:
            return np.empty(0)
        skipped = len(self.part) % count
        part = self.part[skipped:].reshape(count, -1).sum(axis=1)
        whole = self.whole[skipped:].reshape(count, -1).sum(axis=1)
        found = np.full(count, np.nan)
        np.divide(part, whole, out=found, where=whole > 0.0)
        return found


@dataclass(frozen=True, slots=True)
class Told:
    """How two runs differ in one figure: the second minus the first, at 95 %."""

    interval: Interval
    p: float
    """That there is no difference, two-sided."""


@dataclass(frozen=True, slots=True)
class _Mean:
    mean: float
    variance: float
    """Of the mean."""
    freedom: int
    """Degrees of freedom."""


def apart(first: Sample, second: Sample) -> Told | None:
    """Welch's test on the batches of two runs with luck of their own; None if they are too few."""
    one, two = _mean(first.batches()), _mean(second.batches())
    if one is None or two is None:
        return None
    variance = one.variance + two.variance
    if variance == 0.0:
        return _told(two.mean - one.mean, 0.0, 1.0)
    shares = one.variance**2 / one.freedom + two.variance**2 / two.freedom
    return _told(two.mean - one.mean, variance, variance**2 / shares)


def paired(first: Sample, second: Sample) -> Told | None:
    """The paired t test on the batches of two runs that met the same luck at the same moments."""
    found = _mean(second.batches() - first.batches())
    return None if found is None else _told(found.mean, found.variance, float(found.freedom))


def _mean(batches: Floats) -> _Mean | None:
    known = batches[~np.isnan(batches)]
    count = len(known)
    if count < LEAST:
        return None
    variance = float(known.var(ddof=1)) / count
    return _Mean(float(known.mean()), variance * _widening(known), count - 1)


def _widening(batches: Floats) -> float:
    """By what the variance of the mean is larger for the likeness of neighbours."""
    off = batches - batches.mean()
    total = float(off @ off)
    if total == 0.0:
        return 1.0
    # In the mean, the estimate is about 1 / n too small (Marriott and Pope, Biometrika 41, 1954).
    found = float(off[1:] @ off[:-1]) / total + 1.0 / len(batches)
    correlation = min(max(found, 0.0), MOST_CORRELATED)
    return (1.0 + correlation) / (1.0 - correlation)


def _told(difference: float, variance: float, freedom: float) -> Told:
    from scipy.stats import t  # heavy, and little else needs it

    if variance == 0.0:
        # Nothing is left to chance.
        return Told(Interval(difference, difference, difference), 0.0 if difference else 1.0)
    error = sqrt(variance)
    reach = float(t.ppf((1.0 + CONFIDENCE) / 2.0, freedom)) * error
    interval = Interval(difference, difference - reach, difference + reach)
    return Told(interval, 2.0 * float(t.sf(abs(difference) / error, freedom)))
