"""What is done to every line before it is shown."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

PLAIN = Style.null()


class Styled(LineFilter):
    """Gives every piece of a line a style, if it be none in particular.

    The canvas of textual-plot draws pieces without any, and the filter that takes colours away where
    `NO_COLOR` is set cannot do without one.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same pieces, each with a style."""
        return [Segment(text, style or PLAIN, control) for text, style, control in segments]
