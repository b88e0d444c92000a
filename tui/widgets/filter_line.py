"""A line to type a filter in, which is there only while it is needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input


class FilterLine(Input):
    """Filters while one types; enter keeps the filter, escape takes it away.

    A view that has one opens it with `open()`, listens to `FilterLine.Changed` for what is typed, and to
    `FilterLine.Left` to take the focus back. Patterns are those of `text.matches`.
    """

    DEFAULT_CSS = """
    FilterLine, FilterLine:focus {
        display: none; height: 1; border: none; padding: 0 1; background: $panel;
    }
    FilterLine.-open { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape", "give_up", "No filter", id="filter.none", tooltip="Show everything again"
        ),
    ]

    @dataclass
    class Left(Message):
        """Somebody has done with typing."""

    def __init__(self) -> None:
        super().__init__(placeholder="filter: a word, or !word for lines without it")

    @property
    def words(self) -> str:
        """The filter."""
        return self.value

    def open(self) -> None:
        """Ask for a filter."""
        self.add_class("-open")
        self.focus()

    def empty(self) -> bool:
        """Take the filter away; whether there was one."""
        had = bool(self.value)
        self.value = ""
        self.remove_class("-open")
        return had

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not self.value:
            self.remove_class("-open")
        self.post_message(self.Left())

    def action_give_up(self) -> None:
        """No filter any more."""
        self.empty()
        self.post_message(self.Left())
