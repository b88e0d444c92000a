"""How the users' requests end: a rate and a bar for each outcome."""

from __future__ import annotations

from collections.abc import Mapping

from rich.text import Text
from textual.widget import Widget

from simulator.outcome import NAMES, USABLE
from tui import text
from tui.glyphs import OUTCOMES, sign
from tui.paint import Paint

FIGURES = 14
"""Cells for the rate and the share."""


class OutcomeList(Widget):
    """Good answers first, then failures by how many there are."""

    DEFAULT_CSS = """
    OutcomeList { height: 1fr; border: round $foreground 30%; border-title-color: $foreground; }
    """

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.paint = Paint(self.app)
        self.outcomes: Mapping[str, float] = {}
        self.page = Text()
        """What shows."""
        self.border_title = "outcomes"

    def show(self, outcomes: Mapping[str, float]) -> None:
        """Show these outcomes, per second."""
        self.outcomes = outcomes
        page = self.render()
        if page != self.page:
            self.page = page
            self.refresh()

    def render(self) -> Text:
        width, height = self.content_size
        total = sum(self.outcomes.values())
        page = Text(no_wrap=True, overflow="crop")
        if not total:
            return page.append("nothing has ended lately", self.paint("text-muted"))
        names = sorted(self.outcomes, key=self._place)[:height]
        if not names:
            return page
        longest = max(len(sign(OUTCOMES, name).word) for name in names)
        words = min(longest, max(4, width - 2 - FIGURES))
        room = max(0, width - 2 - words - FIGURES - 1)
        for name in names:
            look = sign(OUTCOMES, name)
            part = self.outcomes[name] / total
            drawn = max(1, round(part * room)) if room > 1 else 0
            page.append(f"{look.glyph} {text.fit(look.word, words)}", self.paint(look.colour))
            page.append(f" {text.rate(self.outcomes[name]):>7}", self.paint("foreground"))
            page.append(f" {text.share(part):>5} ", self.paint("text-muted"))
            page.append(look.glyph * drawn + "\n", self.paint(look.colour))
        return page

    def _place(self, name: str) -> tuple[int, float, int]:
        if name in USABLE:
            return USABLE.index(name), 0.0, 0
        return len(USABLE), -self.outcomes[name], NAMES.index(name)
