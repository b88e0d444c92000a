"""One measure against another, such as cost and latency, with the candidates that none beats in both."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from reports.charts.beside import name_dots
from reports.charts.compared import Side, caption, title
from reports.charts.house import BLUE, GREY, Look, legend, sheet
from reports.charts.nothing import NothingToDraw
from reports.stored import StoredComparison
from simulator.experiment.comparison import Comparison
from simulator.experiment.statistics import Interval

ROOM = 0.12
"""The part of the axes that is left free on either side of the dots, for their names."""
DASHES = (0, (4, 3))

Places = dict[str, tuple[Interval, Interval]]
"""Where candidates stand, by their names: along and up."""


def draw(stored: StoredComparison, look: Look) -> Figure:
    """A dot for each candidate; a stair through those of which no other is better in both.

    Raises:
        NothingToDraw: if only one measure was compared.
    """
    comparison = stored.comparison
    against, measure = comparison.against, comparison.measure
    if against is None:
        message = "only one measure was compared; `aftershock compare --against cost` adds a second"
        raise NothingToDraw(message)
    places = {
        each.name: (one, two)
        for each in comparison.candidates
        if (one := each.measures[against.key].interval) is not None
        and (two := each.measures[measure.key].interval) is not None
    }
    if not places:
        message = f"no candidate has both a {against.title} and a {measure.title}"
        raise NothingToDraw(message)
    measures = look.say(
        "{one} against {other}", one=look.say(against.title), other=look.say(measure.title)
    )
    heading = title(comparison, measures, look)
    height = 1.0 if look.size.wide else 1.25
    figure = sheet(look, heading, caption(comparison, look), height=height)
    axes = figure.subplots()
    axes.grid(visible=True, axis="both")
    along = Side(against, [one for one, _ in places.values()])
    up = Side(measure, [two for _, two in places.values()])
    along.dress(axes.xaxis, look, ROOM)
    up.dress(axes.yaxis, look, ROOM)
    spots = {
        name: (one.mean / along.divisor, two.mean / up.divisor)
        for name, (one, two) in places.items()
    }
    _stair(axes, sorted(spots[name] for name in comparison.front), look)
    for name, (one, two) in places.items():
        errors = (one.half_width / along.divisor, two.half_width / up.divisor)
        _dot(axes, spots[name], errors, name in comparison.front, look)
    legend(axes, _handles(comparison, places, look))
    figure.settle()
    name_dots(axes, list(spots), list(spots.values()), look)
    return figure


def _stair(axes: Axes, points: list[tuple[float, float]], look: Look) -> None:
    """The front as a stair: for what one pays, the best that there is."""
    if len(points) > 1:
        axes.plot(
            [x for x, _ in points],
            [y for _, y in points],
            drawstyle="steps-post",
            color=BLUE,
            lw=0.8 * look.size.line,
            ls=DASHES,
            zorder=2,
        )


def _dot(
    axes: Axes,
    spot: tuple[float, float],
    errors: tuple[float, float],
    on_front: bool,
    look: Look,
) -> None:
    """One candidate with its intervals."""
    colour, line = BLUE if on_front else GREY, look.size.line
    axes.errorbar(
        *spot,
        xerr=errors[0],
        yerr=errors[1],
        fmt="o" if on_front else "s",
        color=colour,
        markerfacecolor=colour if on_front else "white",
        markersize=4.4 * line,
        markeredgewidth=0.8 * line,
        elinewidth=0.8 * line,
        capsize=2.0 * line,
        capthick=0.8 * line,
        zorder=3,
    )


def _handles(comparison: Comparison, places: Places, look: Look) -> list[Line2D]:
    """What the shapes mean."""
    looks = {
        True: ("o", BLUE, BLUE, "Pareto front: none is better in both"),
        False: ("s", GREY, "white", "another is better in both"),
    }
    return [
        Line2D(
            [],
            [],
            marker=marker,
            color=colour,
            markerfacecolor=face,
            markersize=3.6 * look.size.line,
            markeredgewidth=0.8 * look.size.line,
            linestyle=DASHES if on_front and len(comparison.front) > 1 else "none",
            linewidth=0.8 * look.size.line,
            label=look.say(text),
        )
        for on_front, (marker, colour, face, text) in looks.items()
        if any((name in comparison.front) is on_front for name in places)
    ]
