"""The whole system at a glance."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal

from simulator.live.snapshot import Snapshot
from tui import text
from tui.views.view import View
from tui.widgets.event_log import EventLog
from tui.widgets.fault_list import FaultList
from tui.widgets.filter_line import FilterLine
from tui.widgets.key_figures import KeyFigures
from tui.widgets.line_chart import Line, LineChart
from tui.widgets.outcome_list import OutcomeList
from tui.widgets.topology import Topology
from tui.window import window

LEAST_CHARTS = 10
LEAST_BELOW = 6
FRAME = 2
MOST_ROWS = 28
"""Of the drawing, where it takes more than half of the room."""


class Overview(View):
    """The call graph, what users see, what is wrong, and what happened."""

    ident = "overview"
    title = "Overview"
    keys = (
        "time.pause",
        "view.enter",
        "harm.kill",
        "harm.latency",
        "harm.undo",
        "time.faster",
        "time.earlier",
        "harm.errors",
        "change.scale",
        "harm.fault",
        "change.traffic",
        "view.filter",
        "files.write",
        "general.palette",
    )
    help = """
The system, from its users at the left to what is called last at the right. **Arrow keys** or a click
select a service, **enter** looks inside, `tab` goes to the event log and back. What is selected can be
hurt: see *harm* below.

**A service** is a box. `● web 3/3`: all three of its instances are up. `▉·· 31% 159/s`: how much of what
it can do is in use, and what it is asked. Its lower edge says what harms it, how many of its answers
are failures, or how many requests wait. `3/3>5` says that an autoscaler wants five.

**A line** leads from a caller to the service it calls. `△` marks lines on which 1 % of the calls or more
fail, `▲` 5 % or more, `⊘` an open circuit breaker. The lines of the selected service are bright, and
the lower edge of the frame has their figures.

**throughput** counts every answer, **goodput** those that were right and in time. **p99** is what the
slowest 1 % of the good answers took, or more. Vertical lines mark where a fault began, or ended.
**Outcomes** are those of the last moments. All times are of the simulated clock, and so are rates:
at 10x, `159/s` is still `159/s`. `10x (7.2x)` in the header: it cannot keep up, and plays at 7.2.

In a small terminal the system is a list instead: callees below their callers, and further in.
"""

    DEFAULT_CSS = """
    Overview { layout: vertical; }
    Overview Topology { border-title-color: $foreground; }
    Overview #charts { height: 3fr; }
    Overview #below { height: 2fr; }
    Overview #faults { width: 5fr; }
    Overview #outcomes { width: 4fr; }
    Overview #events { width: 6fr; }
    """

    def compose(self) -> ComposeResult:
        yield Topology(id="topology")
        yield KeyFigures()
        with Horizontal(id="charts"):
            yield LineChart(id="rates")
            yield LineChart(latency=True, id="latencies")
        with Horizontal(id="below"):
            yield FaultList(id="faults")
            yield OutcomeList(id="outcomes")
            yield EventLog(id="events")
        yield FilterLine()

    def on_mount(self) -> None:
        self.details = ""
        self.query_one(Topology).border_title = "system"

    def opened(self) -> None:
        self.query_one(Topology).focus()

    def show(self, snapshot: Snapshot) -> None:
        self._share_out(snapshot)
        topology = self.query_one(Topology)
        topology.show(snapshot, self.desk.selection)
        details = self._details(snapshot)
        if details != self.details:
            # To set it has the whole drawing shown anew.
            topology.border_subtitle = self.details = details
        self.query_one(FaultList).show(snapshot.faults, snapshot.now)
        self.query_one(EventLog).show(snapshot.events)
        outcomes = self.query_one(OutcomeList)
        if outcomes.display:
            outcomes.show(snapshot.figures.outcomes)
        figures = self.query_one(KeyFigures)
        if figures.display:
            figures.show(snapshot)
        if self.query_one("#charts").display:
            self._show_charts(snapshot)

    def _show_charts(self, snapshot: Snapshot) -> None:
        history, figures = snapshot.history, snapshot.figures
        span = window(snapshot)
        self.query_one("#rates", LineChart).show(
            [
                Line(
                    "throughput",
                    history.times,
                    history.throughput,
                    "secondary",
                    text.rate(figures.throughput),
                ),
                Line(
                    "goodput", history.times, history.goodput, "success", text.rate(figures.goodput)
                ),
            ],
            span,
            snapshot.faults,
        )
        self.query_one("#latencies", LineChart).show(
            [
                Line("p99", history.times, history.p99, "error", text.latency(figures.p99)),
                Line("p95", history.times, history.p95, "warning", text.latency(figures.p95)),
                Line("p50", history.times, history.p50, "accent", text.latency(figures.p50)),
            ],
            span,
            snapshot.faults,
        )

    def _share_out(self, snapshot: Snapshot) -> None:
        """Give the drawing what it needs, and the charts the rest."""
        if not self.size.height:
            # Not shown at the moment: to be given other room now would cost a layout on coming back.
            return
        topology = self.query_one(Topology)
        low = self.screen.has_class("-low")
        room = self.size.height - LEAST_CHARTS - LEAST_BELOW
        if low or room < 0:
            wanted = "1fr"
        else:
            most = max(room // 2, min(room, MOST_ROWS)) - FRAME
            rows = topology.rows_wanted(snapshot, self.size.width - FRAME, max(most, 3))
            wanted = str(rows + FRAME)
        if str(topology.styles.height) != wanted:
            topology.styles.height = wanted

    def _details(self, snapshot: Snapshot) -> str:
        """The selected service and its calls, for the lower edge of the frame."""
        selection = self.desk.selection
        if selection is None or selection.kind != "service":
            return ""
        service = self.desk.watching.service(selection.name)
        if service is None:
            return ""
        figures = service.figures
        asked = [
            f"{each.caller} {text.rate(each.figures.throughput)}"
            for each in snapshot.edges
            if each.callee == service.name
        ]
        asks = [
            f"{each.callee} {text.rate(each.figures.throughput)}"
            + (f" ▲{text.share(each.figures.failed)}" if each.figures.failed >= 0.01 else "")
            for each in snapshot.edges
            if each.caller == service.name
        ]
        words = f"{service.name} {service.state}"
        words += f" · p50 {text.latency(figures.p50)} p99 {text.latency(figures.p99)}"
        if figures.throughput:
            words += f" · fails {text.share(figures.failed)}"
        if asked:
            words += f" · from {', '.join(asked)}"
        if asks:
            words += f" · to {', '.join(asks)}"
        return words.replace("[", "(")

    def on_resize(self, event: events.Resize) -> None:
        snapshot = self.desk.watching.snapshot
        if snapshot is not None:
            self.call_after_refresh(self.show, snapshot)

    def on_topology_selected(self, event: Topology.Selected) -> None:
        self.desk.select(event.kind, event.name)

    def on_topology_opened(self) -> None:
        self.enter()

    def enter(self) -> None:
        selection = self.desk.selection
        if selection is None:
            self.desk.warn("select a service first: arrows, or a click")
        elif selection.kind == "traffic":
            self.desk.open_view("requests")
        else:
            self.desk.open_view("service")

    def filter(self) -> None:
        self.query_one(FilterLine).open()

    def back(self) -> bool:
        return self.query_one(FilterLine).empty()

    @on(FilterLine.Changed)
    def _filter(self) -> None:
        self.query_one(EventLog).filter(self.query_one(FilterLine).words)

    @on(FilterLine.Left)
    def _typed(self) -> None:
        self.query_one(Topology).focus()
