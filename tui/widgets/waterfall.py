"""One request with all its attempts: a line for each, and when it was where.

The characters mean:

    ·····  on the way there, or in a queue
    █████  served
    ─────  the answer is on its way back
    ▒▒▒▒▒  served for a caller who has left
    ▸      still under way, or on beyond the edge
    ┊      the whole request ended here

A failure ends with the glyph of its outcome.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from math import floor

from textual.content import Content

from reports.attempts import Line, tree
from simulator.experiment.result import Span, Trace
from simulator.outcome import USABLE
from tui import glyphs, text
from tui.round_numbers import round_up
from tui.widgets.drawing import MUTED, ink, muted
from tui.widgets.live_table import Column, LiveTable

WAITING = "·"
SERVED = "█"
ANSWERING = "─"
FORSAKEN = "▒"
GOES_ON = "▸"
END = "┊"
STYLES = {
    WAITING: MUTED,
    SERVED: "$text-success",
    ANSWERING: "$accent",
    FORSAKEN: "$text-warning",
    GOES_ON: "bold",
    END: MUTED,
}


@dataclass(frozen=True, slots=True)
class Scale:
    """So many cells for the seconds from `start` to `end`."""

    start: float
    end: float
    cells: int

    def cell(self, time: float) -> int:
        """In which cell a moment lies; the last one for all that comes later."""
        length = self.end - self.start
        if length <= 0.0:
            return 0
        place = floor((time - self.start) / length * self.cells + 1e-9)
        return min(max(place, 0), self.cells - 1)

    def edge(self, time: float) -> int:
        """Before which cell a moment lies: 0 to `cells`."""
        length = self.end - self.start
        place = 0.0 if length <= 0.0 else (time - self.start) / length * self.cells
        return min(max(round(place), 0), self.cells)


def goes_on(trace: Trace) -> bool:
    """Whether there is more to come: from the request, or from what works on for nobody."""
    return trace.ended is None or any(
        span.ended is None or (span.served_from is not None and span.served_until is None)
        for span in trace.spans
    )


BEYOND = 0.5
"""How much longer than the request the scale may be, for what goes on after it; a share."""


def end_of(trace: Trace, now: float) -> float:
    """When the last there is to see of a request happened, or `now` while something goes on.

    What goes on after the request is shown for half as long again at most, lest the request be small.
    """
    moments = [trace.started, now if trace.ended is None else trace.ended]
    for span in trace.spans:
        moments.append(now if span.ended is None else span.ended)
        if span.served_from is not None:
            moments.append(now if span.served_until is None else span.served_until)
    if trace.ended is None or trace.ended <= trace.started:
        return max(moments)
    return min(max(moments), trace.ended + BEYOND * (trace.ended - trace.started))


def bar(span: Span, scale: Scale, now: float, request_ended: float | None) -> Content:
    """Where an attempt was when, on the scale of its request.

    Serving takes a cell at least, and so does whatever never was served; the way back may be too short to
    be seen. A failure ends with the glyph of its outcome. `now` stands for what has not come yet.
    """
    cells = [(" ", "")] * scale.cells

    def draw(since: float, until: float, character: str, least: int) -> None:
        first, last = scale.edge(since), scale.edge(until)
        if last - first < least:
            first = scale.cell(since)
            last = first + least
        for place in range(first, min(last, scale.cells)):
            cells[place] = (character, STYLES[character])

    if request_ended is not None and request_ended < scale.end:
        cells[scale.cell(request_ended)] = (END, MUTED)
    ended = now if span.ended is None else span.ended
    last = ended
    served_from = ended if span.served_from is None else span.served_from
    draw(span.sent, served_from, WAITING, 1)
    if span.served_from is not None:
        served_until = now if span.served_until is None else span.served_until
        last = max(ended, served_until)
        if ended > served_until:
            draw(served_until, ended, ANSWERING, 0)
        if ended > served_from:
            draw(served_from, min(served_until, ended), SERVED, 1)
        if served_until > ended:
            draw(max(served_from, ended), served_until, FORSAKEN, 1)
    if span.ended is not None and span.ended <= scale.end and span.outcome not in USABLE:
        sign = glyphs.sign(glyphs.OUTCOMES, span.outcome or "")
        cells[scale.cell(span.ended)] = (sign.glyph, f"bold {ink(sign)}")
    under_way = span.ended is None or (span.served_from is not None and span.served_until is None)
    if under_way or last > scale.end:
        cells[scale.cell(last)] = (GOES_ON, STYLES[GOES_ON])
    return Content.assemble(*cells).simplify()


def ticks(scale: Scale, apart: int = 9) -> Content:
    """The scale above the bars: seconds since the request began, at round numbers."""
    length = scale.end - scale.start
    if length <= 0.0 or scale.cells < apart:
        return muted("╷0")
    step = round_up(length * apart / scale.cells, (1.0, 2.0, 5.0))
    unit, size = next(pair for pair in UNITS if length >= pair[1] or pair is UNITS[-1])
    line = ""
    number = 0
    while number * step <= length:
        place = scale.edge(scale.start + number * step)
        label = f"╷{number * step / size:.4g}{unit if number else ''}"
        if place + len(label) > scale.cells:
            break
        line = line.ljust(place) + label
        number += 1
    return muted(line)


UNITS = (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6))


def legend() -> Content:
    """What the characters mean, in a line."""
    meanings = {
        WAITING: "on the way or queued",
        SERVED: "served",
        ANSWERING: "answer on its way",
        FORSAKEN: "served for nobody",
    }
    return Content("  ").join(
        Content.assemble((character * 2, STYLES[character]), (f" {meaning}", MUTED))
        for character, meaning in meanings.items()
    )


def took(span: Span) -> float | None:
    """How long its caller waited, in seconds; None while it does."""
    return None if span.ended is None else span.ended - span.sent


class Waterfall(LiveTable[Line]):
    """All attempts of one request, with a cursor on one of them."""

    def __init__(self) -> None:
        columns: tuple[Column[Line], ...] = (
            Column("call", "call", _label, self._place, 22, most=36, right=False, falling=False),
            Column("bar", "", self._bar, self._place, 30, fills=True, right=False),
            Column("took", "took", _took, self._place, 7),
            Column("outcome", "outcome", _outcome, self._place, 12, most=16, right=False),
            Column("by", "decided by", _by, self._place, 10, most=20, rank=1, right=False),
            Column(
                "instance", "instance", _instance, self._place, 10, most=20, rank=2, right=False
            ),
            Column("wait", "waited", _waited, self._place, 6, needs=150),
            Column("work", "served", _worked, self._place, 6, needs=150),
        )
        super().__init__(columns, lambda line: str(line.span.id), "call", sortable=False)
        self.trace: Trace | None = None
        self.now = 0.0
        self.places: Mapping[int, int] = {}

    def show(self, trace: Trace, now: float) -> None:
        """Draw this request, as it is at the simulated time `now`."""
        if trace == self.trace and not goes_on(trace):
            return
        self.trace, self.now = trace, now
        lines = tree(trace.spans)
        self.places = {line.span.id: place for place, line in enumerate(lines)}
        self.show_rows(lines)

    @property
    def scale(self) -> Scale:
        """The seconds of the request, on as many cells as there are."""
        assert self.trace is not None
        return Scale(self.trace.started, end_of(self.trace, self.now), self.widths["bar"])

    def title_of(self, kind: Column[Line], width: int) -> Content:
        if kind.key == "bar" and self.trace is not None:
            return ticks(self.scale)
        return super().title_of(kind, width)

    def beside(self) -> Hashable:
        return None if self.trace is None else (self.scale, self.now, self.trace.ended)

    def _place(self, line: Line) -> float:
        return self.places[line.span.id]

    def _bar(self, line: Line) -> Content:
        if self.trace is None or not self.widths:
            return Content()
        return bar(line.span, self.scale, self.now, self.trace.ended)


def _label(line: Line) -> Content:
    return Content.assemble(
        (line.branch, MUTED),
        line.span.callee,
        (f" {line.note}" if line.note else "", "$text-warning"),
    )


def _took(line: Line) -> Content:
    return Content(text.latency(took(line.span)))


def _outcome(line: Line) -> Content:
    if line.span.outcome is None:
        return muted(f"{GOES_ON} under way")
    sign = glyphs.sign(glyphs.OUTCOMES, line.span.outcome)
    return Content.styled(f"{sign.glyph} {sign.word}", ink(sign))


def _by(line: Line) -> Content:
    return Content(line.span.origin) if line.span.origin else muted(text.NOTHING)


def _instance(line: Line) -> Content:
    return Content(line.span.instance) if line.span.instance else muted(text.NOTHING)


def _waited(line: Line) -> Content:
    since = line.span.served_from
    return muted(text.latency(None if since is None else since - line.span.sent))


def _worked(line: Line) -> Content:
    span = line.span
    if span.served_from is None or span.served_until is None:
        return muted(text.NOTHING)
    return muted(text.latency(span.served_until - span.served_from))
