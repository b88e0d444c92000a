"""A box to be ticked, whose mark tells as much as its colour."""

from __future__ import annotations

from textual.widgets import Checkbox


class Tick(Checkbox):
    """A check box that is empty when it is off: Textual's has its cross then too, in grey."""

    DEFAULT_CSS = """
    Tick {
        border: none;
        padding: 0;
        background: $surface;
    }
    """

    def __init__(self, label: str, value: bool, ident: str) -> None:
        """A box with a label, ticked if `value` is true."""
        self.BUTTON_INNER = _mark(value)
        super().__init__(label, value, id=ident, compact=True)

    def watch_value(self) -> None:
        self.BUTTON_INNER = _mark(self.value)
        super().watch_value()


def _mark(value: bool) -> str:
    return "✓" if value else " "
