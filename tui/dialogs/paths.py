"""Paths that somebody types."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from tui.dialogs.dialog import Form, Mistake, Result


class PathDialog(Form[Result]):
    """Asks for the name of a file or folder, with one filled in already, and perhaps for more."""

    wanted: str
    """What it is to be the name of: `file` or `folder`."""

    def __init__(self, heading: str, keys: str, proposed: str) -> None:
        """`proposed` is the name that stands in the line to begin with."""
        super().__init__(heading, keys)
        self.proposed = proposed

    def content(self) -> ComposeResult:
        yield Input(self.proposed, compact=True, select_on_focus=False)
        yield Mistake()
        yield from self.rest()
        yield from self.buttons(self.heading.partition(" ")[0].capitalize())

    @abstractmethod
    def rest(self) -> ComposeResult:
        """What else is asked and told."""

    @abstractmethod
    def wrong(self, path: Path) -> str:
        """What is wrong with a path, or with the rest; empty if nothing is."""

    @abstractmethod
    def answer(self, path: Path) -> Result:
        """What the dialog closes with."""

    @on(Input.Changed)
    def again(self) -> None:
        self.query_one(Mistake).tell("")

    def submit(self) -> None:
        name = self.query_one(Input).value.strip()
        path, wrong = typed(name)
        if not name:
            wrong = f"expected the name of a {self.wanted}"
        wrong = wrong or self.wrong(path)
        if wrong:
            self.query_one(Mistake).tell(wrong)
        else:
            self.dismiss(self.answer(path))


def typed(name: str) -> tuple[Path, str]:
    """The path that a text names, and what is wrong with it; empty if nothing is.

    Even to ask whether something is there fails where one may not look, where a name is too long, and in
    the home of nobody.
    """
    path = Path(name)
    try:
        path = path.expanduser().absolute()
        path.exists()
        path.parent.exists()
    except (OSError, ValueError, RuntimeError) as error:
        return path, f"{name}: {error.strerror if isinstance(error, OSError) else error}"
    return path, ""
