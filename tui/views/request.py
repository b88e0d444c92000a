"""One request: all its attempts on one time line, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from reports.attempts import Line
from simulator.experiment.result import Span, Trace
from simulator.live.commands import Focus
from simulator.live.snapshot import Snapshot
from simulator.outcome import MEANINGS, NAMES, is_failure
from tui import glyphs, text
from tui.views.inner import OVERVIEW, WAITING, InnerView, panel
from tui.widgets.crumbs import Crumbs
from tui.widgets.drawing import Drawing, ink, muted, signed
from tui.widgets.head_lines import HeadLines, flow, told
from tui.widgets.live_table import LiveTable
from tui.widgets.waterfall import Waterfall, legend

HELP = """
One sampled request with every attempt it caused. A line is one sending from a caller to an instance; it is
indented below the attempt that caused it. Times count from the start of the request.

| | what it means |
|---|---|
| `·····` | on its way there, or waiting in a queue |
| `█████` | being served; calls that it makes meanwhile are the lines below it |
| `─────` | the answer is on its way back |
| `▒▒▒▒▒` | still being served although its caller has left: wasted work |
| a glyph at the end | how it failed, see the glyphs below |
| `▸` | still under way, or on beyond the edge |
| `┊` | where the whole request ended |

*retry 1* asks again what failed before; *hedge 1* was sent while the one before was still out. An attempt
that a breaker, a limit or a bulkhead stopped was never sent, and has no line.

*decided by* says who gave the answer that failed: a service, an instance, or the caller's own patience.

`↑` `↓` choose an attempt, whose times stand below. `esc` goes back to the list.
"""


BESIDE = 10
"""Lines of the view that are not the waterfall's."""


