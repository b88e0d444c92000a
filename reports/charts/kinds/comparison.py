"""Candidates as dots with their intervals, the best on top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from reports.charts.compared import Side, caption, title
from reports.charts.fitting import wrapped
from reports.charts.house import BLUE, GREY, INK, ORANGE, PALE, Look, legend, sheet
from reports.spread import short_paths, spread
from reports.stored import StoredComparison
from simulator.experiment.comparison import Compared, Comparison

NAMES = 0.36
"""The part of the sheet's width that names may take, before they are broken."""
ROOM = 0.06
"""The part of the axis that is left free on either side of the intervals."""
LINE = 1.35
"""Heights of a letter from one line to the next."""


@dataclass(frozen=True, slots=True)
class Dot:
    """How a dot looks: shape and brightness tell as much as the colour does."""

    marker: str
    colour: str
    filled: bool = True


DOTS: Mapping[str, Dot] = {
    "baseline": Dot("D", INK),
    "better": Dot("o", BLUE),
    "worse": Dot("v", ORANGE),
    "no difference shown": Dot("o", GREY, filled=False),
}

Row = tuple[str, Compared | None]
"""A label and its candidate; a heading has none."""


def draw(stored: StoredComparison, look: Look) -> Figure:
    """A row for each candidate: the mean of the chosen measure and its interval."""
    comparison, size = stored.comparison, look.size
    rows = _rows(comparison)
    labels = [
        wrapped(label + _mark(each, look), size.text, NAMES * look.room, bold=each is None)
        for label, each in rows
    ]
    heading = title(comparison, look.say(comparison.measure.title), look)
    test = "Better and worse: paired t test against the baseline, adjusted by Holm's method, 5 %."
    below = f"{caption(comparison, look)}\n{look.say(test)}"
    # Rows stand at equal distances, so the longest label says how high they all are.
    lines = 1 + max(label.count("\n") for label in labels)
    row = LINE * size.text * lines + 0.6 * size.text
    words = LINE * size.title * (1 + wrapped(heading, size.title, look.room, bold=True).count("\n"))
    words += LINE * size.caption * (1 + wrapped(below, size.caption, look.room).count("\n"))
    around = (words + LINE * (2 * size.text + 3 * size.caption)) / 72.0 + 0.8 * size.scale
    high = around + row * len(rows) / 72.0
    figure = sheet(look, heading, below, height=max(1.0, high / size.height))
    axes = figure.subplots()
    _draw(axes, comparison, rows, look)
    _write(axes, comparison, rows, labels, look)
    kinds = {_kind(each) for _, each in rows if each is not None}
    legend(axes, [_handle(name, look) for name in DOTS if name in kinds])
    return figure


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


def _draw(axes: Axes, comparison: Comparison, rows: Sequence[Row], look: Look) -> None:
    measure, size = comparison.measure, look.size
    known = [
        (place, candidate, interval)
        for place, (_, candidate) in enumerate(rows)
        if candidate is not None
        and (interval := candidate.measures[measure.key].interval) is not None
    ]
    side = Side(measure, [interval for _, _, interval in known])
    for place, candidate, interval in known:
        dot = DOTS[_kind(candidate)]
        axes.errorbar(
            interval.mean / side.divisor,
            place,
            xerr=interval.half_width / side.divisor,
            fmt=dot.marker,
            color=dot.colour,
            markerfacecolor=dot.colour if dot.filled else "white",
            markersize=4.4 * size.line,
            markeredgewidth=0.8 * size.line,
            elinewidth=size.line,
            capsize=2.8 * size.line,
            capthick=size.line,
            zorder=3,
        )
        if candidate.difference is None:
            dashes = (0, (4, 4))
            axes.axvline(
                interval.mean / side.divisor, color=INK, lw=0.6 * size.line, ls=dashes, zorder=1
            )
    side.dress(axes.xaxis, look, ROOM)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x", color=PALE)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _write(
    axes: Axes, comparison: Comparison, rows: Sequence[Row], labels: Sequence[str], look: Look
) -> None:
    """Names on the left, figures on the right."""
    measure = comparison.measure
    axes.set_yticks(range(len(rows)), labels, fontsize=look.size.text)
    right = axes.get_yaxis_transform()
    for place, (text, (_, candidate)) in enumerate(zip(axes.get_yticklabels(), rows, strict=True)):
        if candidate is None:
            text.set_fontweight("bold")
            continue
        interval = candidate.measures[measure.key].interval
        shown = look.say("not measured") if interval is None else spread(interval, measure.unit)
        axes.text(1.02, place, shown, transform=right, va="center", fontsize=look.size.caption)


def _mark(candidate: Compared | None, look: Look) -> str:
    baseline = candidate is not None and candidate.difference is None
    return f" ({look.say('baseline')})" if baseline else ""


def _handle(name: str, look: Look) -> Line2D:
    """What a shape means."""
    dot = DOTS[name]
    return Line2D(
        [],
        [],
        marker=dot.marker,
        color=dot.colour,
        markerfacecolor=dot.colour if dot.filled else "white",
        markersize=3.6 * look.size.line,
        markeredgewidth=0.8 * look.size.line,
        linestyle=(0, (3, 2)) if name == "baseline" else "none",
        linewidth=0.6 * look.size.line,
        label=look.say(name),
    )


def _kind(candidate: Compared) -> str:
    if candidate.difference is None:
        return "baseline"
    verdict = candidate.difference.verdict
    return verdict if verdict in DOTS else "no difference shown"
