"""One measure against another, with the candidates that none beats in both, for a slide."""

from __future__ import annotations

from math import log

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from reports.charts.comparison import TOO_FAR_APART
from reports.charts.frame import TEXT, axis_label, framed
from reports.spread import scale, short_paths
from simulator.experiment.comparison import Comparison
from simulator.experiment.measures import Measure
from simulator.experiment.statistics import Interval

SIZE = (12.0, 8.0)
"""Inches."""
ON_FRONT, BEATEN, LINE = "#1b5e9e", "#777777", "#1b5e9e"
INSIDE = (10.8, 5.9)
"""About how large the axes are within that."""
LETTER, LINE_HEIGHT, BESIDE, DOT = 0.125, 0.27, 0.17, 0.1
"""Inches that a letter and a line take, that a name stands off its dot, and half a dot."""
CORNERS = ((1, 1), (1, -1), (-1, 1), (-1, -1))
"""Right and above, right and below, left and above, left and below."""
ROOM = 0.1
"""The part of the axes that is left free on either side of the dots, for their names."""


def pareto_chart(comparison: Comparison) -> Figure:
    """A dot for each candidate; a stair through those of which no other is better in both."""
    against = comparison.against
    assert against is not None
    paths = " and ".join(short_paths(list(comparison.candidates[0].choices)).values())
    figure = framed(
        SIZE,
        comparison,
        f"{against.title} against {comparison.measure.title} by {paths}",
        "Filled: no other candidate is better in both (the Pareto front).",
    )
    axes = figure.subplots()
    places = {
        each.name: (one, two)
        for each in comparison.candidates
        if (one := each.measures[against.key].interval) is not None
        and (two := each.measures[comparison.measure.key].interval) is not None
    }
    sides = [
        Side(axis, measure, [pair[number] for pair in places.values()])
        for number, (axis, measure) in enumerate((("x", against), ("y", comparison.measure)))
    ]
    for side in sides:
        side.dress(axes)
    _stair(axes, comparison, places, sides)
    named = Labels(axes)
    dots = {name: _dot(axes, comparison, name, place, sides) for name, place in places.items()}
    named.dots = [named.spot(*dot) for dot in dots.values()]
    for name, dot in dots.items():
        named.put(name, *dot)
    axes.grid(color="#d0d0d0", zorder=0)
    axes.set_axisbelow(True)
    for edge in ("top", "right"):
        axes.spines[edge].set_visible(False)
    return figure


class Side:
    """One of the two axes: its measure, in which unit, and how far it goes."""

    def __init__(self, axis: str, measure: Measure, found: list[Interval]) -> None:
        self.axis = axis
        self.measure = measure
        self.ends = [end for each in found for end in (each.low, each.high)]
        self.means = [each.mean for each in found]
        sizes = [abs(each) for each in self.means]
        self.divisor, self.unit = scale(measure.unit, max(sizes, default=0.0))
        self.logarithmic = (
            bool(sizes) and min(sizes) > 0.0 and (max(sizes) / min(sizes) > TOO_FAR_APART)
        )

    def dress(self, axes: Axes) -> None:
        """Scale and label the axis."""
        axis = axes.xaxis if self.axis == "x" else axes.yaxis
        # Where an interval reaches below nothing, a logarithm does not follow it.
        ends = self.means if self.logarithmic else [*self.means, *self.ends]
        low, high = min(ends, default=0.0), max(ends, default=1.0)
        low, high = low / self.divisor, high / self.divisor
        if self.logarithmic:
            (axes.set_xscale if self.axis == "x" else axes.set_yscale)("log")
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            axis.set_minor_formatter(NullFormatter())
            room = (high / low) ** ROOM
            low, high = low / room, high * room
        else:
            room = (high - low or abs(high) or 1.0) * ROOM
            low, high = low - room, high + room
        (axes.set_xlim if self.axis == "x" else axes.set_ylim)(low, high)
        axis.set_label_text(axis_label(self.measure, self.unit), fontsize=TEXT)
        axes.tick_params(axis="both", labelsize=TEXT)

    def at(self, value: float) -> float:
        """Where a value stands."""
        return value / self.divisor


