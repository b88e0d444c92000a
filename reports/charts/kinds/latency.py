"""How latencies are spread: which share of answers took less, and the same over time."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from reports.charts.faults import edges, number, told
from reports.charts.heat import heat_map
from reports.charts.house import INK, SERIES, Line, Look, legend, sheet
from reports.charts.latencies import Buckets, need_buckets
from reports.charts.scales import logarithmic, time_unit
from reports.quantity import seconds, share
from reports.stored import StoredRun
from simulator.experiment.result import Result
from simulator.scenario import ScenarioError, parse

MOST_CLASSES = 5
"""Lines beside that of all; those of the classes with the most answers."""
SELDOM = 0.001
"""The share of the shortest latencies that the axis leaves out, so that one does not stretch it."""
ALL = Line(INK)


def draw(stored: StoredRun, look: Look) -> Figure:
    """The distribution on the left, the heat map on the right; or one above the other.

    Raises:
        NothingToDraw: if the run has kept no histograms of its latencies.
    """
    result, say = stored.result, look.say
    everything = need_buckets(result)
    warm = everything.since(ceil(result.warmup / result.interval - 1e-9)) or everything
    objectives = objectives_of(stored)
    notes = [
        say(
            "Shares: of usable answers that ended from {start} on; dots: percentiles of all.",
            start=seconds(result.warmup),
        ),
        *([say("Diamond: what took less than the class's slo.")] if objectives else []),
        told(result.faults, look),
    ]
    wide = look.size.wide
    title = say("{scenario}, seed {seed}: latency", scenario=result.scenario, seed=result.seed)
    caption = "\n".join(each for each in notes if each)
    figure = sheet(look, title, caption, height=1.0 if wide else 1.8)
    shares, heat = figure.subplots(*((1, 2) if wide else (2, 1)))
    factor, unit = time_unit(float(everything.upto.max()))
    xs, ys = warm.shares()
    low = 0.9 * float(xs[np.searchsorted(ys, SELDOM, side="right") - 1])
    limits = factor * low, factor * 1.1 * float(everything.upto.max())
    logarithmic(shares.xaxis, *limits, look.size.ticks)
    logarithmic(heat.yaxis, *limits, look.size.ticks)
    _shares(shares, result, warm, objectives, factor, look)
    heat_map(heat, result, everything, factor, look)
    edges(heat, result.faults, result.simulated)
    number(heat, result.faults, look)
    shares.set_xlabel(say("latency ({unit})", unit=unit))
    heat.set_ylabel(say("latency ({unit})", unit=unit))
    return figure


def objectives_of(stored: StoredRun) -> Mapping[str, float]:
    """The `slo` of each class that has one, in seconds."""
    try:
        traffic = parse(stored.scenario).scenario.traffic
    except ScenarioError:
        # Files that it names lie elsewhere: the run can be shown all the same.
        return {}
    return {name: each.slo for name, each in traffic.items() if each.slo is not None}


def _shares(
    axes: Axes,
    result: Result,
    warm: Buckets,
    objectives: Mapping[str, float],
    factor: float,
    look: Look,
) -> None:
    """A line for each class, and one for all together with its percentiles."""
    names = sorted(result.traffic, key=lambda name: -result.traffic[name].latency.count)
    shown = [name for name in result.traffic if name in names[:MOST_CLASSES]]
    whole = look.say("all classes") if len(result.traffic) > 1 else shown[0]
    lines = [(whole, ALL, list(result.traffic))]
    if len(result.traffic) > 1:
        lines += [(name, line, [name]) for name, line in zip(shown, SERIES, strict=False)]
    first = ceil(result.warmup / result.interval - 1e-9)
    for place, (label, line, whose) in enumerate(lines):
        found = warm if place == 0 else Buckets.of(result, whose)
        if place and found is not None:
            found = found.since(first)
        if found is None:
            continue
        xs, ys = found.shares()
        goal = objectives.get(whose[0]) if len(whose) == 1 else None
        if goal is not None:
            met = float(np.interp(goal, xs, ys))
            label = f"{label} (slo {seconds(goal)}: {share(met)})"
            axes.plot(factor * goal, 100.0 * met, marker="D", color=line.colour, zorder=4,
                      markersize=3.5 * look.size.line, markeredgecolor="white",
                      markeredgewidth=0.4 * look.size.line)  # fmt: skip
        axes.plot(factor * xs, 100.0 * ys, color=line.colour, ls=line.dash, label=label,
                  zorder=3 if place == 0 else 2)  # fmt: skip
    _mark(axes, result, factor, look)
    axes.set_ylim(0.0, 104.0)
    axes.set_ylabel(look.say("answers that took less (%)"))
    axes.grid(visible=True, axis="both")
    legend(axes)


def _mark(axes: Axes, result: Result, factor: float, look: Look) -> None:
    """The percentiles of the summary as dots; their figures stand where no line ends."""
    letter = look.size.caption
    shown = []
    for name, height in (("p50", 50.0), ("p95", 95.0), ("p99", 99.0)):
        value = getattr(result.total.latency, name)
        if value is not None:
            axes.plot(factor * value, height, marker="o", color=INK, zorder=5,
                      markersize=2.2 * look.size.line)  # fmt: skip
            shown.append(f"{name} {seconds(value)}")
    axes.text(
        0.98,
        0.04,
        "\n".join(shown),
        transform=axes.transAxes,
        ha="right",
        fontsize=letter,
        path_effects=[withStroke(linewidth=letter / 4, foreground="white")],
        zorder=6,
    )
