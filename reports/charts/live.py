"""A run so far as a chart: what was answered and how fast, with what was done to it."""

from __future__ import annotations

from textwrap import shorten

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports.charts.faults import number, shade, told
from reports.charts.house import GOODPUT, PERCENTILES, THROUGHPUT, Look, legend, sheet, styled
from reports.charts.scales import time_unit
from simulator.experiment.result import FaultFigures
from simulator.live.snapshot import FaultView, Snapshot

LONGEST = 80
"""Characters of what a fault is, before it is cut."""
HEADROOM = 1.12
"""The top of an axis over the highest value: for the numbers of faults."""


def history_chart(snapshot: Snapshot, look: Look) -> Figure:
    """Throughput and goodput above, percentiles of latency below, over simulated time."""
    faults = [_figures(each) for each in snapshot.faults if each.state != "waiting"]
    say, until = look.say, max(snapshot.now, 1e-9)
    with styled(look.size):
        seed = say("{scenario}, seed {seed}", scenario=snapshot.scenario, seed=snapshot.seed)
        first = say("the first {time} s", time=f"{snapshot.now:.4g}")
        height = 1.0 if look.size.wide else 1.4
        figure = sheet(look, f"{seed}: {first}", told(faults, look), height=height)
        above, below = figure.subplots(2, 1, sharex=True)
        _rate(above, snapshot, look)
        _latency(below, snapshot, look)
        below.set_xlabel(say("simulated time (s)"))
        for axes in (above, below):
            axes.set_xlim(0.0, until)
            legend(axes)
            shade(axes, faults, until)
        number(above, faults, look)
        figure.settle()
    return figure


def _rate(axes: Axes, snapshot: Snapshot, look: Look) -> None:
    history, say = snapshot.history, look.say
    for values, line, label in (
        (history.throughput, THROUGHPUT, say("throughput: all answers")),
        (history.goodput, GOODPUT, say("goodput: right, and in time")),
    ):
        axes.plot(history.times, values, color=line.colour, ls=line.dash, label=label)
    axes.set_ylim(0.0, HEADROOM * max(1.0, _greatest(history.throughput)))
    axes.set_ylabel(say("answers per second"))


def _latency(axes: Axes, snapshot: Snapshot, look: Look) -> None:
    history = snapshot.history
    found = {name: getattr(history, name) for name in PERCENTILES}
    greatest = max(_greatest(each) for each in found.values())
    factor, unit = time_unit(greatest)
    for name, line in PERCENTILES.items():
        values = factor * np.asarray(found[name])
        axes.plot(history.times, values, color=line.colour, ls=line.dash, label=name)
    axes.set_ylim(0.0, HEADROOM * factor * greatest or 1.0)
    axes.set_ylabel(look.say("latency ({unit})", unit=unit))


def _greatest(values: object) -> float:
    """The highest of those that are known, or 0."""
    found = np.asarray(values, dtype=float)
    return float(found[np.isfinite(found)].max(initial=0.0))


def _figures(fault: FaultView) -> FaultFigures:
    """A fault as results have it, called by its harm: nobody gave one a name that was done by hand."""
    what = shorten(fault.what, LONGEST, placeholder="…")
    kind = fault.kind.replace("_", " ")
    return FaultFigures(what, kind, fault.begins, fault.ends, fault.targets)
