"""The help screen: what is to be seen here, and which keys there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Markdown, Static

from tui import glyphs, keys, text
from tui.glyphs import Sign
from tui.paint import Paint
from tui.views.view import View

TABLES: Mapping[str, Mapping[str, Sign]] = {
    "services": glyphs.SERVICES,
    "instances": glyphs.INSTANCES,
    "circuit breakers": glyphs.BREAKERS,
    "events": glyphs.EVENTS,
    "outcomes": glyphs.OUTCOMES,
}
WRITTEN: Mapping[str, str] = {"escape": "esc", "enter": "⏎"}
KEY_WIDTH = 12


class HelpScreen(ModalScreen[None]):
    """Help for one view: its own words first, then all keys by group, then what the glyphs mean."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen > VerticalScroll {
        width: 100%; max-width: 100; height: 1fr; padding: 0 1;
        border: round $accent; border-title-color: $foreground; background: $surface;
    }
    HelpScreen Markdown { background: $surface; padding: 0 1; margin: 0; }
    HelpScreen Static { padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1", "close", "Close", id="help.close", tooltip="Back"),
    ]

    def __init__(self, view: View) -> None:
        super().__init__()
        self.view = view
        self.paint = Paint(self.app)

    def compose(self) -> ComposeResult:
        with VerticalScroll() as pane:
            pane.border_title = f"help: {self.view.title.lower()}"
            pane.border_subtitle = "↑ ↓ scroll · esc closes"
            yield Markdown(self.view.help.strip())
            yield Static(self.keys_table())
            yield Static(self.glyph_tables())

    def action_close(self) -> None:
        """Back to the view."""
        self.dismiss(None)

    def keys_table(self) -> Text:
        """All keys by group, with what they do."""
        page = Text()
        group = ""
        for binding in keys.KEYS.values():
            named = binding.group.description if binding.group else ""
            if named != group:
                group = named
                page.append(f"\n{group.upper()}\n", self.paint("bold accent"))
            written = " ".join(WRITTEN.get(key, key) for key in binding.key.split(","))
            page.append(text.fit(written, KEY_WIDTH), self.paint("bold foreground"))
            page.append(f"{binding.tooltip}\n", self.paint("foreground"))
        return page

    def glyph_tables(self) -> Text:
        """What each glyph means."""
        page = Text()
        for title, table in TABLES.items():
            page.append(f"\nGLYPHS OF {title.upper()}\n", self.paint("bold accent"))
            for sign in table.values():
                page.append(f"{sign.glyph} ", self.paint(f"bold {sign.colour}"))
                page.append(text.fit(sign.word, 14), self.paint("bold foreground"))
                page.append(f"{sign.meaning}\n", self.paint("foreground"))
        return page
