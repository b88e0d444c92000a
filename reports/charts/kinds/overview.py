"""A run at a glance: throughput and goodput, latency, how requests ended, and what happened, over time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports.charts import events
from reports.charts.faults import over_time, told
from reports.charts.house import GOODPUT, PERCENTILES, SERIES, THROUGHPUT, Look, legend, sheet
from reports.charts.latencies import Buckets, percentiles
from reports.charts.nothing import NothingToDraw
from reports.charts.outcomes import stacked
from reports.charts.scales import logarithmic, spread_out, time_unit
from reports.charts.series import FloatArray, counts, lengths, middles, of_name
from reports.stored import StoredRun
from simulator.experiment.result import Result

MOST_CLASSES = 6
"""Traffic classes whose p99 is shown; those with the most requests."""
MANY, THIN = 250, 0.5
"""Intervals from which on lines are thinner, and by how much: thick ones would be a single blot."""
HEADROOM = 1.12
"""The top of an axis over the highest value: for the numbers of faults."""


def draw(stored: StoredRun, look: Look) -> Figure:
    """Panels that share their time: in two columns where the sheet is wide enough.

    Raises:
        NothingToDraw: if no request ended.
    """
    result = stored.result
    if "traffic" not in result.series:
        raise NothingToDraw("no request ended in this run; a longer `--duration` may help")
    rows = events.rows_of(result, look)
    several = len(_classes(result)) > 1
    wide = look.size.wide
    heights = 1.0 if wide else 1.9 if several else 1.6
    title = look.say("{scenario}, seed {seed}", scenario=result.scenario, seed=result.seed)
    figure = sheet(look, title, told(result.faults, look), height=heights)
    strip = 2.3 * look.size.caption / 72.0 * len(rows)
    panel = look.size.height * heights / (3.2 if wide else 5.0)
    rate = ["rate", "events"] if rows else ["rate"]
    latency = ["latency", "classes"] if several else ["latency"]
    parts = [[*rate, "outcomes"], latency] if wide else [[*rate, *latency, "outcomes"]]
    axes: dict[str, Axes] = {}
    columns = figure.add_gridspec(1, len(parts))
    for place, names in enumerate(parts):
        ratios = [strip if name == "events" else panel for name in names]
        grid = columns[place].subgridspec(len(names), 1, height_ratios=ratios)
        for row, name in enumerate(names):
            axes[name] = figure.add_subplot(grid[row], sharex=axes.get(names[0]))
            axes[name].tick_params(labelbottom=row == len(names) - 1)
    _rate(axes["rate"], result, look)
    _latency(axes["latency"], result, look)
    if several:
        _by_class(axes["classes"], result, look)
    stacked(axes["outcomes"], middles(result), counts(result), look)
    if rows:
        events.strip(axes["events"], rows, look)
    for names in parts:
        over_time([axes[name] for name in names], result, look)
    return figure


def _classes(result: Result) -> list[str]:
    """The classes with the most requests, in the order of the scenario."""
    busy = sorted(result.traffic, key=lambda name: -result.traffic[name].started)[:MOST_CLASSES]
    return [name for name in result.traffic if name in busy]


def _rate(axes: Axes, result: Result, look: Look) -> None:
    say, when, ended = look.say, middles(result), counts(result)
    total = sum(ended.values(), np.zeros(len(when)))
    right = ended.get("ok", np.zeros(len(when)))
    for values, line, label in (
        (total, THROUGHPUT, say("throughput: all answers")),
        (right, GOODPUT, say("goodput: right answers")),
    ):
        rate = values / lengths(result)
        axes.plot(
            when, rate, color=line.colour, ls=line.dash, lw=_thickness(result, look), label=label
        )
    axes.set_ylim(0.0, HEADROOM * max(1.0, float((total / lengths(result)).max())))
    axes.set_ylabel(say("answers per second"))
    legend(axes)


def _latency(axes: Axes, result: Result, look: Look) -> None:
    """Percentiles of all classes together; where their histograms are missing, of the busiest one."""
    buckets = Buckets.of(result)
    name = max(result.traffic, key=lambda each: result.traffic[each].started)
    whose = look.say("all classes") if buckets is not None and len(result.traffic) > 1 else name
    found = []
    for share in PERCENTILES:
        if buckets is None or len(result.traffic) == 1:
            found.append(of_name(result, "traffic", name, f"latency_{share}"))
        else:
            found.append(percentiles(result, buckets, float(f"0.{share[1:]}")))
    _draw_times(axes, result, look, found)
    for share, line, drawn in zip(PERCENTILES, PERCENTILES.values(), axes.get_lines(), strict=True):
        drawn.set(color=line.colour, linestyle=line.dash, label=f"{share}, {whose}")
    legend(axes)


def _by_class(axes: Axes, result: Result, look: Look) -> None:
    names = _classes(result)
    found = [of_name(result, "traffic", name, "latency_p99") for name in names]
    _draw_times(axes, result, look, found)
    for name, line, drawn in zip(names, SERIES, axes.get_lines(), strict=False):
        drawn.set(color=line.colour, linestyle=line.dash, label=f"p99, {name}")
    legend(axes)


def _draw_times(axes: Axes, result: Result, look: Look, found: Sequence[FloatArray]) -> None:
    """Lines of latencies (s), on a scale and in a unit that suits them."""
    known = np.concatenate([each[np.isfinite(each)] for each in found])
    greatest = float(known.max(initial=0.0))
    factor, unit = time_unit(greatest)
    for each in found:
        axes.plot(middles(result), factor * each, lw=_thickness(result, look))
    if spread_out(*found):
        low = factor * float(known[known > 0.0].min())
        logarithmic(axes.yaxis, 0.8 * low, 1.5 * factor * greatest, look.size.ticks - 1)
    else:
        axes.set_ylim(0.0, HEADROOM * factor * greatest or 1.0)
    axes.set_ylabel(look.say("latency ({unit})", unit=unit))


def _thickness(result: Result, look: Look) -> float:
    """Of lines, in points."""
    return look.size.line * (THIN if len(middles(result)) > MANY else 1.0)
