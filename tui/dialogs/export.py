"""What to leave behind, and in which folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from textual.app import ComposeResult
from textual.widgets import Static

from tui.dialogs.paths import PathDialog
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


class ExportDialog(PathDialog[Leaving]):
    """Asks for a folder, and what is to be left in it."""

    wanted = "folder"

    def __init__(self, scenario: str) -> None:
        proposed = f"{scenario.removesuffix('-live')}-live"
        super().__init__("export", "enter export · tab what · space on, off · esc back", proposed)

    def rest(self) -> ComposeResult:
        for key, what in PARTS.items():
            yield Tick(what, True, f"part-{key}")
        yield Static(
            "The folder is made if it is not there; files of these names in it are replaced.",
            classes="said",
            markup=False,
        )

    @property
    def parts(self) -> frozenset[str]:
        """What is ticked."""
        return frozenset(key for key in PARTS if self.query_one(f"#part-{key}", Tick).value)

    def wrong(self, path: Path) -> str:
        if path.exists() and not path.is_dir():
            return f"{path} is a file: expected the name of a folder"
        return "" if self.parts else "nothing is chosen: tab and space choose"

    def answer(self, path: Path) -> Leaving:
        return Leaving(path, self.parts)
