"""Lines drawn by hand: text whose colours are variables of the theme, cut to the room there is."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from tui.glyphs import Sign

MUTED = "$foreground 60%"
"""What is there to be looked up, not to be seen first."""

BAR = "█"
REST = "░"


def ink(sign: Sign) -> str:
    """The style in which the glyph and the word of a state are written."""
    return MUTED if sign.colour == "text-muted" else f"${sign.colour}"


def signed(sign: Sign) -> Content:
    """A state as it is written everywhere: its glyph, then its word."""
    return Content.styled(f"{sign.glyph} {sign.word}", ink(sign))


def muted(text: str) -> Content:
    """Text that steps back."""
    return Content.styled(text, MUTED)


def fitted(content: Content, width: int, right: bool = False) -> Content:
    """Exactly so many cells: padded, or cut with `…`."""
    if width <= 0:
        return Content()
    cut = content.truncate(width, ellipsis=True)
    room = width - cut.cell_length
    return cut.pad_left(room) if right else cut.pad_right(room)


def gauge(part: float | None, width: int) -> Content:
    """A bar that is filled as far as `part` of 1 says; more than 1 is full."""
    if part is None:
        return Content(" " * width)
    filled = round(min(max(part, 0.0), 1.0) * width)
    if part > 0.0:
        filled = max(1, filled)
    colour = "$text-error" if part >= 0.95 else "$text-warning" if part >= 0.8 else "$text-success"
    return Content.assemble((BAR * filled, colour), (REST * (width - filled), MUTED))


def apart(parts: Sequence[Content], by: str = "  ") -> Content:
    """Parts of a line with a gap between them; empty ones are left out."""
    return Content(by).join([each for each in parts if each.plain])


class Drawing(Widget):
    """Lines that are drawn anew for the width there is. What does not fit into a line is cut."""

    DEFAULT_CSS = """
    Drawing {
        height: auto;
    }
    """

    _height = 0

    def lines(self, width: int) -> Sequence[Content]:
        """What is to be seen in so many cells."""
        raise NotImplementedError

    def renew(self) -> None:
        """Draw what has changed; the layout is touched only if the number of lines is another."""
        width = self.content_size.width
        self.refresh(layout=width > 0 and len(self.lines(width)) != self._height)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        self._height = len(self.lines(width))
        return self._height

    def render(self) -> Content:
        width = self.content_size.width
        return Content("\n").join(
            [each.truncate(width, ellipsis=True) for each in self.lines(width)]
        )
