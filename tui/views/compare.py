"""Two simulations side by side, on the same random numbers, that differ in one thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.timer import Timer
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from simulator.live.commands import (
    Answer,
    Command,
    Pause,
    Resume,
    SwitchBranch,
    Write,
)
from simulator.live.driver import Driver, Opening
from simulator.live.snapshot import BranchView, Snapshot
from simulator.scenario import ScenarioError
from simulator.scenario.settings import names_file
from tui.dialogs.choice import Choice
from tui.dialogs.setting import SettingDialog
from tui.pair import Pair
from tui.suggestions import as_mapping, keys_of, loaded, suggestions
from tui.text import clock, fit
from tui.views.view import View
from tui.widgets.comparison import A, B, Comparison
from tui.widgets.drawing import MUTED

OFTEN = 0.1
"""Seconds between two looks at what the second simulation has to say."""
OTHER = "other"
"""The key of the line that asks for any setting."""


class Compare(View):
    """A and B at the same time of the same run: A is what all other views show."""

    ident = "compare"
    title = "Compare"
    help = """\
Two simulations of the same users, who send the same requests at the same moments: what differs, differs
because of the one thing that you have changed. **A** is the simulation that all views show, **B** has a
setting more, or is another branch of what you did.

Choose a difference from the list, or give any setting as `path=value`, as `--set` takes it. Both are then
kept at the same time; the one that is ahead waits. Pause, speed and travelling hold for both.

The table has the figures of both, and how B differs from A, with `▲` where that is better for users, and
`▼` where it is worse. Below it stand their courses, A above B, each two on the same scale: good and failed
answers per second, and the 99th percentile.

