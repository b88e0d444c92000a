"""What a system is like while all is well, and which intervals are out of that.

A steady state is a few measures of what comes out of a system, and the band in which each of them
stays while nothing is wrong (Rosenthal et al., Chaos Engineering, O'Reilly 2020; Chaos Toolkit calls
the band the tolerance of a steady-state hypothesis). The measures are three of the golden signals of
Google's SRE book (chapter 6), as the one who asks sees them:

- *goodput* falls short. Only a lack counts: to catch up with a backlog is no harm. It alone sees
  requests that hang for ever, and answers that a fallback gives instead of the right ones.
- the *share of failures* rises. It alone sees the rare failure among the noise of arrivals.
- the *p99 latency* of usable answers rises. It alone sees a system that is slow and fails nobody.

The fourth signal, saturation, is a cause and no harm.

The band of a measure is its mean over n steady intervals, and to the bad side of it the greater of
its spread (three standard deviations, times 1 + 2.5 / (n - 1), since few intervals tell little of a
spread: the first term by which Student's t is wider than a normal law there) and a floor, below
which nobody would call it a departure. An interval is out if it is beyond the band like one beside
it, or alone if it is beyond twice the band. By chance alone a measure is beyond the band in one
interval of some hundreds; without that rule, which is in the spirit of the Western Electric rules for
control charts (Statistical Quality Control Handbook, 1956), a long run would never be at rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.observe.histogram import FloatArray

BoolArray = NDArray[np.bool_]
Span = tuple[int, int]
"""From which interval on, and up to which."""

LEAST: Final = 5
"""Intervals without which nothing is called a steady state."""
DEVIATIONS: Final = 3.0
GOODPUT_FLOOR: Final = 0.05
"""Part of the goodput that may be missing."""
FAILURE_FLOOR: Final = 0.01
"""Part of all requests that may fail beyond the usual."""
LATENCY_FLOOR: Final = 1.2
"""Factor by which latency may grow: people do not notice less than a fifth.

Source: Seow, Designing and Engineering Time (2008), the 20 % rule.
"""
ROUNDING: Final = 1.0 + 1e-9
"""What is on the edge of a band is within it."""


@dataclass(frozen=True, slots=True)
class Intervals:
    """What ended in each interval of a run: arrays with one entry for every interval.

    `latency` is the 99th percentile of usable answers in seconds, and not a number where there was
    none.
    """

    finished: FloatArray
    failed: FloatArray
    latency: FloatArray


def goodput_beyond(ok: FloatArray, expected: FloatArray, steady: Span) -> FloatArray:
    """How much less was answered than expected, in widths of the band.

    `expected` is what would be answered if as much of the load were served as in the steady time.
    What is counted spreads with the root of how much there is.
    """
    missing = expected - ok
    first, last = steady
    usual = float(expected[first:last].mean())
    if usual <= 0.0:
        return np.zeros(len(ok))
    load = expected / usual
    spread = _reach(last - first) * float(missing[first:last].std(ddof=1))
    width = np.maximum(spread * np.sqrt(load), GOODPUT_FLOOR * expected)
    return _in_widths(missing, width)


def failures_beyond(figures: Intervals, steady: Span) -> FloatArray:
    """How much larger the share of failures was than usual, in widths of the band.

    The band is at least as wide as the share spreads by counting so few: three standard errors of
    the share that would have failed if one more had.
    """
    first, last = steady
    finished, failed = figures.finished, figures.failed
    shares = _shares(failed, finished)
    before = shares[first:last]
    before = before[~np.isnan(before)]
    if len(before) < LEAST:
        return np.zeros(len(finished))
    total = float(finished[first:last].sum())
    usual = float(failed[first:last].sum()) / total
    likely = (usual * total + 1.0) / (total + 1.0)
    counting = DEVIATIONS * np.sqrt(likely * (1.0 - likely) / np.maximum(finished, 1.0))
    spread = _reach(len(before)) * float(before.std(ddof=1))
    return _in_widths(shares - usual, np.maximum(counting, max(spread, FAILURE_FLOOR)))


def latency_beyond(latency: FloatArray, steady: Span) -> FloatArray:
    """By how much latency was greater than usual, in widths of the band.

    Latencies are compared by their logarithms, so by factors: their tails are long.
    """
    logs = np.log(latency)
    before = logs[slice(*steady)]
    before = before[~np.isnan(before)]
    if len(before) < LEAST:
        return np.zeros(len(latency))
    spread = _reach(len(before)) * float(before.std(ddof=1))
    width = max(spread, float(np.log(LATENCY_FLOOR)))
    return _in_widths(logs - float(before.mean()), np.full(len(logs), width))


def out(beyond: FloatArray) -> BoolArray:
    """Which intervals are out of the band; `beyond` is in widths of it."""
    past = beyond > ROUNDING
    company = np.zeros(len(past), dtype=np.bool_)
    company[1:] |= past[:-1]
    company[:-1] |= past[1:]
    found: BoolArray = (past & company) | (beyond > 2.0 * ROUNDING)
    return found


def _reach(count: int) -> float:
    """Standard deviations from the mean of `count` values to the edge of their band."""
    return DEVIATIONS * (1.0 + 2.5 / (count - 1))


def _shares(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Not a number where the whole is nothing."""
    shares = np.full(len(whole), np.nan)
    np.divide(part, whole, out=shares, where=whole > 0.0)
    return shares


def _in_widths(harm: FloatArray, width: FloatArray) -> FloatArray:
    """Nothing is beyond anything where nothing ended, or nothing was expected."""
    beyond = np.zeros(len(harm))
    np.divide(harm, width, out=beyond, where=(width > 0.0) & ~np.isnan(harm))
    return beyond
