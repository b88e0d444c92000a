"""The one setting in which two simulations are to differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from tui.dialogs.dialog import Mistake
from tui.dialogs.listed import ListDialog
from tui.text import fit, matches

Wrong = Callable[[str], str]
"""What is wrong with a setting; empty if nothing is."""
MOST = 200
"""Lines of the list; who types sees fewer."""


class SettingDialog(ListDialog[str]):
    """Asks for `path=value`, as `--set` takes it; closes with it once it is right.

    Below stands every path that there is, with its value, as far as it has what was typed in it.
    """

    DEFAULT_CSS = """
    SettingDialog > .box { height: 100%; max-height: 36; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "tab",
            "complete",
            "Complete",
            id="setting.complete",
            tooltip="Take its path",
            show=False,
        ),
    ]

    def __init__(self, keys: Sequence[tuple[str, str]], wrong: Wrong) -> None:
        super().__init__("compare with another setting", "↑↓ tab take the path · enter · esc back")
        self.known = keys
        self.wrong = wrong

    def content(self) -> ComposeResult:
        yield Input(placeholder="path=value, such as services.web.replicas=2", compact=True)
        yield Mistake()
        yield OptionList()

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self.fill("")

    @on(Input.Changed)
    def narrow(self, event: Input.Changed) -> None:
        """Show the paths that fit what was typed so far."""
        self.query_one(Mistake).tell("")
        self.fill(event.value.partition("=")[0])

    def fill(self, typed: str) -> None:
        """Show the paths that have every word of it."""
        words = typed.replace(".", " ")
        found = [each for each in self.known if matches(each[0], words)]
        options = self.options
        options.clear_options()
        room = max(20, min(self.app.size.width, 76) - 6)
        for path, value in found[:MOST]:
            text = Text(no_wrap=True)
            text.append(fit(path, min(room - 12, 48)))
            text.append(f" {value}", style="dim")
            options.add_option(Option(text, id=path))
        if found:
            options.highlighted = 0

    @on(OptionList.OptionSelected)
    def action_complete(self) -> None:
        """Take the path that is marked."""
        if self.marked is not None:
            line = self.query_one(Input)
            line.value = f"{self.marked}="
            line.focus()
            line.cursor_position = len(line.value)

    @on(Input.Submitted)
    def take(self, event: Input.Submitted) -> None:
        """Close with what was typed, complete the path, or say what is wrong."""
        text = event.value.strip()
        if "=" not in text:
            self.action_complete()
            return
        wrong = self.wrong(text)
        if wrong:
            self.query_one(Mistake).tell(wrong)
        else:
            self.dismiss(text)
