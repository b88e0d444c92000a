"""A list in a dialog, through which the arrows go while the keyboard stays in a line above."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import OptionList

from tui.dialogs.dialog import Dialog, Result


class ListDialog(Dialog[Result]):
    """Has a list, of which one is marked; whatever is below decides what becomes of it."""

    DEFAULT_CSS = """
    ListDialog OptionList {
        height: 1fr;
        min-height: 3;
        padding: 0;
        border: none;
        background: $surface;
        scrollbar-size-vertical: 1;
    }
    ListDialog OptionList:focus {
        border: none;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", id="list.up", tooltip="The one above", show=False),
        Binding("down", "move(1)", "Down", id="list.down", tooltip="The one below", show=False),
        Binding(
            "pageup", "page(-1)", "Page up", id="list.page_up", tooltip="A page up", show=False
        ),
        Binding(
            "pagedown",
            "page(1)",
            "Page down",
            id="list.page_down",
            tooltip="A page down",
            show=False,
        ),
    ]

    @property
    def options(self) -> OptionList:
        """The list."""
        return self.query_one(OptionList)

    @property
    def marked(self) -> str | None:
        """The key of what is marked; None if that is nothing."""
        option = self.options.highlighted_option
        return None if option is None else option.id

    def action_move(self, by: int) -> None:
        if by > 0:
            self.options.action_cursor_down()
        else:
            self.options.action_cursor_up()

    def action_page(self, by: int) -> None:
        if by > 0:
            self.options.action_page_down()  # type: ignore[no-untyped-call]
        else:
            self.options.action_page_up()  # type: ignore[no-untyped-call]
