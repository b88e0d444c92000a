"""The call graph as it was used: who asked whom how often, what failed, and how far a fault spread."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Patch
from matplotlib.path import Path

from reports.charts.fitting import width
from reports.charts.house import BLUE, INK, ORANGE, RED, Look, legend, sheet
from reports.charts.nothing import NothingToDraw
from reports.layers import Graph, Spot, arrange, rows_of
from reports.quantity import digits, seconds, share
from reports.stored import StoredRun
from simulator.experiment.result import FaultFigures, Result
from simulator.live.views.graph import layers_of
from simulator.outcome import is_failure

HURT, BAD = 0.01, 0.1
"""Shares of calls that failed from which an edge is dashed, and dotted in red."""
BOX, PASSING = 4, 2
"""Rows that a box takes with the air around it, and a line that passes between boxes."""
HIGH = 0.68
"""Part of them that the box itself takes."""
WIDE = 0.68
"""Part of a column that a box takes at most."""

MIRROR = " (mirror)"
"""Ends the name of a caller whose copies these are."""
Edge = tuple[str, str]
"""From a traffic class or a service to a service."""


def draw(stored: StoredRun, look: Look) -> Figure:
    """Users on the left, whoever is asked last on the right; lines as thick as they carry calls.

    Raises:
        NothingToDraw: if nobody called anybody.
    """
    result, say = stored.result, look.say
    calls, failures = traffic_of(result)
    if not calls:
        raise NothingToDraw("nobody called anybody in this run")
    fault = farthest(result.faults)
    layers = layers_of_all(result, calls)
    graph = arrange(layers, calls)
    height = max(sum(map(_rows, column)) for column in graph.columns)
    rows = rows_of(graph, height, _rows)
    assert rows is not None, "the highest column has just as many rows as it needs"
    places = {
        spot: (float(number), rows[spot] / BOX)
        for number, column in enumerate(graph.columns)
        for spot in column
    }
    figure = sheet(
        look,
        say("{scenario}, seed {seed}: who asks whom", scenario=result.scenario, seed=result.seed),
        _caption(fault, look),
    )
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_xlim(-0.5, len(graph.columns) - 0.5)
    axes.set_ylim(height / BOX, 0.0)
    letter = _letter(len(graph.columns), list(layers), result, look)
    busiest = max(max(calls.values()), 1)
    for edge in calls:
        way = way_of(edge, graph, places)
        if len(way) > 1:
            share_failed = failures[edge] / calls[edge] if calls[edge] else 0.0
            _line(axes, way, (calls[edge] / busiest) ** 0.5, share_failed, look)
    for name in layers:
        _box(axes, name, places[Spot(name)], stored, fault, letter, look)
    _legend(axes, fault, look)
    return figure


def traffic_of(result: Result) -> tuple[dict[Edge, int], dict[Edge, int]]:
    """By edge, how many calls there were since the warm-up, and how many of them failed."""
    calls: dict[Edge, int] = defaultdict(int)
    failures: dict[Edge, int] = defaultdict(int)
    for each in result.edges:
        caller = each.caller.removesuffix(MIRROR)
        edge = caller.partition(".")[0], each.callee.partition(".")[0]
        calls[edge] += each.calls
        failures[edge] += sum(n for name, n in each.outcomes.items() if is_failure(name))
    return dict(calls), dict(failures)


def layers_of_all(result: Result, calls: Mapping[Edge, int]) -> dict[str, int]:
    """The column of everybody: 0 for users, and for a service the longest way to it from them."""
    names = dict.fromkeys(name for edge in calls for name in edge)
    users = [name for name in names if name not in result.services]
    services = [name for name in names if name in result.services]
    return dict.fromkeys(users, 0) | layers_of(list(calls), users, services)


def way_of(
    edge: Edge, graph: Graph, places: Mapping[Spot, tuple[float, float]]
) -> list[tuple[float, float]]:
    """The corners of a line, from the caller to the callee: through its places in columns that it passes."""
    hops = [hop for hop in graph.hops if hop.link == edge]
    if not hops:
        return []
    half = WIDE / 2
    if hops[0].beside:
        (x, y), (_, to_y) = places[Spot(edge[0])], places[Spot(edge[1])]
        out = x + half + 0.1
        return [(x + half, y), (out, y), (out, to_y), (x + half, to_y)]
    corners = []
    for hop in sorted(hops, key=lambda each: each.column):
        (x, y), (to_x, to_y) = places[hop.start], places[hop.end]
        corners += [(x + half, y), (to_x - half, to_y)]
    return corners[::-1] if hops[0].backwards else corners


def _rows(spot: Spot) -> int:
    """How much of a column something takes: a box with air around it, or a line that passes."""
    return BOX if spot.passing is None else PASSING


def farthest(faults: Sequence[FaultFigures]) -> FaultFigures | None:
    """The fault that reached most services; None if none reached any."""
    worst = max(faults, key=lambda each: len(each.blast_radius), default=None)
    return worst if worst is not None and worst.blast_radius else None


def _words(name: str, result: Result, fault: FaultFigures | None, look: Look) -> list[str]:
    """What is written in a box: the name, how many and how busy, and when trouble came."""
    say = look.say
    service = result.services.get(name)
    if service is None:
        return (
            [name, f"{digits(result.traffic[name].throughput)}/s"]
            if name in result.traffic
            else [name]
        )
    words = [name, f"{service.replicas} x {share(service.utilization)}"]
    if service.utilization is None:
        words[1] = say("{count} instances", count=service.replicas)
    reached = (
        None if fault is None else {each.service: each for each in fault.blast_radius}.get(name)
    )
    if reached is not None:
        after = reached.departed_after
        words.append(say("hit") if after is None else f"+{seconds(after)}")
    return words


def _letter(columns: int, names: Sequence[str], result: Result, look: Look) -> float:
    """Points of the letters in boxes: those of a caption, or fewer where a column is narrow."""
    letter = look.size.caption
    room = WIDE * look.room / columns
    widest = max(width(line, letter) for name in names for line in _words(name, result, None, look))
    # A box has some air around its words.
    return letter * min(1.0, room / (1.25 * widest))


def _box(
    axes: Axes,
    name: str,
    place: tuple[float, float],
    stored: StoredRun,
    fault: FaultFigures | None,
    letter: float,
    look: Look,
) -> None:
    words = _words(name, stored.result, fault, look)
    reached = len(words) > 2
    x, y = place
    axes.add_patch(
        FancyBboxPatch(
            (x - WIDE / 2, y - HIGH / 2),
            WIDE,
            HIGH,
            boxstyle="round,pad=0,rounding_size=0.05",
            facecolor="#f6d5d0" if reached else "white",
            edgecolor=RED if reached else INK,
            linewidth=(1.0 if reached else 0.4) * look.size.line,
            linestyle="--" if reached else "-",
            zorder=3,
        )
    )
    axes.text(
        x,
        y,
        "\n".join(words),
        fontsize=letter,
        ha="center",
        va="center",
        zorder=4,
        linespacing=1.25,
    )


def _line(
    axes: Axes, way: Sequence[tuple[float, float]], heavy: float, failed: float, look: Look
) -> None:
    """An arrow along some corners; `heavy` from 0 to 1 tells of the calls that it carries."""
    colour, dash = (
        (RED, ":") if failed >= BAD else (ORANGE, "--") if failed >= HURT else (BLUE, "-")
    )
    axes.add_patch(
        FancyArrowPatch(
            path=Path(way),
            arrowstyle="-|>",
            mutation_scale=3.5 * look.size.line,
            color=colour,
            linestyle=dash,
            linewidth=look.size.line * (0.3 + 1.2 * heavy),
            capstyle="butt",
            joinstyle="round",
            fill=False,
            zorder=2,
        )
    )


def _legend(axes: Axes, fault: FaultFigures | None, look: Look) -> None:
    say = look.say
    keys: list[Line2D | Patch] = [
        Line2D([], [], color=BLUE, label=say("under {share} of calls fail", share=f"{HURT:.0%}")),
        Line2D([], [], color=ORANGE, ls="--", label=say("{share} or more", share=f"{HURT:.0%}")),
        Line2D([], [], color=RED, ls=":", label=say("{share} or more", share=f"{BAD:.0%}")),
    ]
    if fault is not None:
        keys.append(
            Patch(facecolor="#f6d5d0", edgecolor=RED, ls="--", label=say("reached by the fault"))
        )
    legend(axes, keys)


def _caption(fault: FaultFigures | None, look: Look) -> str:
    say = look.say
    lines = [
        say(
            "Lines are thicker the more calls they carry. In boxes: instances and their utilization."
        )
    ]
    if fault is not None:
        lines.append(
            say(
                "After {fault} had begun, the fault that spread farthest, services left their usual "
                "state in so many seconds.",
                fault=fault.name,
            )
        )
    return "\n".join(lines)
