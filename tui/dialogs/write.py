"""Where to write what was done, and how much of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from textual.app import ComposeResult
from textual.widgets import Static

from simulator.units import format_duration
from tui.dialogs.paths import PathDialog
from tui.dialogs.tick import Tick
from tui.text import count


@dataclass(frozen=True, slots=True)
class Writing:
    """What is to be written."""

    path: Path
    until: float | None
    """Where the run of the scenario is cut, in seconds; None keeps its duration."""
    replace: bool
    """Whether the file is there, and may be replaced."""


class WriteDialog(PathDialog[Writing]):
    """Asks for the name of a file; a name that is taken has to be confirmed by a second `enter`."""

    wanted = "file"

    def __init__(self, scenario: str, now: float, duration: float, done: int) -> None:
        """Of a run that has come to `now` of its `duration`, with so many things `done` to it."""
        super().__init__(
            "write what was done as a scenario",
            "enter write · tab, space end here · esc back",
            f"{scenario.removesuffix('-live')}-live.yaml",
        )
        self.now = now
        self.duration = duration
        self.done = done
        self.confirmed: Path | None = None

    def rest(self) -> ComposeResult:
        yield Tick(
            f"end the run here, after {format_duration(round(self.now, 3))} of "
            f"{format_duration(self.duration)}",
            False,
            "short",
        )
        things = f"{count(self.done, 'thing')} done" if self.done else "Nothing was done so far"
        yield Static(
            f"{things}. `aftershock run FILE` plays the file to the same digest.",
            classes="said",
            markup=False,
        )

    def wrong(self, path: Path) -> str:
        if path.is_dir():
            return f"expected the name of a file, found a folder: {path}"
        if not path.parent.is_dir():
            return f"there is no folder {path.parent}"
        if path.exists() and path != self.confirmed:
            self.confirmed = path
            return f"{path.name} is there already: enter again replaces it"
        return ""

    def answer(self, path: Path) -> Writing:
        return Writing(path, self.now if self.query_one(Tick).value else None, path.exists())
