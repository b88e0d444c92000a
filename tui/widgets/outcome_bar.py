"""How requests ended: a bar for each outcome, in its own pattern."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from simulator.live.snapshot import Figures
from simulator.outcome import NAMES
from tui import glyphs, text
from tui.widgets.drawing import Drawing, ink, muted

WORD = 13
"""Cells of the longest outcome."""
SHARE = 5
RATE = 8


def outcome_lines(figures: Figures, width: int) -> list[Content]:
    """One line for each outcome that occurs: glyph and word, a bar, its share, its rate."""
    told = [name for name in (*NAMES, *figures.outcomes) if figures.outcomes.get(name, 0.0) > 0.0]
    total = sum(figures.outcomes[name] for name in dict.fromkeys(told))
    if not told:
        return [muted("nothing has ended lately")]
    room = max(4, width - (2 + WORD + 1) - (1 + SHARE + 1 + RATE))
    return [_line(name, figures.outcomes[name], total, room) for name in dict.fromkeys(told)]


def _line(name: str, rate: float, total: float, room: int) -> Content:
    sign = glyphs.sign(glyphs.OUTCOMES, name)
    part = rate / total
    bar = sign.glyph * max(1, round(part * room))
    return Content.assemble(
        (f"{sign.glyph} {text.fit(sign.word, WORD)} ", ink(sign)),
        (text.fit(bar, room), ink(sign)),
        " ",
        text.fit(text.share(part), SHARE, right=True),
        " ",
        text.fit(text.rate(rate), RATE, right=True),
    )


class OutcomeBar(Drawing):
    """The outcomes of the last bit of time, the good ones first."""

    def __init__(self) -> None:
        super().__init__()
        self.figures: Figures | None = None

    def show(self, figures: Figures) -> None:
        """Draw these."""
        self.figures = figures
        self.renew()

    def lines(self, width: int) -> Sequence[Content]:
        return [] if self.figures is None else outcome_lines(self.figures, width)
