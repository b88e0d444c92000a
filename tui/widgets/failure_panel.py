"""What shows in place of the views when the simulation has failed."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from simulator.live.commands import Failure
from tui.themes import colour


class FailurePanel(VerticalScroll):
    """Says what went wrong, how to see it again, and how to leave."""

    DEFAULT_CSS = """
    FailurePanel {
        height: 1fr; margin: 1 2; padding: 1 2; border: heavy $error; background: $surface;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.border_title = "✖ the simulation has failed"

    def compose(self) -> ComposeResult:
        yield Static(id="failure")

    def show(self, failure: Failure) -> None:
        """Show an error of the simulation."""
        error = f"bold {colour(self.app, 'error')}"
        text = Text(failure.message, error)
        text.append("\n\n")
        if failure.details:
            text.append("This is an error of the simulator, not of what it simulates. ")
        if failure.replay:
            text.append("It happens again with\n\n")
            text.append(f"    aftershock run {failure.replay} --check\n\n", "bold")
            text.append("which is worth reporting. " if failure.details else "")
        text.append("Press q to quit, or 6 to open another scenario.")
        if failure.details:
            text.append(f"\n\n{failure.details.strip()}", colour(self.app, "text-muted"))
        self.query_one("#failure", Static).update(text)
