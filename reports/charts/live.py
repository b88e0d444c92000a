"""A run so far as a chart: what was answered and how fast, with what was done to it."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import shorten

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports.charts.frame import CAPTION, TEXT, empty
from simulator.live.snapshot import FaultView, Snapshot

WIDTH, HEIGHT = 12.0, 9.0
"""Inches."""
MOST_NAMED = 6
"""So many faults are named; more would not be readable."""
LONGEST = 80
"""Characters of what a fault is, before it is cut."""
THROUGHPUT, GOODPUT = "#555555", "#1b5e9e"
LATENCIES = (("p50", "#1b5e9e", "-"), ("p95", "#e08214", "--"), ("p99", "#b2182b", ":"))
"""Colours that differ in brightness too, and lines that differ without any."""


def history_chart(snapshot: Snapshot) -> Figure:
    """Throughput and goodput above, percentiles of latency below, over simulated time."""
    faults = [
        each for each in snapshot.faults if each.state != "waiting" and each.begins is not None
    ]
    told = [f"{number} {_told(each)}" for number, each in enumerate(faults[:MOST_NAMED], 1)]
    caption = "\n".join([f"One run, seed {snapshot.seed}. Shaded: while a fault was on.", *told])
    title = f"{snapshot.scenario}: the first {snapshot.now:.4g} s"
    figure = empty((WIDTH, HEIGHT), title, caption)
    above, below = figure.subplots(2, 1, sharex=True)
    history = snapshot.history
    above.plot(history.times, history.throughput, color=THROUGHPUT, lw=1.5, ls="--")
    above.plot(history.times, history.goodput, color=GOODPUT, lw=2.5)
    _legend(above, ["throughput: all answers", "goodput: right, and in time"])
    above.set_ylabel("per second", fontsize=TEXT)
    for name, colour, style in LATENCIES:
        milliseconds = 1000.0 * getattr(history, name)
        below.plot(history.times, milliseconds, color=colour, ls=style, lw=2.0)
    _legend(below, [name for name, _, _ in LATENCIES])
    below.set_ylabel("latency (ms)", fontsize=TEXT)
    below.set_xlabel("simulated time (s)", fontsize=TEXT)
    for axes in (above, below):
        axes.set_xlim(0.0, max(snapshot.now, 1e-9))
        axes.set_ylim(bottom=0.0)
        axes.tick_params(labelsize=CAPTION)
        axes.grid(axis="y", color="#dddddd")
        axes.spines[["top", "right"]].set_visible(False)
        _shade(axes, faults, snapshot.now)
    _number(above, faults)
    return figure


def _legend(axes: Axes, labels: Sequence[str]) -> None:
    axes.legend(
        axes.get_lines(),
        labels,
        fontsize=CAPTION,
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=len(labels),
        frameon=False,
    )


def _shade(axes: Axes, faults: Sequence[FaultView], now: float) -> None:
    for fault in faults:
        assert fault.begins is not None
        end = now if fault.ends is None else min(fault.ends, now)
        axes.axvspan(fault.begins, end, color="#b2182b", alpha=0.08, lw=0)
        axes.axvline(fault.begins, color="#b2182b", lw=1.0)


def _number(axes: Axes, faults: Sequence[FaultView]) -> None:
    """A number where each fault began; what it was stands below the chart."""
    for number, fault in enumerate(faults[:MOST_NAMED], 1):
        assert fault.begins is not None
        axes.annotate(
            str(number),
            (fault.begins, 0.0),
            xycoords=("data", "axes fraction"),
            xytext=(4, 4),
            textcoords="offset points",
            fontsize=CAPTION,
            fontweight="bold",
            color="#7a0f1e",
        )


def _told(fault: FaultView) -> str:
    """What a fault was, and when."""
    end = "on" if fault.ends is None else f"to {fault.ends:.4g} s"
    what = shorten(f"{fault.kind.replace('_', ' ')}: {fault.what}", LONGEST, placeholder="…")
    return f"{what}, from {fault.begins:.4g} s {end}"
