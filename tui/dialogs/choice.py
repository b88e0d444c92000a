"""A choice of one from a list, which is narrowed down by typing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.dialogs.listed import ListDialog
from tui.text import fit, matches

FEW = 6
"""So many are seen at a glance, and need no filter."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of them: what it is called, and what it is in a line."""

    key: str
    title: str
    detail: str
    group: str = ""
    """The heading that it stands below; those of one group follow each other."""
    marked: bool = False
    """Whether it is what holds now."""


class ChoiceDialog(ListDialog[str]):
    """Asks for one of several; closes with its key."""

    DEFAULT_CSS = """
    ChoiceDialog OptionList {
        height: auto;
        max-height: 1fr;
    }
    ChoiceDialog > .box.-many {
        height: 100%;
        max-height: 40;
    }
    ChoiceDialog .-many OptionList {
        height: 1fr;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "take", "Take", id="choice.take", tooltip="Take the marked one", show=False
        ),
    ]

    def __init__(self, heading: str, choices: Sequence[Choice], said: str = "") -> None:
        """Ask for one of `choices`; `said` is told below the list."""
        many = len(choices) > FEW
        typing = "type to filter · " if many else ""
        super().__init__(heading, f"{typing}↑↓ enter take · esc back")
        self.choices = choices
        self.said = said
        self.many = many

    def content(self) -> ComposeResult:
        if self.many:
            yield Input(placeholder="filter; !word leaves out", compact=True)
        yield OptionList()
        if self.said:
            yield Static(self.said, classes="said", markup=False)

    def on_mount(self) -> None:
        self.query_one(".box").set_class(self.many, "-many")
        self.fill("")
        marked = [each.key for each in self.choices if each.marked]
        if marked:
            self.options.highlighted = self.options.get_option_index(marked[0])
        if not self.many:
            self.options.focus()

    def on_resize(self) -> None:
        kept = self.options.highlighted
        self.fill(self.query_one(Input).value if self.many else "")
        self.options.highlighted = kept

    @on(Input.Changed)
    def narrow(self, event: Input.Changed) -> None:
        self.fill(event.value)

    def fill(self, pattern: str) -> None:
        """Show those that a filter lets through."""
        shown = [
            each
            for each in self.choices
            if matches(f"{each.title} {each.detail} {each.group}", pattern)
        ]
        options = self.options
        options.clear_options()
        width = max((len(each.title) for each in self.choices), default=0) + 4
        group = ""
        for each in shown:
            if each.group != group:
                group = each.group
                options.add_option(Option(Text(group, style="bold"), disabled=True))
            options.add_option(Option(self.line(each, width), id=each.key))
        if not shown:
            options.add_option(Option(Text(f"nothing has “{pattern}” in it"), disabled=True))
            return
        options.highlighted = 1 if shown[0].group else 0

    def line(self, choice: Choice, width: int) -> Text:
        """One line: the name, with a mark where it holds now, and what it is."""
        mark = "● " if choice.marked else "  "
        room = max(10, self.options.size.width - width - 1)
        text = Text(no_wrap=True)
        text.append(fit(f"{mark}{choice.title}", width))
        text.append(fit(choice.detail, room).rstrip(), style="dim")
        return text

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        if event.option_id is not None:
            self.dismiss(event.option_id)

    @on(Input.Submitted)
    def action_take(self) -> None:
        if self.marked is not None:
            self.dismiss(self.marked)
