"""Names beside dots, each where it hides nothing, if there is such a place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import hypot

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from reports.charts.fitting import width, wrapped
from reports.charts.house import GREY, INK, Look

WIDEST = 0.42
"""The part of the axes' width that a name may take, before it is broken."""
SIDES = ((1, 1), (1, -1), (-1, 1), (-1, -1), (1, 0), (-1, 0), (0, 1), (0, -1))
"""Right and above, right and below, ...; the earlier ones first, where all are free."""
LINE = 1.3
"""Heights of a letter that a line takes."""
ACROSS, UP = 24, 40
"""In so many places of the axes a name may stand that finds none at its dot."""

Box = tuple[float, float, float, float]
"""Left, bottom, right and top, in points from the corner of the axes."""
Spot = tuple[float, float]


def name_dots(axes: Axes, names: Sequence[str], places: Sequence[Spot], look: Look) -> None:
    """Write names beside dots at `places` (data), a line to those that found no room next to theirs.

    Call it when the axes have their limits and their size: the layout must have been made.
    """
    figure = axes.get_figure(root=True)
    assert figure is not None
    frame, points = axes.get_window_extent(), 72.0 / figure.dpi
    inside = (0.0, 0.0, frame.width * points, frame.height * points)
    corner = np.array([frame.x0, frame.y0])
    spots = [tuple(each) for each in (axes.transData.transform(list(places)) - corner) * points]
    half, letter = 2.6 * look.size.line, look.size.caption
    written: list[Box] = []
    texts = [wrapped(name, letter, WIDEST * inside[2]) for name in names]
    # The widest first: small ones find a place between them.
    for number in sorted(range(len(texts)), key=lambda each: -width(texts[each], letter)):
        text, (x, y) = texts[number], spots[number]
        # Off other dots it stays twice as far as off its own, lest it seem to be theirs.
        others = [each for each in spots if each != (x, y)]
        taken = [*written, _around((x, y), half), *(_around(each, 2.0 * half) for each in others)]
        room = width(text, letter), LINE * letter * (1 + text.count("\n"))
        ranked: list[tuple[float, float, Box]] = []
        for order, box in enumerate(_boxes((x, y), room, half, inside)):
            hidden, far = _hidden(box, taken, inside), float(order)
            if order >= len(SIDES):
                end = ((box[0] + box[2]) / 2.0, (box[1] + box[3]) / 2.0)
                far = len(SIDES) + hypot(end[0] - x, end[1] - y)
                # A line through another dot would seem to lead to that one.
                hidden += sum(_off(each, (x, y), end) < half for each in others) * half**2
            ranked.append((round(hidden, 1), far, box))
        _, far, box = min(ranked)
        written.append(box)
        name = axes.annotate(
            text,
            places[number],
            xytext=((box[0] + box[2]) / 2.0 - x, (box[1] + box[3]) / 2.0 - y),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=letter,
            color=INK,
            # Intervals may pass below it.
            path_effects=[withStroke(linewidth=letter / 4, foreground="white")],
            zorder=5,
            arrowprops={
                "arrowstyle": "-",
                "color": GREY,
                "lw": 0.3 * look.size.line,
                "shrinkA": 0.0,
                "shrinkB": half,
            }
            if far >= len(SIDES)
            else None,
        )
        # It lies inside the axes, whose size must not depend on it.
        name.set_in_layout(False)


def _around(spot: Spot, half: float) -> Box:
    """A square about a dot."""
    return spot[0] - half, spot[1] - half, spot[0] + half, spot[1] + half


def _boxes(spot: Spot, room: Spot, half: float, inside: Box) -> Iterator[Box]:
    """Where a name may come to lie: at each side of its dot, then anywhere."""
    wide, high = room
    for right, up in SIDES:
        # What stands above or beside its dot must clear it; what stands at a corner, less so.
        off = half * (1.1 if right and up else 1.5)
        left = spot[0] + off * right + wide * (right - 1) / 2.0
        bottom = spot[1] + off * up + high * (up - 1) / 2.0
        yield left, bottom, left + wide, bottom + high
    for left in np.linspace(half, inside[2] - wide - half, ACROSS):
        for bottom in np.linspace(half, inside[3] - high - half, UP):
            yield float(left), float(bottom), float(left) + wide, float(bottom) + high


def _off(spot: Spot, start: Spot, end: Spot) -> float:
    """How far a spot is off the line between two others."""
    along = np.subtract(end, start)
    part = float(np.dot(np.subtract(spot, start), along) / (np.dot(along, along) or 1.0))
    nearest = np.add(start, min(max(part, 0.0), 1.0) * along)
    return float(hypot(*np.subtract(spot, nearest)))


def _hidden(box: Box, taken: Sequence[Box], inside: Box) -> float:
    """How much a box hides, or stands out of the axes, in square points."""
    area = (box[2] - box[0]) * (box[3] - box[1])
    return sum(_shared(box, each) for each in taken) + area - _shared(box, inside)


def _shared(one: Box, other: Box) -> float:
    """The area that two boxes share."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide * high if wide > 0.0 and high > 0.0 else 0.0
