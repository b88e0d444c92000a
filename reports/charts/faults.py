"""Faults along the time of a chart: shaded while they are on, and numbered where they begin."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from reports.charts.fitting import packed, width
from reports.charts.house import RED, Look
from simulator.experiment.result import FaultFigures, Result

MOST = 6
"""So many faults are numbered; more could not be read."""


def shade(axes: Axes, faults: Sequence[FaultFigures], end: float) -> None:
    """Shade when faults were on; `end` is that of the run, in seconds."""
    for fault in faults:
        if fault.start is None:
            continue
        until = end if fault.end is None else min(fault.end, end)
        axes.axvspan(fault.start, until, color=RED, alpha=0.10, lw=0, zorder=0.5)
        thin = axes.spines["left"].get_linewidth()
        axes.axvline(fault.start, color=RED, lw=thin, zorder=0.6)


def edges(axes: Axes, faults: Sequence[FaultFigures], end: float) -> None:
    """Lines where faults begin (whole) and end (dotted), where shading would change a shade of grey."""
    wide = 1.5 * axes.spines["left"].get_linewidth()
    for fault in faults:
        if fault.start is not None:
            axes.axvline(fault.start, color=RED, lw=wide)
            if fault.end is not None and fault.end < end:
                axes.axvline(fault.end, color=RED, lw=wide, ls=":")


def number(axes: Axes, faults: Sequence[FaultFigures], look: Look) -> None:
    """A number where each fault begins; `told` says below the chart what it was.

    Where two begin near each other, the later one's number stands lower. Call it when the axes have
    their limits.
    """
    letter = look.size.caption
    first, last = axes.get_xlim()
    # The axes are about as wide as the figure; half of it if there are two beside each other.
    spec = axes.get_subplotspec()
    beside = 1 if spec is None else spec.get_gridspec().ncols
    second = 0.8 * 72.0 * look.size.width / beside / (last - first)
    free: list[float] = []
    for place, fault in enumerate(_told(faults), 1):
        assert fault.start is not None
        left = (fault.start - first) * second
        level = next((at for at, end in enumerate(free) if end <= left), len(free))
        free[level:] = [left + width(str(place), letter, bold=True) + letter]
        axes.annotate(
            str(place),
            (fault.start, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(3 * look.size.scale, -3 * look.size.scale - 1.2 * letter * level),
            textcoords="offset points",
            va="top",
            fontsize=letter,
            fontweight="bold",
            color=RED,
            path_effects=[withStroke(linewidth=letter / 4, foreground="white")],
            zorder=6,
        )


def over_time(panels: Sequence[Axes], result: Result, look: Look) -> None:
    """Panels below each other over the time of a run: faults shaded in all, and numbered in the first."""
    for axes in panels:
        axes.set_xlim(0.0, result.simulated)
        shade(axes, result.faults, result.simulated)
    number(panels[0], result.faults, look)
    panels[-1].set_xlabel(look.say("simulated time (s)"))


def told(faults: Sequence[FaultFigures], look: Look) -> str:
    """Of each fault its number, what it was, and when; empty where there was none."""
    lines = []
    shown = _told(faults)
    for place, fault in enumerate(shown, 1):
        until = look.say("the end") if fault.end is None else f"{fault.end:.4g} s"
        when = look.say("{start} to {end}", start=f"{fault.start:.4g} s", end=until)
        lines.append(f"{place} {fault.name} ({fault.kind}): {when}")
    more = sum(each.start is not None for each in faults) - len(shown)
    if more:
        lines.append(look.say("and {more} more", more=more))
    return packed(lines, look.size.caption, look.room)


def _told(faults: Sequence[FaultFigures]) -> list[FaultFigures]:
    begun = [each for each in faults if each.start is not None]
    begun.sort(key=lambda each: each.start or 0.0)
    return begun[:MOST]
