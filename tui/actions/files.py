"""Keys that leave files, and the one that leaves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from simulator.errors import SimulatorError
from simulator.live.commands import Answer, Export, Write
from simulator.live.driver import Opening, Results
from simulator.live.snapshot import Snapshot
from tui.actions.doing import Doing
from tui.desk import Drive
from tui.dialogs.confirm import Confirm
from tui.dialogs.export import ExportDialog, Leaving
from tui.dialogs.write import WriteDialog, Writing
from tui.text import count

PATIENCE = 3.0
"""Seconds in which a second ctrl+c leaves at once."""
RESULTS = "results"
"""The folder in which results are left, within that of everything."""


class FileActions(Doing):
    """Keys that leave files, and the one that leaves."""

    # Before all dialogs and fields, in which it would mean something else.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+c",
            "interrupt",
            "Quit",
            id="general.interrupt",
            tooltip="Leave; twice: whatever is open",
            show=False,
            priority=True,
        )
    ]

    def __init__(self, opening: Opening, drive: Drive) -> None:
        super().__init__(opening, drive)
        self.kept: dict[int, int] = {}
        """By the number of a branch, how many of the things done on it are written."""
        self.interrupted = False

    def action_write(self) -> None:
        """Write what was done as a scenario."""
        self.write_then(None)

    def write_then(self, then: str | None) -> None:
        """Ask where to write what was done; with `then` an action follows once it is written."""
        snapshot = self.watching.snapshot
        if snapshot is None:
            self.warn("the scenario is still being opened")
            return
        done = _done(snapshot)

        def write(writing: Writing | None) -> None:
            if writing is None:
                return
            self.ask(Write(str(writing.path), writing.until, writing.replace), written)

        def written(answer: Answer) -> None:
            if not answer.done:
                self.warn(answer.text)
                return
            self.kept[snapshot.branch] = done
            self.say(answer.text)
            if then is not None:
                self.call_later(self.run_action, then)

        self.push_screen(
            WriteDialog(snapshot.scenario, snapshot.now, snapshot.duration, done), write
        )

    def unkept(self) -> int:
        """How many things were done on this branch and are not written."""
        snapshot = self.watching.snapshot
        if snapshot is None or self.watching.failure is not None:
            return 0
        return max(0, _done(snapshot) - self.kept.get(snapshot.branch, 0))

    def action_export(self) -> None:
        """Leave a picture, charts and results in a folder."""
        snapshot = self.watching.snapshot
        if snapshot is None:
            self.warn("the scenario is still being opened")
            return
        self.push_screen(ExportDialog(snapshot.scenario), self.leave)

    def leave(self, leaving: Leaving | None) -> None:
        """Leave what was asked for; the results come later."""
        snapshot = self.watching.snapshot
        if leaving is None or snapshot is None:
            return
        folder = leaving.folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if "picture" in leaving.parts:
                self.save_screenshot("screen.svg", str(folder))
        except OSError as error:
            self.warn(f"{folder}: cannot be written: {error.strerror}")
            return
        if "charts" in leaving.parts:
            # Drawing takes a second, in which keys are to be answered.
            self.run_worker(lambda: self.draw(snapshot, folder), thread=True, group="charts")
        if "results" in leaving.parts:
            self.ask(Export(str(folder / RESULTS)), self.handed_over)
        elif "picture" in leaving.parts:
            self.say(f"the screen is in {folder}")

    def handed_over(self, answer: Answer) -> None:
        """The results are here, or there are none."""
        if not answer.done:
            self.warn(answer.text)

    def draw(self, snapshot: Snapshot, folder: Path) -> None:
        """Leave charts; in a thread of its own."""
        from reports.charts.formats import drawn
        from reports.charts.house import look
        from reports.charts.live import history_chart
        from reports.export import write_file

        try:
            figure = history_chart(snapshot, look())
            for kind in ("svg", "png"):
                write_file(folder / f"history.{kind}", drawn(figure, kind))
        except SimulatorError as error:
            self.call_from_thread(self.warn, str(error), beside=True)
        else:
            self.call_from_thread(self.say, f"charts are in {folder}", beside=True)

    def results_came(self, results: Results) -> None:
        # What there is to be written may be a hundred thousand rows.
        self.run_worker(lambda: self.store(results), thread=True, group="results")

    def store(self, results: Results) -> None:
        """Leave results; in a thread of its own."""
        from reports.export import write_result

        folder = Path(results.folder)
        try:
            write_result(results.result, results.scenario, folder)
        except SimulatorError as error:
            self.call_from_thread(self.warn, str(error), beside=True)
        else:
            self.call_from_thread(self.say, f"results are in {folder}", beside=True)

    def open_in_place(self, opening: Opening) -> None:
        """Open another scenario; asks first where something was done that is not written."""
        undone = self.unkept()
        if not undone:
            self.take_up(opening)
            return

        def answered(key: str | None) -> None:
            if key == "o":
                self.take_up(opening)
            elif key == "w":
                self.write_then(None)

        self.push_screen(
            Confirm(
                f"You did {count(undone, 'thing')} here, not written yet.",
                {"w": "write", "o": "open all the same"},
                f"open {opening.scenario}",
            ),
            answered,
        )

    def take_up(self, opening: Opening) -> None:
        """Open another scenario in place of the one that shows."""
        self.kept.clear()
        self.open_scenario(replace(opening, speed=self.opening.speed))

    async def action_quit(self) -> None:
        """Leave; asks first where something was done that is not written."""
        undone = self.unkept()
        if not undone:
            self.exit()
            return

        def answered(key: str | None) -> None:
            if key == "q":
                self.exit()
            elif key == "w":
                self.write_then("quit")

        self.push_screen(
            Confirm(
                f"You did {count(undone, 'thing')}, not written yet.",
                {"w": "write", "q": "quit"},
                "quit",
            ),
            answered,
        )

    async def action_interrupt(self) -> None:
        """Leave as with `q`; whoever presses it twice means it, whatever is open."""
        if self.interrupted:
            self.exit()
            return
        self.interrupted = True
        self.set_timer(PATIENCE, self.forget_interrupt)
        if isinstance(self.screen, ModalScreen):
            self.warn("ctrl+c once more quits; esc closes this")
        else:
            await self.action_quit()

    def forget_interrupt(self) -> None:
        """A later one is a first one again."""
        self.interrupted = False


def _done(snapshot: Snapshot) -> int:
    """How many things were done on the branch that shows."""
    return next((each.done for each in snapshot.branches if each.number == snapshot.branch), 0)