`F2` has what you do from then on (k, l, e, ...) done to both, not to A alone. `ctrl+w` ends the comparison.
"""
    keys = ("time.pause", "time.faster", "time.slower", "time.earlier", "time.later", "harm.kill")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f2",
            "both",
            "To both",
            id="compare.both",
            tooltip="Have what is done done to both, or to A alone",
        ),
        Binding(
            "ctrl+w",
            "end",
            "End comparison",
            id="compare.end",
            tooltip="End the second simulation",
        ),
    ]
    DEFAULT_CSS = """
    Compare { layout: vertical; }
    Compare #heading { height: auto; padding: 0 1; }
    Compare OptionList { height: 1fr; background: $background; }
    Compare OptionList.-textual-compact > .option-list--option { padding: 0 1; }
    Compare Comparison { display: none; }
    Compare.-paired Comparison { display: block; }
    Compare.-paired OptionList { display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.pair: Pair | None = None
        self.wanted: tuple[int, int] | None = None
        """Two branches to be compared once this view is opened."""
        self.difference = ""
        """What B has that A has not."""
        self.first = ""
        """What A is."""
        self.both = False
        """Whether what is done is done to both."""
        self.holding = False
        """Whether A stands still for B to catch up."""
        self._led_by: Driver | None = None
        self._timer: Timer | None = None
        self._listed: object = None
        self._headed: Content | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="heading", markup=False)
        yield OptionList(compact=True)
        yield Comparison()

    # The view

    def opened(self) -> None:
        if self.wanted is not None:
            wanted, self.wanted = self.wanted, None
            self.open_branches(*wanted)
        self._take_focus()

    def _take_focus(self) -> None:
        self.query_one(OptionList if self.pair is None else Comparison).focus()

    def show(self, snapshot: Snapshot) -> None:
        if self.pair is not None and self._led_by is not self.desk.driver:
            self.end()
        if self.pair is None:
            self._offer(snapshot)
            return
        self.pair.lead(snapshot)
        self._follow()

    def enter(self) -> None:
        if self.pair is not None:
            self.desk.warn("ctrl+w ends this comparison")

    def on_hide(self) -> None:
        """Nobody looks: A need not wait for B."""
        self._hold(False)
        if self._timer is not None:
            self._timer.pause()

    def on_show(self) -> None:
        """Somebody looks again."""
        if self._timer is not None:
            self._timer.resume()

    def on_unmount(self) -> None:
        """The app ends, and the second simulation with it."""
        if self.pair is not None:
            self.pair.close()

    # Beginning and ending

    @on(OptionList.OptionSelected)
    def chosen(self, message: OptionList.OptionSelected) -> None:
        """A difference was chosen from the list."""
        message.stop()
        key = message.option_id or ""
        if key == OTHER:
            self.ask_for_setting()
        elif key.startswith("branch "):
            self.open_branch(int(key.removeprefix("branch ")))
        elif key:
            self.open_setting(key)

    def ask_for_setting(self) -> None:
        """Ask for any setting."""
        opening = self.desk.opening

        def wrong(setting: str) -> str:
            if self.app.is_web and names_file(setting):
                # Not even to find out what is in it, which a mistake would tell.
                return "in a browser no file of the server can be named"
            try:
                loaded(opening, setting)
            except ScenarioError as error:
                return "; ".join(each.message for each in error.problems)
            return ""

        def given(setting: str | None) -> None:
            if setting is not None:
                self.open_setting(setting)

        keys = keys_of(as_mapping(opening))
        self.app.push_screen(SettingDialog(keys, wrong), given)

    def open_setting(self, setting: str) -> None:
        """Compare with the same scenario, and all that was done to it, with one more setting."""
        opening = self.desk.opening
        branch = self._branch()
        if branch is None:
            return
        if branch.done == 0:
            self._begin(
                replace(opening, settings=(*opening.settings, setting)), "as it is", setting
            )
            return

        def written(answer: Answer) -> None:
            if not answer.done:
                self.desk.warn(answer.text)
                return
            second = replace(opening, text=answer.payload, settings=(setting,))
            self._begin(second, "as it is", setting)

        self.desk.ask(Write(None), written)

    def open_branch(self, number: int) -> None:
        """Compare the branch that plays with another one."""
        snapshot = self.desk.watching.snapshot
        if snapshot is not None:
            self.open_branches(snapshot.branch, number)

    def open_branches(self, first: int, second: int) -> None:
        """Compare two branches: A takes up the first, B plays what is written of the second."""
        snapshot = self.desk.watching.snapshot
        if snapshot is None:
            return
        titles = {each.number: each.title for each in snapshot.branches}
        words = [f"branch {each}: {titles.get(each, '')}" for each in (first, second)]

        def written(answer: Answer) -> None:
            if not answer.done:
                self.desk.warn(answer.text)
                return
            if snapshot.branch != first:
                self.desk.ask(SwitchBranch(first), self._only_refusals)
            opening = replace(self.desk.opening, text=answer.payload, settings=())
            self._begin(opening, *words)

        self.desk.ask(Write(None, branch=second), written)

    def _begin(self, opening: Opening, first: str, second: str) -> None:
        self.end()
        try:
            driver = self.desk.drive(replace(opening, at=0.0, paused=True))
        except ScenarioError as error:
            self.desk.warn(error.problems[0].message)
            return
        self.pair = Pair(driver)
        self.first, self.difference = first, second
        self._led_by = self.desk.driver
        self.both = False
        self.add_class("-paired")
        self._timer = self.set_interval(OFTEN, self._follow)
        self._take_focus()
        snapshot = self.desk.watching.snapshot
        if snapshot is not None:
            self.show(snapshot)

    def end(self) -> None:
        """End the comparison, and B with it."""
        self._hold(False)
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self.pair is not None:
            self.pair.close()
            self.pair = None
        self.remove_class("-paired")
        self._listed = None

    def action_end(self) -> None:
        """Back to the list of differences."""
        if self.pair is None:
            self.desk.warn("nothing is compared yet: choose a difference")
            return
        self.end()
        if self.desk.watching.snapshot is not None:
            self.show(self.desk.watching.snapshot)
        self._take_focus()

    def action_both(self) -> None:
        """Have what is done done to both, or to A alone."""
        if self.pair is None:
            self.desk.warn("nothing is compared yet: choose a difference")
            return
        self.both = not self.both
        self._head()

    def mirror(self, command: Command, number: int) -> None:
        """A was asked to do something, as its command `number`; B does the same if both are meant."""
        if self.pair is not None:
            self.pair.do_too(command, number)
            self._follow()

    @property
    def mirrors(self) -> bool:
        """Whether what is done to A is to be done to B."""
        return self.pair is not None and self.both and self.display

    # Together

    def _follow(self) -> None:
        pair = self.pair
        if pair is None:
            return
        while pair.pursue():
            pass
        if pair.failure is not None:
            self.desk.warn(f"B has failed: {pair.failure.message}")
            self.end()
            return
        for refusal in pair.refusals:
            self.desk.warn(f"B: {refusal}")
        pair.refusals.clear()
        if pair.holds:
            self._hold(True)
        elif pair.close_by:
            self._hold(False)
        self._head()
        self.query_one(Comparison).show(pair.shown)

    def _hold(self, still: bool) -> None:
        """Have A stand still while B catches up, or go on."""
        snapshot = self.desk.watching.snapshot
        if still and not self.holding and snapshot is not None and snapshot.state == "playing":
            self.holding = True
            self.desk.ask(Pause(), self._only_refusals)
        elif not still and self.holding:
            self.holding = False
            self.desk.ask(Resume(), self._only_refusals)

    def _only_refusals(self, answer: Answer) -> None:
        if not answer.done:
            self.desk.warn(answer.text)

    # Drawing

    def _head(self) -> None:
        words = self._heading()
        if words != self._headed:
            self._headed = words
            self.query_one("#heading", Static).update(words)

    def _heading(self) -> Content:
        pair = self.pair
        if pair is None:
            text = "A is this simulation. Choose in what B is to differ; users and requests are the same."
            return Content.styled(text, "bold")
        when = "B is being opened …"
        if pair.shown is not None:
            when = f"both at {clock(pair.shown[0].now, tenths=True)}"
            if self.holding:
                when += ", A waits for B"
        to_whom = "both" if self.both else "A alone"
        return Content.assemble(
            ("A ", f"bold {A}"),
            (self.first, A),
            ("   B ", f"bold {B}"),
            (self.difference, B),
            (f"\n{when} · what you do is done to {to_whom}: F2 changes that", MUTED),
        )

    def _offer(self, snapshot: Snapshot) -> None:
        """The list of differences, if it is another one than before."""
        branches = tuple((each.number, each.title) for each in snapshot.branches)
        offered = (self.desk.opening, snapshot.branch, branches)
        if offered == self._listed:
            return
        self._listed = offered
        choices = [
            *_of_branches(snapshot.branches, snapshot.branch),
            *suggestions(as_mapping(self.desk.opening)),
        ]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_option(Option(Text("any setting, as path=value …"), id=OTHER))
        group = ""
        for each in choices:
            if each.group != group:
                group = each.group
                options.add_option(Option(Text(group, style="bold"), disabled=True))
            line = Text("  " + fit(each.title, 30))
            line.append(each.detail, style="dim")
            options.add_option(Option(line, id=each.key))
        options.highlighted = 0
        self._head()

    def _branch(self) -> BranchView | None:
        snapshot = self.desk.watching.snapshot
        if snapshot is None:
            return None
        found = [each for each in snapshot.branches if each.number == snapshot.branch]
        return found[0] if found else None


def _of_branches(branches: Sequence[BranchView], current: int) -> list[Choice]:
    return [
        Choice(
            f"branch {each.number}",
            f"branch {each.number}: {each.title}",
            f"from {clock(each.since)} on" if each.parent is not None else "the scenario itself",
            "what you did otherwise",
        )
        for each in branches
        if each.number != current
    ]
