"""Styles in the colours of the theme, for what is drawn cell by cell."""

from __future__ import annotations

from rich.style import Style
from textual.app import App

from tui.themes import colour

WORDS = frozenset({"bold", "reverse", "underline", "italic"})


class Paint:
    """Turns words such as `bold error` into styles; those of another theme are made anew.

    A word is `bold`, `reverse`, `underline`, `italic`, or the name of a theme variable.
    """

    def __init__(self, app: App[object]) -> None:
        self.app = app
        self.theme = ""
        self.made: dict[str, Style] = {}

    def __call__(self, words: str) -> Style:
        if self.theme != self.app.theme:
            self.theme = self.app.theme
            self.made.clear()
        style = self.made.get(words)
        if style is None:
            parts = [each if each in WORDS else colour(self.app, each) for each in words.split()]
            style = self.made[words] = Style.parse(" ".join(parts))
        return style
