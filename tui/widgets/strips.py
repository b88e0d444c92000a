"""Strips: values over time as columns of blocks, some lines high, one below the other on one axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from textual.content import Content

from simulator.live.snapshot import FloatArray
from tui.round_numbers import round_up
from tui.text import fit
from tui.widgets.drawing import MUTED
from tui.widgets.timescale import Timescale

EIGHTHS = " ▁▂▃▄▅▆▇█"
LIGHT = "░"
CURSOR = "│"
PICK = "┊"
GUTTER = 11
"""Cells of the names at the left; one more is left free."""

Cell = tuple[str, str]
"""A character and its style."""


@dataclass(frozen=True, slots=True)
class Strip:
    """One measure over time: `front` as blocks, and behind it, where it is higher, `back` in a light shade."""

    name: str
    front: FloatArray
    """One value for each column; NaN where nothing is known."""
    back: FloatArray | None
    top: float
    """What the upper edge stands for."""
    top_text: str
    colour: str
    height: int


def rounded_up(value: float) -> float:
    """The next round number: a scale that stays while values move a little."""
    return round_up(value, (1.0, 1.5, 2.0, 3.0, 5.0, 8.0))


def greatest(*values: FloatArray) -> float:
    """The greatest of all that are known; 0 if none is."""
    found = [float(np.nanmax(each)) for each in values if each.size and not np.isnan(each).all()]
    return max(found, default=0.0)


def strip_rows(strip: Strip, dim_from: int) -> list[list[Cell]]:
    """The cells of a strip, line by line from the top; from column `dim_from` on they step back."""
    front = _eighths(strip.front, strip)
    back = front if strip.back is None else _eighths(strip.back, strip)
    bright = max(0, dim_from + 1)
    styles = [strip.colour if column < bright else MUTED for column in range(len(front))]
    rows: list[list[Cell]] = []
    for row in range(strip.height - 1, -1, -1):
        filled = np.clip(front - 8 * row, 0, 8).tolist()
        behind = (back > 8 * row).tolist()
        rows.append(
            [
                (EIGHTHS[level], style) if level or not light else (LIGHT, MUTED)
                for level, light, style in zip(filled, behind, styles, strict=True)
            ]
        )
    return rows


def _eighths(values: FloatArray, strip: Strip) -> NDArray[np.int64]:
    """How many eighths of a line each value is high; what is there at all is seen, be it ever so little."""
    known = np.nan_to_num(values, nan=0.0)
    found = np.rint(known / strip.top * strip.height * 8.0).astype(np.int64)
    return np.where(known > 0.0, np.maximum(found, 1), 0)


def titled(strip: Strip, rows: Sequence[list[Cell]]) -> list[list[Cell]]:
    """With the name and the scale of the strip at the left."""
    labels = [""] * strip.height
    if strip.height > 1:
        labels[:2] = strip.top_text, strip.name
    else:
        labels[0] = f"{strip.name} {strip.top_text}".strip()
    return [
        [*label_cells(label, "$foreground" if strip.name in label else MUTED), *cells]
        for label, cells in zip(labels, rows, strict=True)
    ]


def label_cells(text: str, style: str = MUTED, right: bool = True) -> list[Cell]:
    """The gutter of one line."""
    return [(each, style) for each in fit(text, GUTTER, right=right) + " "]


def with_cursor(cells: list[Cell], column: int, mark: str, style: str) -> None:
    """Draw a piece of a vertical line."""
    place = column + GUTTER + 1
    if GUTTER < place < len(cells):
        cells[place] = (mark, style)


def axis_rows(scale: Timescale, now: int, known: int) -> tuple[list[Cell], list[Cell]]:
    """The line with its ticks, heavy up to now and broken where nobody has been, and times below."""
    ticks = dict(scale.ticks())
    line = label_cells("")
    for column in range(scale.width):
        if column <= now:
            line.append(("┷" if column in ticks else "━", "$foreground"))
        elif column <= known:
            line.append(("┴" if column in ticks else "─", MUTED))
        else:
            line.append(("┴" if column in ticks else "╌", MUTED))
    below = [" "] * scale.width
    free = 0
    for column, text in ticks.items():
        start = min(max(column - len(text) // 2, 0), scale.width - len(text))
        if start >= free:
            below[start : start + len(text)] = text
            free = start + len(text) + 1
    return line, [*label_cells(""), *((each, MUTED) for each in below)]


def content_of(cells: Sequence[Cell]) -> Content:
    """A line of cells as text with styles."""
    parts = [
        ("".join(character for character, _ in run), style)
        for style, run in groupby(cells, key=lambda cell: cell[1])
    ]
    return Content.assemble(*parts)


def span_columns(scale: Timescale, begins: float, ends: float) -> range:
    """The columns of a stretch of time that are in sight; one at least where it is."""
    first, last = scale.column(begins), scale.column(ends)
    if last < 0 or first >= scale.width:
        return range(0)
    return range(max(0, first), min(scale.width, max(last, first + 1)))


def heights(room: int, shares: Sequence[int], least: Sequence[int]) -> list[int]:
    """Lines for each of several strips: `least` to begin with, and the rest by `shares`.

    What is left over goes to the first of them.
    """
    found = list(least)
    rest = max(0, room - sum(found))
    whole = sum(shares)
    for place, share in enumerate(shares):
        found[place] += rest * share // whole
    found[0] += room - sum(found) if room > sum(found) else 0
    return found
