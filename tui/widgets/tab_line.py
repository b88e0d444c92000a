"""The second line: which views there are, and which one shows."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual import events
from textual.widget import Widget

from tui import keys
from tui.paint import Paint


class TabLine(Widget):
    """The views by their number keys; a click opens one.

    A view without a number, such as that of an instance, shows behind the one it belongs to.
    """

    DEFAULT_CSS = """
    TabLine { height: 1; background: $surface; }
    """

    def __init__(self, views: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.paint = Paint(self.app)
        self.views = views
        self.current = ""
        self.buttons: list[tuple[int, int, str]] = []

    def show(self, current: str) -> None:
        """Mark the view that shows."""
        if current != self.current:
            self.current = current
            self.refresh()

    def render(self) -> Text:
        line = self._line(short=False)
        return line if line.cell_len <= self.size.width else self._line(short=True)

    def _line(self, short: bool) -> Text:
        """All views; if `short`, with the title of the one that shows alone."""
        self.buttons = []
        line = Text(no_wrap=True, overflow="crop")
        for name, title in self.views:
            here = name == self.current
            binding = f"view.{name}"
            start = line.cell_len
            if binding in keys.KEYS:
                key = "bold reverse foreground" if here else "footer-key-foreground"
                line.append(f" {keys.shown(binding)} ", self.paint(key))
                word = "bold reverse foreground" if here else "foreground"
                if here or not short:
                    line.append(f"{title.lower()} ", self.paint(word))
                self.buttons.append((start, line.cell_len, name))
            elif here:
                line.append(f" > {title.lower()} ", self.paint("bold reverse foreground"))
        return line

    async def on_click(self, event: events.Click) -> None:
        for start, end, name in self.buttons:
            if start <= event.x < end:
                await self.app.run_action(f"view('{name}')")
