"""The series of a run on one grid of intervals, for formats in which what is missing counts as nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from simulator.experiment.result import Result, SeriesTable

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
SHORTEST = 0.001
"""Seconds by which moments differ at least; Prometheus knows no finer ones."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Intervals of the same length; the last may be cut short."""

    ends: tuple[float, ...]
    """When each interval ends, in seconds of the run."""
    interval: float

    @classmethod
    def of(cls, result: Result) -> Grid:
        """The grid of a run's series."""
        last = max(result.simulated, SHORTEST)
        count = max(1, ceil((last - SHORTEST) / result.interval))
        ends = [number * result.interval for number in range(1, count)]
        return cls((*ends, last), result.interval)

    @property
    def lengths(self) -> Floats:
        """How long each interval is, in seconds."""
        return np.diff(np.array((0.0, *self.ends)))

    def numbers(self, table: SeriesTable) -> Whole:
        """In which interval each row of a table lies; what ended with the run lies in the last."""
        times = np.asarray(table.columns["time"], dtype=np.float64)
        numbers: Whole = np.rint(times / self.interval).astype(np.int64)
        return np.minimum(numbers, len(self.ends) - 1)

    def rows(self, table: SeriesTable) -> Iterator[tuple[str, Whole, Whole]]:
        """By name, in the order of first appearance: its rows, and the interval of each."""
        names = [str(name) for name in table.columns["name"]]
        numbers = self.numbers(table)
        found: dict[str, list[int]] = {}
        for row, name in enumerate(names):
            found.setdefault(name, []).append(row)
        for name, rows in found.items():
            mine = np.array(rows)
            yield name, mine, numbers[mine]

    def summed(self, values: Floats | Whole, numbers: Whole) -> Floats:
        """What has come together by the end of each interval."""
        total = np.zeros(len(self.ends))
        np.add.at(total, numbers, np.nan_to_num(values))
        summed: Floats = np.cumsum(total)
        return summed

    def spread(self, values: Floats | Whole, numbers: Whole) -> Floats:
        """The value of each interval, not a number where there is none."""
        found = np.full(len(self.ends), np.nan)
        found[numbers] = values
        return found


def service_of(instance: str) -> str:
    """Whose instance it is: `shop-3` is the third of `shop`."""
    return instance.rpartition("-")[0]
