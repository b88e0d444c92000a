"""Circuit breakers over time: when each was open, half open or forced, and which instances were ejected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from reports.charts.faults import over_time, told
from reports.charts.house import BLUE, INK, ORANGE, PALE, RED, Look, legend, sheet
from reports.charts.nothing import NothingToDraw
from reports.charts.series import counts, lengths, middles
from reports.stored import StoredRun
from simulator.experiment.result import LogEntry, Result
from simulator.observe.event_log import MOST as LOG_MOST

MOST = 12
"""Breakers that can be read below each other: those that were open longest."""
HIGH = 0.6
LOOKS: Mapping[str, tuple[str, str]] = {
    "open": (RED, ""),
    "half_open": (ORANGE, "///"),
    "forced_open": (INK, "xxx"),
    "disabled": (PALE, "..."),
    "metrics_only": (PALE, "---"),
}
"""Colour and hatch of each state; a closed breaker is a line."""
Spell = tuple[str, float, float]
"""A state, and from when to when a breaker was in it, in seconds."""


def draw(stored: StoredRun, look: Look) -> Figure:
    """A row for each breaker above, what users got that was not `ok` below.

    Raises:
        NothingToDraw: if no breaker ever changed its state.
    """
    result, say = stored.result, look.say
    found = spells(result)
    if not found:
        raise NothingToDraw(
            "no circuit breaker changed its state; this needs a `breaker` that opens"
        )
    away = {name: sum(end - begin for _, begin, end in each) for name, each in found.items()}
    shown = sorted(sorted(away, key=lambda name: -away[name])[:MOST])
    figure = sheet(
        look,
        say(
            "{scenario}, seed {seed}: circuit breakers", scenario=result.scenario, seed=result.seed
        ),
        _caption(result, len(found) - len(shown), look),
    )
    above, below = figure.subplots(
        2, 1, sharex=True, height_ratios=(max(2.0, 0.5 * len(shown)), 2.0)
    )
    _rows(above, shown, found, result, look)
    ended = counts(result)
    # What a fallback answered instead is no failure, and yet what the breaker brings about.
    others = [each for name, each in ended.items() if name not in ("ok", "cancelled")]
    failed = sum(others, np.zeros(len(middles(result))))
    below.plot(middles(result), failed / lengths(result), color=INK)
    below.set_ylabel(say("not ok (per second)"))
    below.set_ylim(bottom=0.0, top=None if failed.any() else 1.0)
    ejected = [each.time for each in result.log if is_ejection(each)]
    if ejected:
        below.plot(
            ejected,
            np.zeros(len(ejected)),
            "^",
            color=INK,
            markersize=2.4 * look.size.line,
            clip_on=False,
            label=say("an instance is ejected"),
        )
        legend(below)
    over_time((above, below), result, look)
    return figure


def is_ejection(entry: LogEntry) -> bool:
    """Whether a caller's outlier detection has put an instance aside."""
    return entry.kind == "choice" and entry.detail == "ejected"


def spells(result: Result) -> dict[str, list[Spell]]:
    """By breaker (`shop-1 > payments`), when it was in which state but closed."""
    found: dict[str, list[Spell]] = {}
    since: dict[str, tuple[str, float]] = {}
    for entry in result.log:
        if entry.kind != "breaker":
            continue
        mine = found.setdefault(entry.subject, [])
        if entry.subject in since:
            mine.append((*since.pop(entry.subject), entry.time))
        # What follows the state, such as by whom it was forced, is for readers.
        state = entry.detail.split()[0].rstrip(",:;")
        if state in LOOKS:
            since[entry.subject] = (state, entry.time)
    # Of what came after a full log nothing is known.
    end = result.log[-1].time if len(result.log) >= LOG_MOST else result.simulated
    for subject, (state, begin) in since.items():
        found[subject].append((state, begin, end))
    return found


def _rows(
    axes: Axes,
    shown: Sequence[str],
    found: Mapping[str, Sequence[Spell]],
    result: Result,
    look: Look,
) -> None:
    thin = 0.4 * look.size.line
    states = []
    for place, name in enumerate(shown):
        axes.plot([0.0, result.simulated], [place, place], color=BLUE, lw=thin, zorder=1)
        for state, begin, end in found[name]:
            colour, hatch = LOOKS[state]
            axes.barh(
                place,
                end - begin,
                left=begin,
                height=HIGH,
                color=colour,
                hatch=hatch,
                edgecolor=INK,
                linewidth=thin / 2,
                zorder=2,
            )
            states.append(state)
    axes.set_yticks(range(len(shown)), shown)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    say = look.say
    names = {
        "open": say("open"),
        "half_open": say("half open"),
        "forced_open": say("forced open"),
        "disabled": say("disabled"),
        "metrics_only": say("metrics only"),
    }
    keys = [state for state in LOOKS if state in states]
    legend(
        axes,
        [
            Patch(
                facecolor=LOOKS[state][0],
                hatch=LOOKS[state][1],
                edgecolor=INK,
                label=names[state],
            )
            for state in keys
        ],
    )


def _caption(result: Result, more: int, look: Look) -> str:
    """Faults, what a line is, and what is left out."""
    say = look.say
    lines = [
        told(result.faults, look),
        say("A line: the breaker is closed, and lets calls through."),
    ]
    if more:
        lines.append(say("{more} more breakers, open for less time, are left out.", more=more))
    if len(result.log) >= LOG_MOST:
        lines.append(say("The log is full: what came later is not shown."))
    return "\n".join(filter(None, lines))
