"""What to leave behind, and in which folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button, Input, Static

from tui.dialogs.dialog import Dialog, Mistake
from tui.dialogs.paths import typed
from tui.dialogs.tick import Tick

PARTS = {
    "picture": "this screen as screen.svg",
    "charts": "charts of the run so far as history.svg and history.png",
    "results": "results so far in results/, as `aftershock run --out` leaves them",
}
"""What can be left behind."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """What is to be left behind, and where."""

    folder: Path
    parts: frozenset[str]
    """Keys of `PARTS`."""


class ExportDialog(Dialog[Leaving]):
    """Asks for a folder, and what is to be left in it."""

    def __init__(self, scenario: str) -> None:
        super().__init__("export", "enter export · tab what · space on, off · esc back")
        self.proposed = f"{scenario.removesuffix('-live')}-live"

    def content(self) -> ComposeResult:
        yield Input(self.proposed, compact=True, select_on_focus=False)
        yield Mistake()
        for key, what in PARTS.items():
            yield Tick(what, True, f"part-{key}")
        yield Static(
            "The folder is made if it is not there; files of these names in it are replaced.",
            classes="said",
            markup=False,
        )
        with Horizontal(classes="buttons"):
            yield Button("Export", id="export", compact=True, variant="primary")
            yield Button("Back", id="back", compact=True)

    @on(Input.Changed)
    def again(self) -> None:
        self.query_one(Mistake).tell("")

    @on(Input.Submitted)
    def submit(self) -> None:
        """Close with what is to be left, unless that cannot be."""
        name = self.query_one(Input).value.strip()
        folder, wrong = typed(name)
        parts = frozenset(key for key in PARTS if self.query_one(f"#part-{key}", Tick).value)
        if not name:
            wrong = "expected the name of a folder"
        elif not wrong and folder.exists() and not folder.is_dir():
            wrong = f"{folder} is a file: expected the name of a folder"
        elif not wrong and not parts:
            wrong = "nothing is chosen: tab and space choose"
        if wrong:
            self.query_one(Mistake).tell(wrong)
        else:
            self.dismiss(Leaving(folder, parts))

    @on(Button.Pressed, "#export")
    def press_export(self, event: Button.Pressed) -> None:
        event.stop()
        self.submit()

    @on(Button.Pressed, "#back")
    def press_back(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(None)
