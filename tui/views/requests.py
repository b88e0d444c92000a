"""Sampled requests: a list, from which enter leads to where each of them has been."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult

from simulator.live.commands import Focus
from simulator.live.snapshot import Snapshot, TraceView
from simulator.outcome import USABLE, is_failure
from tui import text
from tui.views.inner import OVERVIEW, InnerView, panel
from tui.widgets.crumbs import Crumbs
from tui.widgets.filter_line import FilterLine
from tui.widgets.head_lines import HeadLines, told
from tui.widgets.live_table import LiveTable
from tui.widgets.requests_table import RequestsTable, words

HELP = """
A sample of the requests that users sent: of each traffic class as many as the scenario keeps whole
(`traces`), every request with the same chance to be among them. So the sample changes as the run goes on.
The list has those that began last, 200 at most.

| key | what it does here |
|---|---|
| `↑` `↓` | another request |
| `enter` | where it has been: all its attempts on a time line |
| `<` `>` | sort by another column, as `←` `→` and a click on its title do |
| `~` | the other way round |
| `/` | a filter: words that the line must hold, `!word` for what it must not; `/timeout` shows what timed out |
| `esc` | no filter any more, then back |

*outcome* first sorts failures to the top; sorted by *took*, the slowest come first. *attempts* counts every
sending, at every hop.
"""


class Requests(InnerView):
    """The sample, with the keyboard in it."""

    ident = "requests"
    title = "Requests"
    help = HELP
    keys = ("view.enter", "view.filter", "view.back", "time.pause", "time.step", "time.faster")
    DEFAULT_CSS = """
    Requests RequestsTable { height: 1fr; }
    """

    def details(self) -> ComposeResult:
        yield HeadLines()
        yield FilterLine()
        yield panel(RequestsTable(), "sampled requests", "< > sort  ~ reverse  / filter")

    def home(self) -> RequestsTable:
        return self.query_one(RequestsTable)

    def focus_wanted(self) -> Focus:
        return Focus(requests=True)

    def show(self, snapshot: Snapshot) -> None:
        self.query_one(Crumbs).show((snapshot.scenario, OVERVIEW), ("requests", ""))
        if snapshot.traces:
            self.say_instead("")
            self._draw(snapshot.traces)
        elif any(each.started for each in snapshot.traffic):
            self.wait()
        else:
            self.say_instead("No request has been sent yet.")

    def enter(self) -> None:
        if self.has_details:
            self.home().action_select_cursor()

    def back(self) -> bool:
        had = self.query_one(FilterLine).empty()
        self.home().focus()
        return had

    def filter(self) -> None:
        self.query_one(FilterLine).open()

    def _draw(self, traces: tuple[TraceView, ...]) -> None:
        pattern = self.query_one(FilterLine).words
        matching = [each for each in traces if not pattern or text.matches(words(each), pattern)]
        ended = [each.outcome for each in matching if each.outcome is not None]
        self.query_one(HeadLines).show(
            [
                told("shown", f"{len(matching)} of {len(traces)}"),
                told("good", str(sum(each in USABLE for each in ended))),
                told("failed", str(sum(map(is_failure, ended)))),
                told("under way", str(len(matching) - len(ended))),
            ]
        )
        self.home().show_rows(matching)

    @on(FilterLine.Changed)
    def _filter(self) -> None:
        snapshot = self.desk.watching.snapshot
        if snapshot is not None and snapshot.traces:
            self._draw(snapshot.traces)

    @on(FilterLine.Left)
    def _typed(self) -> None:
        self.home().focus()

    @on(LiveTable.Chosen)
    def _choose(self, event: LiveTable.Chosen) -> None:
        if self.display:
            self.desk.select("request", event.name)

    @on(LiveTable.Entered)
    def _enter(self, event: LiveTable.Entered) -> None:
        self.desk.select("request", event.name)
        self.desk.open_view("request")
