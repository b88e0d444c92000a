"""Where one is, from the whole scenario down; each part is a way back there."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.style import Style

from tui.widgets.drawing import Drawing, muted

SEPARATOR = " › "  # noqa: RUF001


class Crumbs(Drawing):
    """The way from the whole to what shows; a click on a part goes back to it."""

    DEFAULT_CSS = """
    Crumbs { height: 1; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.parts: Sequence[tuple[str, str]] = ()

    def show(self, *parts: tuple[str, str]) -> None:
        """Names, each with the action of the app that leads there; the last is where one is."""
        if parts != self.parts:
            self.parts = parts
            self.renew()

    def lines(self, width: int) -> Sequence[Content]:
        names = [
            Content(name).stylize(Style.from_meta({"@click": action})) if action else Content(name)
            for name, action in self.parts
        ]
        if not names:
            return [Content()]
        names[-1] = names[-1].stylize("bold")
        return [muted(SEPARATOR).join(names)]
