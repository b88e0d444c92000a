"""The last line: the most useful keys of the moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.text import Text
from textual import events
from textual.widget import Widget

from tui import keys
from tui.paint import Paint


class FooterLine(Widget):
    """Keys with what they do, on one line; those that do not fit are left out, the last first.

    Each is a button too.
    """

    DEFAULT_CSS = """
    FooterLine { height: 1; dock: bottom; background: $panel; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.paint = Paint(self.app)
        self.names: Sequence[str] = ()
        self.words: Mapping[str, str] = {}
        self.buttons: list[tuple[int, int, str]] = []

    def show(self, names: Sequence[str], words: Mapping[str, str]) -> None:
        """Show these bindings, by their identifiers; `words` say what they do here, if it is special."""
        if (names, words) != (self.names, self.words):
            self.names, self.words = names, words
            self.refresh()

    def render(self) -> Text:
        self.buttons = []
        always = [self._item(name) for name in keys.ALWAYS]
        room = self.size.width - sum(each.cell_len for each in always)
        line = Text(no_wrap=True, overflow="crop")
        for name in self.names:
            item = self._item(name)
            if item.cell_len > room:
                break
            room -= item.cell_len
            self._button(line, item, name)
        line.append(" " * max(0, room))
        for name, item in zip(keys.ALWAYS, always, strict=True):
            self._button(line, item, name)
        return line

    def _item(self, name: str) -> Text:
        item = Text(f" {keys.shown(name)} ", self.paint("bold footer-key-foreground"))
        words = self.words.get(name, keys.KEYS[name].description.lower())
        return item.append(f"{words} ", self.paint("foreground"))

    def _button(self, line: Text, item: Text, name: str) -> None:
        self.buttons.append((line.cell_len, line.cell_len + item.cell_len, name))
        line.append_text(item)

    async def on_click(self, event: events.Click) -> None:
        for start, end, name in self.buttons:
            if start <= event.x < end:
                await self.app.run_action(keys.KEYS[name].action)
