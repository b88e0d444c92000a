"""What all dialogs share: a box in the middle, its keys in the lower edge, `esc` to leave it."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, TypeVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

Result = TypeVar("Result")


class Dialog(ModalScreen[Result]):
    """Asks for something; closes with None when it is left with `esc`."""

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
    }
    Dialog > .box {
        width: 76;
        max-width: 100%;
        height: auto;
        max-height: 100%;
        padding: 0 1;
        background: $surface;
        border: round $accent;
        border-title-color: $text-accent;
        border-title-style: bold;
        border-subtitle-color: $text-muted;
    }
    Dialog .mistake {
        color: $text-error;
        height: auto;
        display: none;
    }
    Dialog .mistake.-shown {
        display: block;
    }
    Dialog .said {
        color: $text-muted;
        height: auto;
    }
    Dialog Input.-textual-compact {
        background: $panel;
        height: 1;
    }
    Dialog Input.-textual-compact:focus {
        background-tint: $accent 25%;
    }
    Dialog .buttons {
        height: 1;
        align-horizontal: right;
    }
    Dialog .buttons Button {
        margin-left: 2;
        min-width: 0;
        padding: 0 1;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape",
            "cancel",
            "Back",
            id="dialog.cancel",
            tooltip="Close this and do nothing",
            show=False,
        )
    ]

    def __init__(self, heading: str, keys: str) -> None:
        """`heading` stands in the upper edge of the box, `keys` in the lower one."""
        super().__init__()
        self.heading = heading
        self.keys = keys

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = Content(self.heading)
            box.border_subtitle = Content(self.keys)
            yield from self.content()

    @abstractmethod
    def content(self) -> ComposeResult:
        """What is inside of the box."""

    def action_cancel(self) -> None:
        self.dismiss(None)


class Form(Dialog[Result]):
    """Fields, and below them buttons that do what `enter` and `esc` do."""

    def buttons(self, verb: str) -> ComposeResult:
        """Its lower end; `verb` is what `enter` does."""
        with Horizontal(classes="buttons"):
            yield Button(verb, id="do", compact=True, variant="primary")
            yield Button("Back", id="back", compact=True)

    @abstractmethod
    def submit(self) -> None:
        """Take what stands in the fields, or say what is wrong with it."""

    @on(Input.Submitted)
    def press_enter(self) -> None:
        self.submit()

    @on(Button.Pressed, "#do")
    def press_do(self, event: Button.Pressed) -> None:
        event.stop()
        self.submit()

    @on(Button.Pressed, "#back")
    def press_back(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(None)


class Mistake(Static):
    """A line that says what is wrong, and takes no room while nothing is."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__("", id=id, classes="mistake", markup=False)

    def tell(self, message: str) -> None:
        """Say what is wrong, or with an empty text that nothing is."""
        self.update(Text(f"✖ {message}") if message else "")
        self.set_class(bool(message), "-shown")
