"""One request as a waterfall: every attempt that it caused, when it waited, and when it was worked on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from reports.attempts import Line, tree
from reports.charts.fitting import width
from reports.charts.house import BLUE, INK, ORANGE, PALE, RED, SIZES, Look, legend, sheet
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
Phase = tuple[str, str]
"""Colour and hatch of what happens to an attempt."""
WAITING: Phase = (PALE, "")
SERVED: Phase = (BLUE, "")
ANSWERING: Phase = ("white", "")
FORSAKEN: Phase = (ORANGE, "///")


def draw(stored: StoredRun, look: Look) -> Figure:
    """The slowest sampled request that failed, or else the slowest.

    Raises:
        NothingToDraw: if the run has kept no request.
    """
    trace = chosen(stored.result.traces)
    say = look.say
    rows = tree(trace.spans)
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
    last = max(_end(each.span) for each in rows)
    factor, unit = time_unit(last - trace.started)
    for place, line in enumerate(shown):
        _bar(axes, place, line.span, trace, factor)
    _outcomes(axes, shown, trace, factor, look)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_yticks(range(len(shown)), [_label(each) for each in shown])
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
            _key(WAITING, say("on the way, or waiting")),
            _key(SERVED, say("being worked on")),
            _key(ANSWERING, say("the answer on its way back")),
            _key(FORSAKEN, say("worked on for a caller who has gone")),
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


def _end(span: Span) -> float:
    """When an attempt was over, for its caller or for whoever served it; of one under way, its last sign."""
    known = (span.ended, span.served_until, span.served_from, span.sent)
    return max(each for each in known if each is not None)


def _parts(span: Span) -> Iterator[tuple[Phase, float, float]]:
    """What happened to an attempt, and from when to when, in seconds."""
    over = _end(span)
    ended = over if span.ended is None else span.ended
    if span.served_from is None:
        yield WAITING, span.sent, ended
        return
    until = over if span.served_until is None else span.served_until
    yield WAITING, span.sent, min(span.served_from, ended)
    yield SERVED, min(span.served_from, ended), min(until, ended)
    yield ANSWERING, min(until, ended), ended
    yield FORSAKEN, max(span.served_from, ended), max(until, ended)


def _bar(axes: Axes, place: int, span: Span, trace: Trace, factor: float) -> None:
    for (colour, hatch), begin, until in _parts(span):
        if until > begin:
            axes.barh(
                place,
                factor * (until - begin),
                left=factor * (begin - trace.started),
                height=HIGH,
                color=colour,
                hatch=hatch,
                edgecolor=INK,
                linewidth=0.3 * axes.spines["left"].get_linewidth(),
            )


def _key(phase: Phase, label: str) -> Patch:
    return Patch(facecolor=phase[0], hatch=phase[1], edgecolor=INK, label=label)


def _outcomes(axes: Axes, shown: Sequence[Line], trace: Trace, factor: float, look: Look) -> None:
    """Behind each bar how it ended, and who decided that, where it is not `ok`."""
    words = [_ending(each.span, look) for each in shown]
    letter = look.size.caption
    widest = max((width(each, letter) for each in words if each), default=0.0)
    ends = [factor * (_end(each.span) - trace.started) for each in shown]
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


def _label(line: Line) -> str:
    """Who was asked what, below whoever asked, and whether that was asked again."""
    service, _, endpoint = line.span.callee.partition(".")
    said = f"{' ' * INDENT * line.depth}{line.span.instance or service} {endpoint}"
    return f"{said}, {line.note}" if line.note else said


def _room(shown: Sequence[Line], look: Look) -> float:
    """Points that the labels take, which begin at the left edge."""
    letter = look.size.caption
    return max(width(_label(each), letter) for each in shown) + 0.5 * letter


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
    if more:
        said.append(say("{more} more attempts are left out.", more=more))
    return " ".join(said)
