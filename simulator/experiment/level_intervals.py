"""The time series of one level, name by name, without gaps."""

from __future__ import annotations

import numpy as np

from simulator.experiment.steady_state import Intervals
from simulator.observe.census import SERIES_PERCENTILES, Level
from simulator.observe.histogram import FloatArray, IntArray
from simulator.outcome import DEGRADED, OUTCOMES

P99 = SERIES_PERCENTILES.index(0.99)


class LevelIntervals:
    """What ended in each of the first `count` intervals, for anything that has a name at a level.

    The series has rows only for what happened; here every interval has its place. That is made for
    one name at a time, so that a long run with many endpoints needs no more room.
    """

    def __init__(self, level: Level, count: int) -> None:
        self.count = count
        self.numbers = level.numbers
        blocks = level.finished
        none = np.empty(0, dtype=np.int64)
        keys = np.concatenate([none, *(block.keys for block in blocks)])
        self.order = np.argsort(keys, kind="stable")
        self.bounds = np.searchsorted(keys[self.order], np.arange(len(level.names) + 1))
        self.times = np.concatenate([none, *(block.intervals for block in blocks)])
        no_rows = np.empty((0, OUTCOMES), dtype=np.int64)
        self.outcomes = np.concatenate([no_rows, *(block.outcomes for block in blocks)])
        self.latency = np.concatenate([np.empty(0), *(each.percentiles[:, P99] for each in blocks)])

    def outcomes_of(self, name: str) -> FloatArray:
        """Counts by interval and outcome."""
        rows = self._rows(name)
        counts = np.zeros((self.count, OUTCOMES))
        counts[self.times[rows]] = self.outcomes[rows]
        return counts

    def latency_of(self, name: str) -> FloatArray:
        """The 99th percentile of usable answers by interval; not a number where there was none."""
        rows = self._rows(name)
        latency = np.full(self.count, np.nan)
        latency[self.times[rows]] = self.latency[rows]
        return latency

    def of(self, name: str) -> Intervals:
        """What the steady state of a service or an endpoint is judged by."""
        counts = self.outcomes_of(name)
        failed = counts[:, DEGRADED + 1 :].sum(axis=1)
        return Intervals(counts.sum(axis=1), failed, self.latency_of(name))

    def _rows(self, name: str) -> IntArray:
        number = self.numbers.get(name)
        if number is None:
            return self.order[:0]
        rows: IntArray = self.order[self.bounds[number] : self.bounds[number + 1]]
        return rows[self.times[rows] < self.count]
