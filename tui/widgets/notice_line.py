"""One line of plain language: what to do now, or what is happening."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text
from textual.widget import Widget

from tui.paint import Paint
from tui.story import Story, story
from tui.watching import Watching

LOOKS = {
    "hint": ("", "text-muted"),
    "harm": ("▲ ", "bold error"),
    "end": ("■ ", "bold primary"),
    "calm": ("", "text-muted"),
}


class NoticeLine(Widget):
    """The story of the moment; see `tui.story`."""

    DEFAULT_CSS = """
    NoticeLine { height: 1; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.paint = Paint(self.app)
        self.story = Story((), "hint")

    def show(self, watching: Watching) -> None:
        """Tell what the newest snapshot means."""
        now = story(watching)
        if now != self.story:
            self.story = now
            self.refresh()

    def render(self) -> Text:
        glyph, style = LOOKS[self.story.tone]
        words = glyph
        for part in self.story.parts:
            longer = f"{words} · {part}" if words != glyph else f"{glyph}{part}"
            if words != glyph and cell_len(longer) > self.content_size.width:
                break
            words = longer
        return Text(words, self.paint(style), no_wrap=True, overflow="ellipsis")
