"""Error budgets: what a service level objective allows, and what was spent of that.

The words are those of Google's SRE workbook (Beyer et al., O'Reilly 2018, chapters 2 and 5). The
error budget is the share of requests that may be bad, 1 - objective, of all that come in the window
of the objective. The burn rate is how many times faster than evenly it is spent: the share that is
bad, divided by the share that may be. At a burn rate of 1 the budget lasts just as long as the window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, inf
from typing import TYPE_CHECKING

import numpy as np

from simulator.experiment.measured import whole_intervals
from simulator.experiment.promises import SloAlert, SloFigures
from simulator.experiment.recovery import NEARLY
from simulator.experiment.subjects import subject_of
from simulator.experiment.timely import Timely
from simulator.observe.census import Window
from simulator.observe.histogram import FloatArray, IntArray
from simulator.outcome import DEGRADED
from simulator.scenario.building.world import World
from simulator.scenario.model.expected import Slo

if TYPE_CHECKING:
    from simulator.experiment.measurement import Measurement

MONTH = 30 * 86_400.0
"""Seconds of the window that the workbook's alerts are made for."""
ALERTS = (
    (14.4, 3600.0, 300.0),
    (6.0, 6 * 3600.0, 1800.0),
    (1.0, 3 * 86_400.0, 6 * 3600.0),
)
"""Burn rates with the long and the short window over which each must hold: 2 %, 5 % and 10 % of a
month's budget gone in an hour, six hours and three days.

Source: The Site Reliability Workbook, chapter 5, table 5-8.
"""
DECIMALS = 12
"""In binary 1 - 0.9 is less than 0.1, and a tenth that is bad would be above a burn rate of 1."""
SHORT, LONGER = 60.0, 300.0
"""The windows in which the highest burn rate is looked for, in seconds."""


class SloCount:
    """One objective, and what was counted for it since the warm-up."""

    def __init__(self, world: World, name: str, slo: Slo, summary: Window) -> None:
        self.name = name
        self.slo = slo
        self.subject = subject_of(world, slo.of)
        self.latency = inf if slo.latency is None else slo.latency
        self.whole = Timely(self.subject, DEGRADED, self.latency, summary)
        self.phases: dict[int, Timely] = {}

    @property
    def allowed(self) -> float:
        """The share that may be bad, in decimals as the objective is written in them."""
        return round(1.0 - self.slo.objective, DECIMALS)

    def phase(self, window: Window) -> Timely:
        """What counts the same for a phase; made before the run."""
        if id(window) not in self.phases:
            self.phases[id(window)] = Timely(self.subject, DEGRADED, self.latency, window)
        return self.phases[id(window)]

    def tallies(self) -> list[Timely]:
        """All that counts for it."""
        return [self.whole, *self.phases.values()]

    def budget(self, measurement: Measurement) -> float:
        """How many requests may be bad; over a longer window as many come as did in the run."""
        played = measurement.length(measurement.windows[0])
        events = self.whole.totals()[0]
        stretch = 1.0 if self.slo.window is None or not played else self.slo.window / played
        return self.allowed * events * stretch

    def spent(self, measurement: Measurement, counted: Timely) -> float | None:
        """The share of the budget that what was counted has spent."""
        budget = self.budget(measurement)
        ended, good = counted.totals()
        return (ended - good) / budget if budget else None

    def burn_rate(self, counted: Timely) -> float | None:
        """How many times faster than evenly the budget was spent."""
        ended, good = counted.totals()
        return (ended - good) / ended / self.allowed if ended else None

    def by_interval(self, measurement: Measurement) -> tuple[IntArray, IntArray]:
        """What ended in each whole interval, and what of it was bad."""
        ended, good = self.whole.by_interval(whole_intervals(measurement))
        return ended, ended - good

    def figures(self, measurement: Measurement, begins: Sequence[float]) -> SloFigures:
        """All that is to be said of it; `begins` are the times at which faults first began."""
        ended, good = self.whole.totals()
        track = Track(self, measurement)
        short, short_at = track.highest(SHORT)
        longer, longer_at = track.highest(LONGER)
        played = measurement.length(measurement.windows[0])
        window = played if self.slo.window is None else self.slo.window
        alerts = tuple(track.alert(*each, window / MONTH) for each in ALERTS)
        at = min((each.at for each in alerts if each.at is not None), default=None)
        before = [each for each in begins if at is not None and each < at]
        return SloFigures(
            of=self.slo.of,
            objective=self.slo.objective,
            slower_than=self.slo.latency,
            window=window,
            events=ended,
            bad=ended - good,
            budget=self.budget(measurement),
            budget_spent=self.spent(measurement, self.whole),
            burn_rate=self.burn_rate(self.whole),
            burn_rate_1m=short,
            burn_rate_1m_at=short_at,
            burn_rate_5m=longer,
            burn_rate_5m_at=longer_at,
            alerts=alerts,
            alerted_at=at,
            alerted_after=None if at is None or not before else at - max(before),
        )


