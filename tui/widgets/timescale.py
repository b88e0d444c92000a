"""Time along a line of cells: which column is which moment."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

import numpy as np

from simulator.live.snapshot import FloatArray
from tui.text import clock

TICKS: tuple[float, ...] = (
    *(0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0),
    *(1800.0, 3600.0, 7200.0, 14400.0, 43200.0, 86400.0),
)
"""Seconds between two ticks."""
ROOM_FOR_TICK = 9
"""Cells that a tick and the time below it take at least."""


@dataclass(frozen=True, slots=True)
class Timescale:
    """`width` cells from `start` to `end`, in seconds of the simulated clock."""

    start: float
    end: float
    width: int

    @property
    def cell(self) -> float:
        """Seconds of a cell."""
        return (self.end - self.start) / max(self.width, 1)

    def time(self, column: int) -> float:
        """When a column begins; the last one stands for the end, so that both ends can be picked."""
        if column >= self.width - 1:
            return self.end
        return self.start + max(column, 0) * self.cell

    def column(self, time: float) -> int:
        """The column of a moment, which may be outside."""
        if self.width <= 0 or self.end <= self.start:
            return 0
        if time == self.end:
            return self.width - 1
        return floor((time - self.start) / self.cell + 1e-9)

    def shows(self, time: float) -> bool:
        """Whether a moment is in sight."""
        return self.start <= time <= self.end

    def ticks(self) -> list[tuple[int, str]]:
        """Columns with the times that belong to them, as many as there is room for."""
        wanted = self.cell * ROOM_FOR_TICK
        every = next((each for each in TICKS if each >= wanted), TICKS[-1])
        first = int(np.ceil(self.start / every - 1e-9))
        last = int(np.floor(self.end / every + 1e-9))
        tenths = every < 1.0
        return [
            (self.column(number * every), clock(number * every + 1e-9, tenths))
            for number in range(first, last + 1)
        ]


def by_column(scale: Timescale, times: FloatArray, width: float, values: FloatArray) -> FloatArray:
    """Of values in bins of `width` seconds, the greatest within each column; NaN where there is none.

    A peak of one bin stays in sight however narrow the line is: that is what one looks for.
    """
    found = np.full(scale.width, np.nan)
    count = min(len(times), len(values))
    if count == 0 or scale.width == 0:
        return found
    middles = scale.start + (np.arange(scale.width) + 0.5) * scale.cell
    # Columns that are narrower than a bin show the bin that they lie in.
    within = np.searchsorted(times[:count], middles, side="right") - 1
    inside = (within >= 0) & (middles < times[count - 1] + width)
    found[inside] = values[within[inside]]
    # Columns that are wider show the greatest of all that begin in them.
    places = np.floor((times[:count] - scale.start) / scale.cell).astype(int)
    known = (places >= 0) & (places < scale.width) & ~np.isnan(values[:count])
    greatest = np.full(scale.width, -np.inf)
    np.maximum.at(greatest, places[known], values[:count][known])
    better = np.isfinite(greatest)
    found[better] = np.where(
        np.isnan(found[better]), greatest[better], np.maximum(found[better], greatest[better])
    )
    return found
