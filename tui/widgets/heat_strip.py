"""How long answers took, over time: one column a moment, one row a band of latency.

How dense a cell is says how many answers fell into it. It is told by the shade of the character and
again by its colour, so that nothing is lost without colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import numpy as np
from numpy.typing import NDArray
from textual.content import Content

from simulator.live.snapshot import FloatArray, History
from tui import text
from tui.widgets.drawing import MUTED, Drawing, muted

SHADES = " ░▒▓█"
"""From none to most."""
COLOURS = ("", "$primary 60%", "$primary", "$accent", "$text-warning")
P50 = "●"
P99 = "▲"
MARK = "bold $foreground"
LABEL = 7
"""Cells for the latency at the left."""
EMPTY = "no answers yet"


def heat_lines(history: History, width: int, height: int) -> list[Content]:
    """At most `height` lines: bands, the slowest on top, and below them the times.

    Neighbouring bins and bands are put together until they fit. Each column is shaded in relation to
    the densest cell of all, by the square root, so that a few slow answers can be seen at all.
    """
    room = width - LABEL - 1
    if history.heat.size == 0 or not history.heat.any() or room < 4:
        return [muted(EMPTY)]
    per_column = ceil(len(history.times) / room)
    cells = _together(history.heat, per_column, axis=0)
    used = np.flatnonzero(cells.any(axis=0))
    first, last = int(used[0]), int(used[-1]) + 1
    per_row = ceil((last - first) / max(1, height - 1))
    cells = _together(cells[:, first:last], per_row, axis=1)
    edges = _upper_edges(history.bands[first:last], per_row)
    levels = _levels(cells)
    marks = [(_percentile(cells, 0.5), P50), (_percentile(cells, 0.99), P99)]
    lines = []
    for row in reversed(range(cells.shape[1])):
        parts: list[Content | tuple[str, str]] = [
            (text.fit(text.latency(float(edges[row])), LABEL, right=True) + "│", MUTED)
        ]
        for column in range(cells.shape[0]):
            mark = next((glyph for rows, glyph in marks if rows[column] == row), None)
            level = levels[column, row]
            parts.append((mark, MARK) if mark else (SHADES[level], COLOURS[level]))
        lines.append(Content.assemble(*parts))
    return [*lines, time_axis(history.times[::per_column], room, LABEL)]


def time_axis(times: FloatArray, room: int, left: int) -> Content:
    """The simulated clock below the columns, a label every dozen cells or so."""
    cells = list(" " * room)
    place = 0
    while place < min(len(times), room):
        label = text.clock(float(times[place]))
        if place + len(label) > room:
            break
        cells[place : place + len(label)] = label
        place += max(12, len(label) + 2)
    return muted(" " * left + "└" + "".join(cells))


def legend() -> str:
    """What the characters mean, in a line."""
    return f"{SHADES[1:]} few to most  {P50} p50  {P99} p99"


def _together(values: FloatArray, how_many: int, axis: int) -> FloatArray:
    """Sums of so many neighbours at a time; the last may be of fewer."""
    starts = np.arange(0, values.shape[axis], how_many)
    summed: FloatArray = np.add.reduceat(values, starts, axis=axis)
    return summed


def _upper_edges(bands: FloatArray, how_many: int) -> FloatArray:
    last = len(bands) - 1
    upper: FloatArray = bands[np.minimum(np.arange(how_many - 1, last + how_many, how_many), last)]
    return upper


def _levels(cells: FloatArray) -> NDArray[np.intp]:
    """The shade of each cell: 0 for none, at least 1 for any."""
    levels: NDArray[np.intp] = np.ceil(np.sqrt(cells / cells.max()) * (len(SHADES) - 1)).astype(
        np.intp
    )
    return levels


def _percentile(cells: FloatArray, part: float) -> NDArray[np.intp]:
    """In which row so large a part of a column's answers is reached; -1 in a column without any."""
    summed = np.cumsum(cells, axis=1)
    total = summed[:, -1:]
    reached = np.argmax(summed >= part * total, axis=1)
    rows: NDArray[np.intp] = np.where(total[:, 0] > 0.0, reached, -1)
    return rows


class HeatStrip(Drawing):
    """The latencies of a run so far."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = 9
        self.history: History | None = None

    def show(self, history: History) -> None:
        """Draw this."""
        self.history = history
        self.renew()

    def lines(self, width: int) -> Sequence[Content]:
        return [] if self.history is None else heat_lines(self.history, width, self.rows)
