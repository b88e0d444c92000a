"""How the rate of a traffic class changes over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, pi

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

PIECES_PER_RAMP = 32
"""Straight pieces that stand for the rise, or the fall, of a rate that changes meanwhile."""
PIECES_PER_PERIOD = 288
"""Straight pieces that stand for one period of a daily curve: five minutes of a day each."""


@dataclass(frozen=True, slots=True)
class Change:
    """From `at` seconds on the rate moves to `rate` per second, and gets there `over` seconds later."""

    at: float
    rate: float
    over: float = 0.0


class RateCurve:
    """A rate (per second) made of straight pieces, with its integral and the inverse of that.

    The integral counts the arrivals that are due by a time, so a stream of arrivals at rate 1,
    sent through the inverse, becomes the same kind of stream at the changing rate; with a Poisson
    stream that is exact (Cinlar, Introduction to Stochastic Processes, 1975, section 4.7).
    After the last piece its final rate holds for ever.
    """

    def __init__(
        self, times: Sequence[float], starts: Sequence[float], ends: Sequence[float]
    ) -> None:
        """Piece i runs from `times[i]` to `times[i + 1]`, from rate `starts[i]` to `ends[i]`.

        The last piece has no end: its rate is `starts[-1]`, and `ends` is one shorter.
        """
        self.times = np.asarray(times, dtype=float)
        self.rates = np.asarray(starts, dtype=float)
        lengths = np.diff(self.times)
        finals = np.asarray(ends, dtype=float)
        self.slopes = np.append((finals - self.rates[:-1]) / lengths, 0.0)
        areas = (self.rates[:-1] + finals) / 2 * lengths
        self.areas = np.concatenate(([0.0], np.cumsum(areas)))

    @classmethod
    def constant(cls, rate: float) -> RateCurve:
        """The same rate for ever."""
        return cls([0.0], [rate], [])

    @classmethod
    def changing(cls, base: float, changes: Sequence[Change]) -> RateCurve:
        """`base` until the first of the `changes`, which are in order of time.

        A change that begins before the one before it is complete starts from the rate reached.
        """
        times, starts, ends = [0.0], [base], []
        for number, change in enumerate(changes):
            reached = starts[-1]
            until = changes[number + 1].at if number + 1 < len(changes) else None
            if change.at > times[-1]:
                times.append(change.at)
                starts.append(reached)
                ends.append(reached)
            over = change.over
            final = change.rate
            if until is not None and change.at + over > until:
                final = reached + (final - reached) * (until - change.at) / over
                over = until - change.at
            if change.at + over > change.at:
                # A ramp shorter than the clock can tell is a step.
                starts[-1] = reached
                times.append(change.at + over)
                ends.append(final)
                starts.append(final)
            else:
                starts[-1] = final
        return cls(times, starts, ends)

    @classmethod
    def daily(
        cls, base: float, swing: float, peak_at: float, period: float, horizon: float
    ) -> RateCurve:
        """`base` times 1 + swing cos(2 pi (t - peak_at) / period), up to `horizon` seconds."""
        step = period / PIECES_PER_PERIOD
        count = int(horizon / step) + 2
        times = [number * step for number in range(count)]
        rates = [base * (1.0 + swing * cos(2.0 * pi * (t - peak_at) / period)) for t in times]
        return cls(times, rates, rates[1:])

    @classmethod
    def held(cls, times: Sequence[float], rates: Sequence[float]) -> RateCurve:
        """Each rate holds from its time (the first is 0) until the next."""
        return cls(times, rates, rates[:-1])

    def multiplied(self, factor: float, start: float, end: float, over: float = 0.0) -> RateCurve:
        """This curve, multiplied by `factor` from `start` to `end` (seconds).

        With `over` the factor is reached so many seconds after `start`, and left so many before
        `end`; where there is no time for both, it rises until it has to fall. Ramps are cut into
        pieces, since a slope times a slope is not straight.
        """
        # No edge of the rise may lie in the fall.
        longest = min(over, (end - start) / 2)
        ramp = [longest * number / PIECES_PER_RAMP for number in range(PIECES_PER_RAMP + 1)]
        rise, fall = [start + step for step in ramp], [end - step for step in ramp]
        edges = sorted({*self.times.tolist(), *rise, *fall})
        starts = [self.rate_at(edge) for edge in edges]
        ends = [
            self.rate_at(edge) + self.slope_at(edge) * (after - edge)
            for edge, after in pairwise(edges)
        ]
        for number, edge in enumerate(edges):
            if start <= edge < end:
                risen = _risen(edge, start, end, over)
                starts[number] *= (1.0 - risen) + factor * risen
                risen = _risen(edges[number + 1], start, end, over)
                ends[number] *= (1.0 - risen) + factor * risen
        return RateCurve(edges, starts, ends)

    def slope_at(self, time: float) -> float:
        """How fast the rate changes at `time`, per second and second."""
        piece = int(np.searchsorted(self.times, time, side="right")) - 1
        return float(self.slopes[piece])

    def rate_at(self, time: float) -> float:
        """The rate at `time` (just after it, where it jumps)."""
        piece = int(np.searchsorted(self.times, time, side="right")) - 1
        return float(self.rates[piece] + self.slopes[piece] * (time - self.times[piece]))

    def area_until(self, time: float) -> float:
        """The integral of the rate from 0 to `time`: the arrivals to be expected by then."""
        piece = int(np.searchsorted(self.times, time, side="right")) - 1
        within = time - self.times[piece]
        rate, slope = self.rates[piece], self.slopes[piece]
        return float(self.areas[piece] + within * (rate + slope * within / 2))

    def times_of(self, areas: FloatArray) -> FloatArray:
        """When the integral reaches each of `areas`; infinity where it never does."""
        piece = np.searchsorted(self.areas, areas, side="right") - 1
        rest = areas - self.areas[piece]
        rate = self.rates[piece]
        # The root of slope x^2 / 2 + rate x = rest in the form that does not cancel.
        root = np.sqrt(np.maximum(rate * rate + 2.0 * self.slopes[piece] * rest, 0.0))
        below = rate + root
        with np.errstate(divide="ignore", invalid="ignore"):
            within = np.where(below > 0.0, 2.0 * rest / below, np.inf)
        found: FloatArray = self.times[piece] + within
        return found


def _risen(time: float, start: float, end: float, over: float) -> float:
    """How much of a rise over `over` seconds is there at `time`, from 0 to 1, before its fall."""
    if over == 0.0:
        return 1.0
    return max(0.0, min(1.0, (time - start) / over, (end - time) / over))
