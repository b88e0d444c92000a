"""How much room words take, and how they are broken to have it: measured in the font, not guessed.

The font comes with matplotlib, so that a text is as wide on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from matplotlib.axis import Axis
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from matplotlib.ticker import AutoLocator, MaxNLocator

from reports.charts.scales import PLAIN

FONT = "DejaVu Sans"
STEPS = (1, 2, 2.5, 5, 10)
"""Between labels of an axis, times a power of ten."""
SLACK = 0.97
"""A screen rounds letters to its dots, which makes them a little wider or narrower."""
BETWEEN = "  |  "
"""Stands between short texts in a line."""
HANDLE, GAP, BORDER = 3.2, 1.4, 0.8
"""Letters' heights that a legend needs beside each text, between columns, and around all."""


@lru_cache(maxsize=4096)
def width(text: str, points: float, bold: bool = False) -> float:
    """How wide the widest line of a text is, in points, in letters of `points`."""
    font = FontProperties(family=FONT, size=points, weight="bold" if bold else "normal")
    measured = [
        text_to_path.get_text_width_height_descent(line, font, ismath=False)[0]
        for line in text.split("\n")
    ]
    return float(max(measured))


def wrapped(text: str, points: float, room: float, bold: bool = False) -> str:
    """A text in lines of at most `room` points; within a word only where it fits no line."""
    room *= SLACK
    lines: list[str] = []
    for paragraph in text.split("\n"):
        if width(paragraph, points, bold) <= room:
            lines.append(paragraph)
            continue
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if width(longer, points, bold) <= room:
                line = longer
                continue
            if line:
                lines.append(line)
            line = word
            while width(line, points, bold) > room and len(line) > 1:
                fits = _fitting(line, points, room, bold)
                lines.append(line[:fits])
                line = line[fits:]
        lines.append(line)
    return "\n".join(lines)


def packed(parts: Sequence[str], points: float, room: float) -> str:
    """Short texts one after another, as many in a line as have room of `room` points."""
    lines: list[str] = []
    for part in parts:
        longer = f"{lines[-1]}{BETWEEN}{part}" if lines else part
        if lines and width(longer, points) <= room * SLACK:
            lines[-1] = longer
        else:
            lines.append(part)
    return "\n".join(lines)


def _fitting(word: str, points: float, room: float, bold: bool) -> int:
    """How many letters of a word fit a line, at least one; up to a joint, if there is one late enough."""
    fits = max(1, sum(width(word[:end], points, bold) <= room for end in range(1, len(word))))
    joint = 1 + max(word.rfind(mark, 0, fits) for mark in "-_./")
    return joint if joint > fits // 2 else fits


def columns(texts: Sequence[str], points: float, room: float) -> int:
    """How many columns of a legend fit beside each other in `room` points."""
    wide = [width(text, points) + HANDLE * points for text in texts]
    for count in range(len(wide), 1, -1):
        # A legend fills its columns from the left, the first ones with one more.
        ends = np.cumsum([0, *(len(part) for part in np.array_split(wide, count))])
        total = sum(max(wide[first:end]) for first, end in pairwise(ends))
        if total + GAP * points * (count - 1) + BORDER * points <= room * SLACK:
            return count
    return 1


def thin(axis: Axis, most: int) -> None:
    """At most so many labels along an axis that has not chosen its own, none upon another, and plain."""
    if isinstance(axis.get_major_locator(), AutoLocator):
        labels = max(2, min(most, axis.get_tick_space()))
        axis.set_major_locator(MaxNLocator(labels, steps=STEPS))
        axis.set_major_formatter(PLAIN)
