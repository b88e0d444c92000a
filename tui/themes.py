"""Two themes of our own beside those of Textual, and colours for what is drawn by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.color import Color, ColorParseError
from textual.theme import Theme

if TYPE_CHECKING:
    from textual.app import App

AFTERSHOCK = Theme(
    name="aftershock",
    primary="#7aa2f7",
    secondary="#5a6fa8",
    accent="#56c8d8",
    success="#7fc98b",
    warning="#e6b450",
    error="#f2777a",
    foreground="#d8dee9",
    background="#11151c",
    surface="#161b24",
    panel="#1f2733",
    dark=True,
)
"""For a dark room and long looking."""

PROJECTOR = Theme(
    name="projector",
    primary="#00399e",
    secondary="#4a4a4a",
    accent="#006a75",
    success="#00601c",
    warning="#8a4b00",
    error="#b00020",
    foreground="#000000",
    background="#ffffff",
    surface="#ffffff",
    panel="#e8e8e8",
    dark=False,
    text_alpha=1.0,
    variables={"text-muted": "#3a3a3a", "footer-key-foreground": "#00399e"},
)
"""For a beamer in a bright room: black on white, and colours that keep apart from it."""

OWN = (AFTERSHOCK, PROJECTOR)

# What Textual calls the colours of 16-colour terminals, in the words of Rich.
_ANSI = {
    "ansi_bright_black": "bright_black",
    "ansi_bright_red": "bright_red",
    "ansi_bright_green": "bright_green",
    "ansi_bright_yellow": "bright_yellow",
    "ansi_bright_blue": "bright_blue",
    "ansi_bright_magenta": "bright_magenta",
    "ansi_bright_cyan": "bright_cyan",
    "ansi_bright_white": "bright_white",
}


def colour(app: App[object], variable: str) -> str:
    """The colour that a theme variable stands for, as Rich writes colours.

    What Textual mixes at the time of drawing (`auto 60%`, or a colour that lets its ground through) is
    mixed here with the theme's background.
    """
    variables = app.theme_variables
    value = variables.get(variable, "")
    if value.startswith("ansi_"):
        word = value.partition(" ")[0]
        return _ANSI.get(word, word.removeprefix("ansi_"))
    ground = variables.get("background", "")
    if value.startswith("auto"):
        text = _parsed(variables.get("foreground", ""))
        behind = _parsed(ground)
        if text is None or behind is None:
            return "default"
        part = float(value.removeprefix("auto").strip(" %") or 100.0) / 100.0
        return behind.blend(text, part).hex6.lower()
    found = _parsed(value)
    behind = _parsed(ground)
    if found is None or found.a == 0.0:
        return "default"
    if found.a < 1.0 and behind is not None:
        found = behind.blend(found, found.a)
    return found.hex6.lower()


def _parsed(value: str) -> Color | None:
    """None for what is no colour that can be mixed, such as the default of a terminal."""
    try:
        found = Color.parse(value)
    except ColorParseError:
        return None
    return None if found.ansi is not None else found
