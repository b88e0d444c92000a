"""The event log: what happened, the latest at the bottom."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from simulator.live.snapshot import EventView
from tui import text
from tui.glyphs import EVENTS, OTHER_EVENT
from tui.paint import Paint


class EventLog(ScrollView, can_focus=True):
    """Time, kind, subject and detail of each event; it follows the latest unless scrolled back."""

    DEFAULT_CSS = """
    EventLog {
        height: 1fr; border: round $foreground 30%; border-title-color: $foreground;
        overflow-x: hidden; scrollbar-size-vertical: 1;
        &:focus { border: round $accent; }
    }
    """

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.paint = Paint(self.app)
        self.entries: Sequence[EventView] = ()
        self.pattern = ""
        self.shown: list[EventView] = []
        self.border_title = "events"

    def show(self, entries: Sequence[EventView]) -> None:
        """Show these events."""
        if entries is not self.entries and (
            len(entries) != len(self.entries) or entries[-1:] != self.entries[-1:]
        ):
            self.entries = entries
            self._choose()

    def filter(self, pattern: str) -> None:
        """Show only events whose line matches (see `text.matches`)."""
        self.pattern = pattern
        self._choose()

    def _choose(self) -> None:
        follows = self.scroll_offset.y >= self.max_scroll_y
        self.shown = [
            event
            for event in self.entries
            if text.matches(f"{event.kind} {event.subject} {event.detail}", self.pattern)
        ]
        what = f" · only “{self.pattern}”" if self.pattern else ""
        self.border_title = f"events{what}"
        self.virtual_size = Size(0, len(self.shown))
        if follows:
            self._follow()
        self.refresh()

    def _follow(self) -> None:
        """Have the latest in sight."""
        self.call_after_refresh(self.scroll_end, animate=False)

    def on_resize(self, event: events.Resize) -> None:
        self._follow()

    def render_line(self, y: int) -> Strip:
        at = self.scroll_offset.y + y
        width = self.scrollable_content_region.width
        if at >= len(self.shown):
            none = "no such event" if self.entries else "no events yet"
            words = none if not self.shown and y == 0 else ""
            segment = Segment(text.fit(words, width), self.paint("text-muted"))
            return Strip([segment], width).apply_style(self.rich_style)
        event = self.shown[at]
        kind = EVENTS.get(event.kind, OTHER_EVENT)
        clock = f"{text.clock(event.time, tenths=True):>8} "
        room = width - cell_len(f"{clock}{kind.glyph} {event.subject} ")
        segments = [
            Segment(clock, self.paint("text-muted")),
            Segment(f"{kind.glyph} ", self.paint(f"bold {kind.colour}")),
            Segment(f"{event.subject} ", self.paint("bold foreground")),
            Segment(text.fit(event.detail or event.kind, room), self.paint("foreground")),
        ]
        return Strip(segments).adjust_cell_length(width).apply_style(self.rich_style)
