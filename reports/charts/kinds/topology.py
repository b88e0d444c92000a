"""The call graph as it was used: who asked whom how often, what failed, and how far a fault spread."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Patch

from reports.charts.fitting import width
from reports.charts.house import BLUE, INK, ORANGE, RED, Look, legend, sheet
from reports.charts.nothing import NothingToDraw
from reports.quantity import digits, seconds, share
from reports.stored import StoredRun
from simulator.experiment.result import FaultFigures, Result

HURT, BAD = 0.01, 0.1
"""Shares of calls that failed from which an edge is dashed, and dotted in red."""
GOOD = ("ok", "degraded", "cancelled")
HIGH = 0.62
"""Part of a row that a box takes."""
WIDE = 0.68
"""Part of a column that a box takes at most."""

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
    layers = layers_of(calls)
    figure = sheet(
        look,
        say("{scenario}, seed {seed}: who asks whom", scenario=result.scenario, seed=result.seed),
        _caption(fault, look),
    )
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set_xticks([])
    axes.set_yticks([])
    most = max(map(len, layers))
    axes.set_xlim(-0.5, len(layers) - 0.5)
    axes.set_ylim(most - 0.5, -0.5)
    places = {
        name: (float(column), (most - len(layer)) / 2.0 + row)
        for column, layer in enumerate(layers)
        for row, name in enumerate(layer)
    }
    letter = _letter(layers, result, look)
    for edge in calls:
        _edge(axes, edge, places, calls, failures, look)
    for name, place in places.items():
        _box(axes, name, place, stored, fault, letter, look)
    _legend(axes, fault, look)
    return figure


def traffic_of(result: Result) -> tuple[dict[Edge, int], dict[Edge, int]]:
    """By edge, how many calls there were since the warm-up, and how many of them failed."""
    calls: dict[Edge, int] = defaultdict(int)
    failures: dict[Edge, int] = defaultdict(int)
    for each in result.edges:
        edge = each.caller.partition(".")[0], each.callee.partition(".")[0]
        calls[edge] += each.calls
        failures[edge] += sum(n for name, n in each.outcomes.items() if name not in GOOD)
    return dict(calls), dict(failures)


def layers_of(calls: Mapping[Edge, int]) -> list[list[str]]:
    """Who stands in which column: one to the right of all that ask it, circles aside.

    Within a column, those whose callers stand high stand high: the barycentre of Sugiyama, Tagawa and
    Toda (1981).
    """
    names = list(dict.fromkeys(name for edge in calls for name in edge))
    depth = dict.fromkeys(names, 0)
    # Each round moves what has to move by one; a circle would move for ever.
    for _ in names:
        for caller, callee in calls:
            if caller != callee and depth[callee] <= depth[caller] < len(names) - 1:
                depth[callee] = depth[caller] + 1
    used = sorted(set(depth.values()))
    layers = [[name for name in names if depth[name] == each] for each in used]
    rows = {name: float(row) for row, name in enumerate(layers[0])}
    for layer in layers[1:]:
        for name in layer:
            above = [rows[caller] for caller, callee in calls if callee == name and caller in rows]
            rows[name] = sum(above) / len(above) if above else 0.0
        layer.sort(key=lambda name: rows[name])
        for row, name in enumerate(layer):
            rows[name] = float(row) - len(layer) / 2.0 + len(layers[0]) / 2.0
    return layers


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


def _letter(layers: Sequence[Sequence[str]], result: Result, look: Look) -> float:
    """Points of the letters in boxes: those of a caption, or fewer where a column is narrow."""
    letter = look.size.caption
    room = WIDE * look.room / len(layers)
    names = [name for layer in layers for name in layer]
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


def _edge(
    axes: Axes,
    edge: Edge,
    places: Mapping[str, tuple[float, float]],
    calls: Mapping[Edge, int],
    failures: Mapping[Edge, int],
    look: Look,
) -> None:
    (x, y), (to_x, to_y) = places[edge[0]], places[edge[1]]
    failed = failures[edge] / calls[edge] if calls[edge] else 0.0
    colour, dash = (
        (RED, ":") if failed >= BAD else (ORANGE, "--") if failed >= HURT else (BLUE, "-")
    )
    busiest = max(calls.values())
    axes.add_patch(
        FancyArrowPatch(
            (x + WIDE / 2, y),
            (to_x - WIDE / 2, to_y),
            arrowstyle="-|>",
            mutation_scale=3.5 * look.size.line,
            connectionstyle=f"arc3,rad={_bend(x, to_x)}",
            color=colour,
            linestyle=dash,
            linewidth=look.size.line * (0.3 + 1.2 * (calls[edge] / busiest) ** 0.5),
            zorder=2,
        )
    )


def _bend(x: float, to_x: float) -> float:
    """How far a line bows: one that passes a column goes by its boxes, one that goes back by all."""
    return 0.4 if to_x <= x else 0.15 if to_x - x > 1.5 else 0.0


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