@dataclass(frozen=True, slots=True)
class _Sums:
    """Running sums of what ended and of what was bad, from the warm-up on."""

    ended: FloatArray
    bad: FloatArray


class Track:
    """One objective over time, from the end of the warm-up on."""

    def __init__(self, count: SloCount, measurement: Measurement) -> None:
        self.allowed = count.allowed
        self.interval = measurement.interval
        self.first = int(measurement.windows[0].start / self.interval + NEARLY)
        ended, bad = count.by_interval(measurement)
        ended, bad = ended[self.first :], bad[self.first :]
        self.length = len(ended)
        self.sums = _Sums(
            np.concatenate(([0.0], np.cumsum(ended, dtype=np.float64))),
            np.concatenate(([0.0], np.cumsum(bad, dtype=np.float64))),
        )
        self.usual = float(ended.mean()) if self.length else 0.0

    def highest(self, seconds: float) -> tuple[float | None, float | None]:
        """The highest burn rate over a window that slides by intervals, and when the window ended.

        A run shorter than the window has one of its own length.
        """
        width = min(self.wide(seconds), self.length)
        if width == 0:
            return None, None
        ended = self.sums.ended[width:] - self.sums.ended[:-width]
        bad = self.sums.bad[width:] - self.sums.bad[:-width]
        if not ended.any():
            return None, None
        rates = np.where(ended > 0.0, bad / np.maximum(ended, 1.0), 0.0) / self.allowed
        place = int(rates.argmax())
        return float(rates[place]), (self.first + place + width) * self.interval

    def alert(self, burn_rate: float, long: float, short: float, scale: float) -> SloAlert:
        """One alert: when both windows first were above its burn rate.

        The windows are scaled as that of the objective is to a month, and are whole intervals. Before
        the warm-up was over all was well, and as much came as in the run.
        """
        widths = self.wide(long * scale), self.wide(short * scale)
        firing = np.ones(self.length, dtype=np.bool_)
        for width in widths:
            firing &= self.rates(width) > burn_rate
        found = np.flatnonzero(firing)
        at = (self.first + int(found[0]) + 1) * self.interval if len(found) else None
        return SloAlert(burn_rate, widths[0] * self.interval, widths[1] * self.interval, at)

    def rates(self, width: int) -> FloatArray:
        """At the end of each interval, the burn rate over as many intervals up to then."""
        ends = np.arange(1, self.length + 1)
        begins = np.maximum(0, ends - width)
        ended = self.sums.ended[ends] - self.sums.ended[begins]
        ended += np.maximum(0, width - ends) * self.usual
        bad = self.sums.bad[ends] - self.sums.bad[begins]
        return np.where(ended > 0.0, bad / np.where(ended > 0.0, ended, 1.0), 0.0) / self.allowed

    def wide(self, seconds: float) -> int:
        """How many intervals make a window: at least one."""
        return max(1, ceil(seconds / self.interval - NEARLY))
