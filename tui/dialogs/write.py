"""Where to write what was done, and how much of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button, Input, Static

from simulator.units import format_duration
from tui.dialogs.dialog import Dialog, Mistake
from tui.dialogs.paths import typed
from tui.dialogs.tick import Tick


@dataclass(frozen=True, slots=True)
class Writing:
    """What is to be written."""

    path: Path
    until: float | None
    """Where the run of the scenario is cut, in seconds; None keeps its duration."""
    replace: bool
    """Whether the file is there, and may be replaced."""


class WriteDialog(Dialog[Writing]):
    """Asks for the name of a file; a name that is taken has to be confirmed by a second `enter`."""

    def __init__(self, scenario: str, now: float, duration: float, done: int) -> None:
        """Of a run that has come to `now` of its `duration`, with so many things `done` to it."""
        super().__init__(
            "write what was done as a scenario", "enter write · tab, space end here · esc back"
        )
        self.proposed = f"{scenario.removesuffix('-live')}-live.yaml"
        self.now = now
        self.duration = duration
        self.done = done
        self.confirmed: Path | None = None

    def content(self) -> ComposeResult:
        yield Input(self.proposed, compact=True, select_on_focus=False)
        yield Mistake()
        yield Tick(
            f"end the run here, after {format_duration(round(self.now, 3))} of "
            f"{format_duration(self.duration)}",
            False,
            "short",
        )
        things = (
            f"{self.done} thing{'' if self.done == 1 else 's'} done"
            if self.done
            else "Nothing was done so far"
        )
        yield Static(
            f"{things}. `aftershock run FILE` plays the file to the same digest.",
            classes="said",
            markup=False,
        )
        with Horizontal(classes="buttons"):
            yield Button("Write", id="write", compact=True, variant="primary")
            yield Button("Back", id="back", compact=True)

    @on(Input.Changed)
    def again(self) -> None:
        self.query_one(Mistake).tell("")

    @on(Input.Submitted)
    def submit(self) -> None:
        """Close with what is to be written, unless that cannot be."""
        name = self.query_one(Input).value.strip()
        path, wrong = typed(name)
        wrong = wrong or _wrong(name, path)
        if wrong:
            self.query_one(Mistake).tell(wrong)
            return
        if path.exists() and path != self.confirmed:
            self.confirmed = path
            self.query_one(Mistake).tell(f"{path.name} is there already: enter again replaces it")
            return
        part = self.query_one(Tick).value
        self.dismiss(Writing(path, self.now if part else None, path.exists()))

    @on(Button.Pressed, "#write")
    def press_write(self, event: Button.Pressed) -> None:
        event.stop()
        self.submit()

    @on(Button.Pressed, "#back")
    def press_back(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(None)


def _wrong(name: str, path: Path) -> str:
    """What is wrong with a file's name; empty if nothing is."""
    if not name:
        return "expected the name of a file"
    if path.is_dir():
        return f"expected the name of a file, found a folder: {path}"
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}"
    return ""
