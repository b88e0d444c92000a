"""Moments of note along the time of a chart: a line through it, and words above it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from reports.charts.fitting import width
from reports.charts.house import INK, Look, Sheet

AROUND = 5.5
"""Letters' heights that labels and numbers take beside axes as wide as the figure, about."""
LINE = 1.35
"""Letters' heights from one row of words to the next."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment in seconds, and what it was."""

    time: float
    words: str


@dataclass(frozen=True, slots=True)
class Words:
    """Where words stand: `at` the line to them, from `begin` to `end` (points), in row `level`."""

    at: float
    begin: float
    end: float
    level: int


def write_above(axes: Axes, moments: Sequence[Moment], look: Look) -> None:
    """Draw all moments; words that would lie upon each other stand in rows. Call it with limits set.

    Moments at the same time share their words. The axes need a title.
    """
    letter = look.size.caption
    first, last = axes.get_xlim()
    room = look.room - AROUND * look.size.text
    together: dict[float, list[str]] = {}
    for each in sorted(moments, key=lambda each: each.time):
        together.setdefault(each.time, []).append(each.words)
    placed: list[Words] = []
    # From the last to the first: words run to the right, where there is room, so that the line to
    # those of an earlier moment, which stand higher, passes on their left.
    for time, words in reversed(together.items()):
        text = ", ".join(words)
        at = (time - first) / (last - first) * room
        wide = width(text, letter) + letter
        begin = max(0.0, min(at, room - wide))
        level = _level(placed, at, begin, begin + wide)
        placed.append(Words(at, begin, begin + wide, level))
        _write(
            axes, time, text, (begin - at, LINE * letter * (level + 0.3)), (at - begin) / wide, look
        )
    figure = axes.get_figure(root=True)
    assert isinstance(figure, Sheet)
    rows = 1 + max((each.level for each in placed), default=-1)
    figure.lifted[axes] = LINE * letter * (rows + 0.2)


def _level(placed: Sequence[Words], at: float, begin: float, end: float) -> int:
    """The lowest row in which words lie on no others, and best of all no line runs through any."""
    top = 1 + max((each.level for each in placed), default=-1)
    for level in range(top + 1):
        meets = any(
            each.level == level and begin <= each.end and each.begin <= end for each in placed
        )
        crossed = any(each.level > level and begin <= each.at <= end for each in placed)
        crosses = any(each.level < level and each.begin <= at <= each.end for each in placed)
        if not (meets or crossed or crosses):
            return level
    return top


def _write(
    axes: Axes, time: float, text: str, offset: tuple[float, float], foot: float, look: Look
) -> None:
    """A line through the axes and on to the words, which it meets at a part `foot` of their width.

    The words stand `offset` points to the right of it and above the axes.
    """
    wide = 0.4 * look.size.line
    axes.axvline(time, color=INK, lw=wide, ls=":", zorder=4)
    words = axes.annotate(
        text,
        (time, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=offset,
        textcoords="offset points",
        ha="left",
        va="bottom",
        fontsize=look.size.caption,
        path_effects=[withStroke(linewidth=look.size.caption / 4, foreground="white")],
        arrowprops={
            "arrowstyle": "-",
            "linestyle": ":",
            "lw": wide,
            "relpos": (foot, 0.0),
            "shrinkA": 0.0,
            "shrinkB": 0.0,
        },
    )
    # Legend and title stand above it, and keep its place; beside the axes it has none.
    words.set_in_layout(False)
