"""How many requests ended well and in time in each interval of the series."""

from __future__ import annotations

import numpy as np

from simulator.experiment.subjects import Members, Subject
from simulator.observe.census import Grown, Lines, Phase, Tally, Window
from simulator.observe.histogram import IntArray


class Timely(Tally):
    """Counts by interval what ended, and what of it was good: `rows` are of both.

    Good is an outcome up to `worst` within `latency` seconds; None is the objective of the lane, which
    a traffic class may have. With a `window` only what started in it counts.
    """

    def __init__(
        self, subject: Subject, worst: int, latency: float | None, window: Window | None = None
    ) -> None:
        self.members = Members(subject)
        self.worst = worst
        self.latency = latency
        self.window = window
        self.table = Grown(2, np.int64)

    def count(self, lines: Lines) -> None:
        """Count a page."""
        mine = self.members.among(lines)
        if self.window is not None:
            inside = np.zeros(len(mine), dtype=np.bool_)
            for begin, end in spans_of(self.window):
                inside |= (lines.starts >= begin) & (lines.starts < end)
            mine &= inside
        if not mine.any():
            return
        limit = lines.objectives[lines.lanes] if self.latency is None else self.latency
        good = mine & (lines.outcomes <= self.worst) & (lines.latencies <= limit)
        self.table.fit(int(lines.intervals.max()) + 1)
        rows = self.table.rows
        for column, chosen in enumerate((mine, good)):
            found, counts = np.unique(lines.intervals[chosen], return_counts=True)
            rows[found, column] += counts

    def by_interval(self, count: int) -> tuple[IntArray, IntArray]:
        """What ended in each of the first `count` intervals, and what of it was good."""
        self.table.fit(count)
        rows = self.table.rows[:count].astype(np.int64)
        return rows[:, 0], rows[:, 1]

    def totals(self) -> tuple[int, int]:
        """All that ended, and what of it was good."""
        ended, good = self.table.rows.sum(axis=0)
        return int(ended), int(good)


def spans_of(window: Window) -> list[tuple[float, float]]:
    """From when to when a window is open, in seconds, as far as that is known."""
    if isinstance(window, Phase):
        return list(window.spans_so_far)
    return [(window.start, window.end)]