class SpanLines(Drawing):
    """Everything about one attempt."""

    DEFAULT_CSS = """
    SpanLines { height: 5; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.span: Span | None = None
        self.note = ""
        self.start = 0.0

    def show(self, line: Line, start: float) -> None:
        """Draw this attempt; `start` is when its request began."""
        self.span, self.note, self.start = line.span, line.note, start
        self.renew()

    def lines(self, width: int) -> Sequence[Content]:
        return [] if self.span is None else span_lines(self.span, self.note, self.start, width)


def span_lines(span: Span, note: str, start: float, width: int) -> list[Content]:
    """Who asked whom, when it was where, and how it ended."""
    who = Content.assemble(
        span.caller,
        muted(" asks "),
        (span.callee, "bold"),
        muted(f" on {span.instance}") if span.instance else "",
        (f"  {note}", "$text-warning") if note else "",
    )
    times = [told("sent at", text.latency(span.sent - start) if span.sent > start else "0")]
    if span.served_from is None:
        times.append(muted("never served"))
    else:
        times.append(told("way and queue", text.latency(span.served_from - span.sent)))
        if span.served_until is None:
            times.append(muted("being served"))
        else:
            times.append(told("served", text.latency(span.served_until - span.served_from)))
            if span.ended is not None and span.ended >= span.served_until:
                times.append(told("way back", text.latency(span.ended - span.served_until)))
            elif span.ended is not None:
                since = max(span.ended, span.served_from)
                late = text.latency(span.served_until - since)
                times.append(Content.styled(f"{late} of it for nobody", "$text-warning"))
    times.append(
        muted("under way")
        if span.ended is None
        else told("in all", text.latency(span.ended - span.sent))
    )
    return [who, *flow(times, width), _ending(span)]


def _ending(span: Span) -> Content:
    if span.outcome is None:
        return muted("it has not ended")
    sign = glyphs.sign(glyphs.OUTCOMES, span.outcome)
    meaning = MEANINGS[NAMES.index(span.outcome)] if span.outcome in NAMES else sign.meaning
    decided = f", decided by {span.origin}" if span.origin else ""
    return Content.assemble(
        (f"{sign.glyph} {sign.word}", ink(sign)), muted(f"  {meaning}{decided}")
    )


class Request(InnerView):
    """A request, with the keyboard in its attempts."""

    ident = "request"
    title = "Request"
    help = HELP
    keys = ("view.back", "time.pause", "time.step", "time.earlier", "time.later", "files.export")
    DEFAULT_CSS = """
    Request .details { layout: vertical; }
    Request #kept, Request #legend { height: auto; }
    Request #kept { color: $text-warning; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.request: tuple[str, int] | None = None
        self.kept: tuple[Trace, int, float] | None = None
        """What was last seen of it, on which branch, and when."""
        self.answered = 0
        """The last command that was answered when this view opened: what it asks for comes after."""

    def details(self) -> ComposeResult:
        yield HeadLines()
        yield Static("", id="kept", markup=False)
        yield panel(Waterfall(), "attempts")
        yield Static(legend(), id="legend")
        yield panel(SpanLines(), "this attempt")

    def on_resize(self) -> None:
        """A long request scrolls: what is below it stays in sight."""
        super().on_resize()
        self.home().styles.max_height = max(5, self.size.height - BESIDE)

    def home(self) -> Waterfall:
        return self.query_one(Waterfall)

    def focus_wanted(self) -> Focus:
        return Focus(request=self._wanted())

    def opened(self) -> None:
        wanted = self._wanted()
        if wanted != self.request:
            self.request, self.kept = wanted, None
            self.home().choose("0")
        snapshot = self.desk.watching.snapshot
        self.answered = snapshot.answered if snapshot else 0
        super().opened()

    def show(self, snapshot: Snapshot) -> None:
        traffic, number = self.request or ("", 0)
        self.query_one(Crumbs).show(
            (snapshot.scenario, OVERVIEW),
            ("requests", "app.view('requests')"),
            (f"{traffic} {number}" if traffic else "none", ""),
        )
        if self.request is None:
            self.say_instead("No request is selected: choose one in the list (3).")
            return
        trace = snapshot.trace
        if trace is not None and (trace.traffic, trace.request) == self.request:
            self.kept = (trace, snapshot.branch, snapshot.now)
            self._draw(trace, snapshot.now, "")
        elif self.kept is None or not self._still_true(snapshot):
            self.say_instead(self._why_not(snapshot))
        else:
            trace, _, now = self.kept
            self._draw(trace, now, f"no longer in the sample: as it was at {text.clock(now)}")

    def _wanted(self) -> tuple[str, int] | None:
        selection = self.desk.watching.selection
        if selection is None or selection.kind != "request":
            return self.request
        traffic, _, number = selection.name.rpartition(" ")
        return traffic, int(number)

    def _still_true(self, snapshot: Snapshot) -> bool:
        """Whether what was seen of it is the past of this snapshot."""
        assert self.kept is not None
        return snapshot.branch == self.kept[1] and snapshot.now >= self.kept[2]

    def _why_not(self, snapshot: Snapshot) -> str:
        if snapshot.answered <= self.answered:
            return WAITING
        return (
            f"It is not in the sample at {text.clock(snapshot.now)}: others have taken its place, "
            "or it is yet to be sent. esc goes back to the list."
        )

    def _draw(self, trace: Trace, now: float, kept: str) -> None:
        self.say_instead("")
        note = self.query_one("#kept", Static)
        note.display = bool(kept)
        note.update(kept)
        self.query_one(HeadLines).show(_summary(trace, now))
        waterfall = self.home()
        waterfall.show(trace, now)
        self._describe()

    @on(LiveTable.Chosen)
    def _describe(self) -> None:
        waterfall = self.home()
        line = waterfall.current()
        if line is not None and waterfall.trace is not None:
            self.query_one(SpanLines).show(line, waterfall.trace.started)


def _summary(trace: Trace, now: float) -> list[Content]:
    """What was asked, when, how long it took and how it ended."""
    if trace.outcome is None:
        ending = muted("▸ under way")
    else:
        ending = signed(glyphs.sign(glyphs.OUTCOMES, trace.outcome))
    ended = now if trace.ended is None else trace.ended
    failed = sum(span.outcome is not None and is_failure(span.outcome) for span in trace.spans)
    return [
        ending,
        told("endpoint", trace.endpoint),
        told("began", text.clock(trace.started, tenths=True)),
        told("took", text.latency(ended - trace.started)),
        told("attempts", str(len(trace.spans))),
        told("failed", str(failed)),
    ]
