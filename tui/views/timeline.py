"""The whole run on one axis, and the branches of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import OptionList, Static

from simulator.live.commands import SwitchBranch
from simulator.live.snapshot import Snapshot
from tui.views.compare import Compare
from tui.views.view import View
from tui.widgets.branch_tree import BranchTree
from tui.widgets.drawing import muted
from tui.widgets.run_chart import RunChart

if TYPE_CHECKING:
    from tui.actions.travel import TravelActions

ONE_BRANCH = "one branch: go back and do something, and there will be another to compare with"


class Timeline(View):
    """Strips of what users saw, lanes of faults, marks of events, a cursor; below it the branches."""

    ident = "timeline"
    title = "Timeline"
    help = """\
The whole run on one axis, from its start to its end.

- **answers**: `█` good ones per second (right and in time), `░` all others that ended.
- **failures**: those that were neither right nor a fallback's, per second.
- **latency**: `█` the median of good answers, `░` the 99th percentile.
- Below them a line for each **fault**: `◌┄┄` it is to come, `▲██` it is at work, `✓▒▒` it is over;
  `◆` before its name: it was you.
- **events**: a mark for each moment at which something happened, as in the event log.
- `│` is the present. Beyond it, dimmed, lies what you saw before you went back.

Arrows move a second cursor, `┊`; after a moment, or with enter, the simulation goes there. A click, or
dragging with the mouse, does the same. `z` and `Z` show less or more time.

**Branches**: who goes back and does something else starts a branch. Tab goes to their list; there enter
takes one up, and `d` on two of them compares them.
"""
    keys = (
        "time.earlier",
        "time.later",
        "time.event_before",
        "time.event_after",
        "time.go_to",
        "time.pause",
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("z", "zoom(0.5)", "Closer", id="timeline.closer", tooltip="Show half as much time"),
        Binding("Z", "zoom(2.0)", "Wider", id="timeline.wider", tooltip="Show twice as much time"),
        Binding(
            "d",
            "compare_branch",
            "Compare two",
            id="timeline.compare",
            tooltip="Mark a branch; on a second one: compare the two",
        ),
    ]
    DEFAULT_CSS = """
    Timeline { layout: vertical; }
    Timeline #one-branch { height: 1; padding: 0 1; }
    """

    def compose(self) -> ComposeResult:
        yield RunChart()
        yield BranchTree()
        yield Static(muted(ONE_BRANCH), id="one-branch")

    @property
    def chart(self) -> RunChart:
        """What is drawn over time."""
        return self.query_one(RunChart)

    @property
    def branches(self) -> BranchTree:
        """The list of branches."""
        return self.query_one(BranchTree)

    def opened(self) -> None:
        self.chart.focus()

    def show(self, snapshot: Snapshot) -> None:
        self.chart.show(snapshot, self.desk.watching.seen.get(snapshot.branch))
        several = len(snapshot.branches) > 1
        self.branches.display = several
        self.query_one("#one-branch").display = not several
        self.branches.show(snapshot.branches, snapshot.branch)

    def enter(self) -> None:
        if not self.chart.go():
            self.desk.warn("pick a moment first: arrows, or a click")

    def back(self) -> bool:
        if self.branches.marked is not None:
            self.branches.mark(None)
            return True
        return self.chart.forget()

    def action_zoom(self, factor: float) -> None:
        """Show more or less time; steps back and forth become longer or shorter with it."""
        self.chart.zoom(factor)
        self._travel.seconds_in_sight = self.chart.in_sight

    @on(RunChart.GoneTo)
    def go(self, message: RunChart.GoneTo) -> None:
        """Somebody has picked a moment."""
        self._travel.travel_to(message.moment)

    @on(OptionList.OptionSelected)
    def take_up(self, message: OptionList.OptionSelected) -> None:
        """Take up another branch."""
        message.stop()
        number = self.branches.chosen
        if number is None:
            return
        if number == self.branches.current:
            self.desk.warn(f"branch {number} is the one that plays")
        else:
            self.desk.ask(SwitchBranch(number))

    def action_compare_branch(self) -> None:
        """Mark the branch under the cursor; with another one marked, compare the two."""
        branches = self.branches
        number = branches.chosen
        if number is None:
            return
        if branches.marked in (None, number):
            branches.mark(None if branches.marked == number else number)
            if branches.marked is not None:
                self.desk.say(f"branch {number} is marked: d on another one compares the two")
            return
        first = branches.marked
        branches.mark(None)
        self.desk.view_of(Compare).open_branches(first, number)
        self.desk.open_view(Compare.ident)

    @property
    def _travel(self) -> TravelActions:
        return cast("TravelActions", self.app)