Places = dict[str, tuple[Interval, Interval]]


def _stair(axes: Axes, comparison: Comparison, places: Places, sides: list[Side]) -> None:
    """The front as a stair: for what one pays, the best that there is."""
    points = sorted(
        (sides[0].at(places[name][0].mean), sides[1].at(places[name][1].mean))
        for name in comparison.front
    )
    if len(points) > 1:
        axes.plot(
            [x for x, _ in points],
            [y for _, y in points],
            drawstyle="steps-post",
            color=LINE,
            linewidth=2,
            linestyle=(0, (4, 3)),
            zorder=2,
        )


def _dot(
    axes: Axes,
    comparison: Comparison,
    name: str,
    place: tuple[Interval, Interval],
    sides: list[Side],
) -> tuple[float, float]:
    """One candidate with its intervals; returns where it stands on the axes."""
    on_front = name in comparison.front
    colour = ON_FRONT if on_front else BEATEN
    x, y = (side.at(interval.mean) for side, interval in zip(sides, place, strict=True))
    errors = [side.at(interval.half_width) for side, interval in zip(sides, place, strict=True)]
    axes.errorbar(
        x,
        y,
        xerr=errors[0],
        yerr=errors[1],
        fmt="o" if on_front else "s",
        color=colour,
        markerfacecolor=colour if on_front else "white",
        markersize=12,
        markeredgewidth=2,
        elinewidth=2,
        capsize=5,
        zorder=3,
    )
    return x, y


class Labels:
    """Names beside dots, each where it hides nothing, if there is such a place.

    Sizes are estimates in inches, so that the same chart comes out on every machine.
    """

    def __init__(self, axes: Axes) -> None:
        self.axes = axes
        self.dots: list[tuple[float, float]] = []
        self.boxes: list[tuple[float, float, float, float]] = []

    def spot(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the axes is, in inches from their corner."""
        place = []
        for value, (low, high), logarithmic, size in (
            (x, self.axes.get_xlim(), self.axes.get_xscale() == "log", INSIDE[0]),
            (y, self.axes.get_ylim(), self.axes.get_yscale() == "log", INSIDE[1]),
        ):
            if logarithmic:
                place.append(size * log(value / low) / log(high / low))
            else:
                place.append(size * (value - low) / (high - low))
        return place[0], place[1]

    def put(self, name: str, x: float, y: float) -> None:
        """Write a name beside its dot: at the first of four corners where there is most room."""
        here = self.spot(x, y)
        box, (right, up) = min(
            ((self.box(name, here, corner), corner) for corner in CORNERS),
            key=lambda each: self.hidden(each[0]),
        )
        self.boxes.append(box)
        self.axes.annotate(
            name,
            (x, y),
            xytext=(12 * right, 12 * up),
            textcoords="offset points",
            ha="left" if right > 0 else "right",
            va="bottom" if up > 0 else "top",
            fontsize=TEXT,
            color="#000000",
            parse_math=False,
        )

    def box(
        self, name: str, here: tuple[float, float], corner: tuple[int, int]
    ) -> tuple[float, float, float, float]:
        """Left, bottom, right and top of a name at a corner of its dot."""
        x, y = here[0] + BESIDE * corner[0], here[1] + BESIDE * corner[1]
        wide, high = LETTER * len(name) * corner[0], LINE_HEIGHT * corner[1]
        return min(x, x + wide), min(y, y + high), max(x, x + wide), max(y, y + high)

    def hidden(self, box: tuple[float, float, float, float]) -> float:
        """How much a box hides, in square inches, or stands out of the axes."""
        marks = [(x - DOT, y - DOT, x + DOT, y + DOT) for x, y in self.dots]
        inside = overlap(box, (0.0, 0.0, *INSIDE))
        area = (box[2] - box[0]) * (box[3] - box[1])
        return sum(overlap(box, each) for each in (*self.boxes, *marks)) + area - inside


def overlap(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> float:
    """What two boxes share."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide * high if wide > 0.0 and high > 0.0 else 0.0
