"""Events of note as a strip of marks along the time, one row for each kind of event."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes

from reports.charts.house import INK, PALE, Look
from simulator.experiment.result import Result

MOST = 5
"""Rows of a strip."""


def rows_of(result: Result, look: Look) -> Mapping[str, list[float]]:
    """When something of each kind happened, in seconds: by its name; at most `MOST` kinds.

    Faults are no part of it, nor what follows from them alone.
    """
    say = look.say
    names = {
        "deploy": say("deployment"),
        "config": say("configuration"),
        "scale": say("scaling"),
        "platform": say("platform"),
        "breaker": say("breaker"),
        "instance": say("instance"),
        "registry": say("registry"),
        "gslb": say("name server"),
        "choice": say("choice"),
    }
    found: dict[str, list[float]] = {name: [] for name in names.values()}
    for each in result.log:
        if each.kind in names:
            found[names[each.kind]].append(each.time)
    happened = [(name, when) for name, when in found.items() if when]
    return dict(happened[:MOST])


def strip(axes: Axes, rows: Mapping[str, list[float]], look: Look) -> None:
    """Draw the rows, the first one on top."""
    axes.eventplot(
        list(rows.values()),
        lineoffsets=list(range(len(rows))),
        linelengths=0.7,
        linewidths=0.6 * look.size.line,
        colors=INK,
    )
    axes.set_yticks(range(len(rows)), list(rows))
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.tick_params(length=0)
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_color(PALE)
    axes.grid(visible=False)
