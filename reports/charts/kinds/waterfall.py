"""One request as a waterfall: every attempt that it caused, when it waited, and when it was worked on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from reports.charts.fitting import width
from reports.charts.house import BLUE, INK, PALE, RED, SIZES, Look, legend, sheet
from reports.charts.nothing import NothingToDraw
from reports.charts.scales import PLAIN, time_unit
from reports.stored import StoredRun
from simulator.experiment.result import Span, Trace
from simulator.outcome import is_failure

MOST = {"slide": 16, "column": 12, "poster": 24}
"""Attempts that can be read below each other; those that began last are left out."""
INDENT = 2
"""Letters by which a call stands to the right of whoever made it."""
HIGH = 0.62
"""Part of a row that its bar takes."""


def draw(stored: StoredRun, look: Look) -> Figure:
    """The slowest sampled request that failed, or else the slowest.

    Raises:
        NothingToDraw: if the run has kept no request.
    """
    trace = chosen(stored.result.traces)
    say = look.say
    rows = list(_below(trace, None, 0))
    shown = rows[: _most(look)]
    figure = sheet(
        look,
        say(
            "{scenario}, seed {seed}: {endpoint}, {outcome}",
            scenario=stored.result.scenario,
            seed=stored.result.seed,
            endpoint=trace.endpoint,
            outcome=trace.outcome or say("under way"),
        ),
        _caption(trace, len(rows) - len(shown), look),
    )
    axes = figure.subplots()
    last = max(_end(each) for each, _ in rows)
    factor, unit = time_unit(last - trace.started)
    for place, (span, _) in enumerate(shown):
        _bar(axes, place, span, trace, factor)
    _outcomes(axes, shown, trace, factor, look)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_yticks(range(len(shown)), [_label(span, depth) for span, depth in shown])
    for label in axes.get_yticklabels():
        label.set_horizontalalignment("left")
    axes.tick_params(axis="y", length=0, pad=_room(shown, look))
    axes.grid(axis="x")
    axes.grid(visible=False, axis="y")
    axes.xaxis.set_major_formatter(PLAIN)
    axes.set_xlabel(say("since the request began ({unit})", unit=unit))
    legend(
        axes,
        [
            Patch(facecolor=PALE, edgecolor=INK, label=say("on the way, or waiting")),
            Patch(facecolor=BLUE, edgecolor=INK, label=say("being worked on")),
        ],
    )
    return figure


def chosen(traces: Sequence[Trace]) -> Trace:
    """The slowest that failed, or else the slowest; of those that ended, if any did.

    Raises:
        NothingToDraw: if there is none.
    """
    if not traces:
        raise NothingToDraw(
            "no request was kept; a waterfall needs `traces` above 0 in the scenario"
        )
    return max(
        traces,
        key=lambda each: (
            each.ended is not None,
            each.outcome is not None and is_failure(each.outcome),
            (each.ended or each.started) - each.started,
        ),
    )


def _most(look: Look) -> int:
    return next(MOST[name] for name, size in SIZES.items() if size == look.size)


def _below(trace: Trace, parent: int | None, depth: int) -> Iterator[tuple[Span, int]]:
    """The attempts of a parent in the order of time, each with those below it."""
    mine = [each for each in trace.spans if each.parent == parent]
    for span in sorted(mine, key=lambda each: (each.sent, each.id)):
        yield span, depth
        yield from _below(trace, span.id, depth + 1)


def _end(span: Span) -> float:
    """When an attempt was over, for its caller or for whoever served it; of one under way, its last sign."""
    known = (span.ended, span.served_until, span.served_from, span.sent)
    return max(each for each in known if each is not None)


def _bar(axes: Axes, place: int, span: Span, trace: Trace, factor: float) -> None:
    """The whole attempt in pale, the work in it in dark; what goes on after the caller left stands out."""
    end = _end(span)
    thin = 0.3 * axes.spines["left"].get_linewidth()
    parts = [(PALE, span.sent, end)]
    if span.served_from is not None:
        until = end if span.served_until is None else span.served_until
        parts.append((BLUE, span.served_from, until))
    for colour, begin, until in parts:
        axes.barh(
            place,
            factor * (until - begin),
            left=factor * (begin - trace.started),
            height=HIGH,
            color=colour,
            edgecolor=INK,
            linewidth=thin,
        )
    if span.ended is not None and span.ended < end:
        at = factor * (span.ended - trace.started)
        axes.plot([at, at], [place - 0.45, place + 0.45], color=RED, lw=2.0 * thin + 1.0)


def _outcomes(
    axes: Axes, shown: Sequence[tuple[Span, int]], trace: Trace, factor: float, look: Look
) -> None:
    """Behind each bar how it ended, and who decided that, where it is not `ok`."""
    words = [_ending(span, look) for span, _ in shown]
    letter = look.size.caption
    widest = max((width(each, letter) for each in words if each), default=0.0)
    ends = [factor * (_end(span) - trace.started) for span, _ in shown]
    # As much room on the right as the words take beside the longest bar.
    axes.set_xlim(0.0, max(ends) * (1.0 + (widest + letter) / (0.6 * look.room)))
    for place, (text, end) in enumerate(zip(words, ends, strict=True)):
        axes.annotate(
            text,
            (end, place),
            xytext=(0.4 * letter, 0.0),
            textcoords="offset points",
            va="center",
            fontsize=letter,
            color=RED,
        )


def _ending(span: Span, look: Look) -> str:
    if span.outcome is None:
        return look.say("under way")
    if span.outcome == "ok":
        return ""
    by = "" if span.origin is None else f" ({span.origin})"
    return f"{span.outcome}{by}"


def _label(span: Span, depth: int) -> str:
    return f"{' ' * INDENT * depth}{span.instance or span.callee.partition('.')[0]} {_asked(span)}"


def _asked(span: Span) -> str:
    return span.callee.partition(".")[2]


def _room(shown: Sequence[tuple[Span, int]], look: Look) -> float:
    """Points that the labels take, which begin at the left edge."""
    letter = look.size.caption
    return max(width(_label(span, depth), letter) for span, depth in shown) + 0.5 * letter


def _caption(trace: Trace, more: int, look: Look) -> str:
    """Which request it is, and what is left out."""
    say = look.say
    said = [
        say(
            "Request {number} of {traffic}, from {start} s on: the slowest of those kept that failed."
            if trace.outcome is not None and is_failure(trace.outcome)
            else "Request {number} of {traffic}, from {start} s on: the slowest of those kept; none failed.",
            number=trace.request,
            traffic=trace.traffic,
            start=f"{trace.started:.4g}",
        )
    ]
    if any(each.ended is not None and each.ended < _end(each) for each in trace.spans):
        said.append(say("A red line: the caller has gone, the work goes on."))
    if more:
        said.append(say("{more} more attempts are left out.", more=more))
    return " ".join(said)
