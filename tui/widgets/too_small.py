"""What shows in a terminal that is too small for anything else."""

from __future__ import annotations

from rich.text import Text
from textual.widget import Widget


class TooSmall(Widget):
    """Says so, and how large it should be."""

    DEFAULT_CSS = """
    TooSmall { height: 1fr; content-align: center middle; text-align: center; }
    """

    def __init__(self, width: int, height: int) -> None:
        super().__init__()
        self.least = (width, height)

    def render(self) -> Text:
        width, height = self.least
        has = self.app.size
        return Text(
            f"terminal too small: {width}x{height} or more\nthis one is {has.width}x{has.height}",
            justify="center",
        )
