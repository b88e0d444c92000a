"""Candidates as dots with their intervals, for a slide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from textwrap import fill

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, NullFormatter
from matplotlib.transforms import blended_transform_factory

from reports.charts.frame import TEXT, axis_label, framed
from reports.spread import scale, short_paths, spread
from simulator.experiment.comparison import Compared, Comparison

WIDTH = 12.0
"""Inches."""
ROW = 0.55
"""Inches for each candidate."""
AROUND = 3.0
"""Inches for title, legend, axis and caption."""
LONGEST = 30
"""Characters of a label before it is broken."""
TOO_FAR_APART = 20.0
"""Largest mean over smallest from which on a logarithmic axis shows more."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a dot looks: shape and brightness tell as much as the colour does."""

    marker: str
    colour: str
    filled: bool = True


LOOKS: Mapping[str, Look] = {
    "baseline": Look("D", "#000000"),
    "better": Look("o", "#1b5e9e"),
    "worse": Look("v", "#e08214"),
    "no difference shown": Look("o", "#555555", filled=False),
}


def comparison_chart(comparison: Comparison) -> Figure:
    """A row for each candidate, the best on top: the mean of the chosen measure and its interval."""
    rows = _rows(comparison)
    paths = " and ".join(short_paths(list(comparison.candidates[0].choices)).values())
    figure = framed(
        (WIDTH, AROUND + ROW * len(rows)),
        comparison,
        f"{comparison.measure.title} by {paths}",
        "Better and worse: paired t test against the baseline, adjusted by Holm's method, 5 %.",
    )
    axes = figure.subplots()
    _draw(axes, comparison, rows)
    kinds = {_kind(candidate) for _, candidate in rows if candidate is not None}
    _legend(figure, axes, [name for name in LOOKS if name in kinds])
    return figure


Row = tuple[str, Compared | None]
"""A label and its candidate; a heading has none."""


def _rows(comparison: Comparison) -> list[Row]:
    """Candidates from best to worst; with several paths in groups, each below its heading."""
    key = comparison.measure.key
    worst = inf if comparison.measure.lower_is_better else -inf

    def mean(candidate: Compared) -> float:
        interval = candidate.measures[key].interval
        return worst if interval is None else interval.mean

    reverse = not comparison.measure.lower_is_better
    ranked = sorted(comparison.candidates, key=mean, reverse=reverse)
    names = short_paths(list(ranked[0].choices))
    if len(names) == 1:
        return [(each.name, each) for each in ranked]
    groups: dict[tuple[str, ...], list[Compared]] = {}
    for each in ranked:
        groups.setdefault(tuple(each.choices.values())[:-1], []).append(each)
    rows: list[Row] = []
    *outer, inner = names.values()
    for values, members in groups.items():
        heading = ", ".join(f"{name} {value}" for name, value in zip(outer, values, strict=True))
        rows.append((heading, None))
        rows += [(f"{inner} {tuple(each.choices.values())[-1]}", each) for each in members]
    return rows


def _draw(axes: Axes, comparison: Comparison, rows: Sequence[Row]) -> None:
    measure = comparison.measure
    known = [
        (place, candidate, interval)
        for place, (_, candidate) in enumerate(rows)
        if candidate is not None
        and (interval := candidate.measures[measure.key].interval) is not None
    ]
    sizes = [abs(interval.mean) for _, _, interval in known]
    divisor, unit = scale(measure.unit, max(sizes, default=0.0))
    for place, candidate, interval in known:
        look = _look(candidate)
        axes.errorbar(
            interval.mean / divisor,
            place,
            xerr=interval.half_width / divisor,
            fmt=look.marker,
            color=look.colour,
            markerfacecolor=look.colour if look.filled else "white",
            markersize=11,
            markeredgewidth=2,
            elinewidth=2.5,
            capsize=7,
            capthick=2.5,
            zorder=3,
        )
        if candidate.difference is None:
            axes.axvline(interval.mean / divisor, color="#000000", linestyle=(0, (4, 4)), zorder=1)
    if sizes and min(sizes) > 0.0 and max(sizes) / min(sizes) > TOO_FAR_APART:
        axes.set_xscale("log", nonpositive="clip")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel(axis_label(measure, unit), fontsize=TEXT)
    axes.tick_params(axis="x", labelsize=TEXT)
    _label_rows(axes, comparison, rows)
    _frame(axes, len(rows))


def _label_rows(axes: Axes, comparison: Comparison, rows: Sequence[Row]) -> None:
    """Names on the left, figures on the right."""
    labels = [fill(label + _mark(candidate), LONGEST) for label, candidate in rows]
    axes.set_yticks(range(len(rows)), labels, fontsize=TEXT)
    right = axes.get_yaxis_transform()
    for place, (text, (_, candidate)) in enumerate(zip(axes.get_yticklabels(), rows, strict=True)):
        text.set_parse_math(False)
        if candidate is None:
            text.set_fontweight("bold")
        else:
            interval = candidate.measures[comparison.measure.key].interval
            shown = "not measured"
            if interval is not None:
                shown = spread(interval, comparison.measure.unit)
            axes.text(1.02, place, shown, transform=right, va="center", fontsize=TEXT)


def _mark(candidate: Compared | None) -> str:
    return " (baseline)" if candidate is not None and candidate.difference is None else ""


def _frame(axes: Axes, rows: int) -> None:
    axes.set_ylim(rows - 0.4, -0.6)
    axes.grid(axis="x", color="#d0d0d0", zorder=0)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)


def _legend(figure: Figure, axes: Axes, shown: Sequence[str]) -> None:
    """What the shapes mean, above all rows and as wide as the figure."""
    handles = [
        Line2D(
            [],
            [],
            marker=LOOKS[name].marker,
            color=LOOKS[name].colour,
            markerfacecolor=LOOKS[name].colour if LOOKS[name].filled else "white",
            markersize=11,
            markeredgewidth=2,
            linestyle=(0, (3, 2)) if name == "baseline" else "none",
            label=name,
        )
        for name in shown
    ]
    legend = axes.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        bbox_transform=blended_transform_factory(figure.transFigure, axes.transAxes),
        ncols=len(LOOKS),
        frameon=False,
        fontsize=TEXT,
        handletextpad=0.4,
        columnspacing=1.5,
    )
    # The layout would make the rows' margin as wide as the legend: an empty title keeps its place.
    legend.set_in_layout(False)
    axes.set_title(" ", fontsize=TEXT, pad=14)


def _kind(candidate: Compared) -> str:
    return "baseline" if candidate.difference is None else candidate.difference.verdict


def _look(candidate: Compared) -> Look:
    return LOOKS[_kind(candidate)] if _kind(candidate) in LOOKS else LOOKS["no difference shown"]
