"""A question that is answered in one line: how much, how many, when, where to."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, Static

from tui.dialogs.dialog import Dialog, Mistake, Result

Check = Callable[[str], str]
"""What is wrong with an answer; empty if nothing is."""
Nudge = Callable[[str, int], str]
"""The answer that is one up or down from another."""


class LineDialog(Dialog[Result]):
    """Asks for one line, which is filled in already: `enter` takes it as it is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "up", "nudge(1)", "More", id="amount.more", tooltip="Take the next value", show=False
        ),
        Binding(
            "down",
            "nudge(-1)",
            "Less",
            id="amount.less",
            tooltip="Take the value before",
            show=False,
        ),
    ]

    def __init__(
        self,
        heading: str,
        hint: str,
        value: str,
        *,
        nudge: Nudge | None = None,
        verb: str = "do it",
    ) -> None:
        """Ask for a line.

        Args:
            heading: what it is about.
            hint: what may be answered.
            value: what is answered if nothing is typed.
            nudge: what the arrows do; None if they do nothing.
            verb: what `enter` does.
        """
        arrows = "↑↓ change · " if nudge else ""
        super().__init__(heading, f"{arrows}enter {verb} · esc back")
        self.hint = hint
        self.value = value
        self.nudge = nudge

    @abstractmethod
    def read(self, text: str) -> Result:
        """What an answer means.

        Raises:
            ValueError: with what was expected.
        """

    def content(self) -> ComposeResult:
        # The first key that is typed replaces what stands there.
        yield Input(self.value, compact=True, select_on_focus=True)
        yield Mistake()
        yield Static(self.hint, classes="said", markup=False)

    @on(Input.Changed)
    def look_at(self, event: Input.Changed) -> None:
        if event.value.strip() not in ("", self.value):
            self.tell(event.value)
        else:
            self.query_one(Mistake).tell("")

    @on(Input.Submitted)
    def take(self, event: Input.Submitted) -> None:
        if not self.tell(event.value):
            self.dismiss(self.read(event.value.strip()))

    def tell(self, text: str) -> str:
        """Say what is wrong with an answer, and return that."""
        try:
            self.read(text.strip())
        except ValueError as error:
            wrong = str(error)
        else:
            wrong = ""
        self.query_one(Mistake).tell(wrong)
        return wrong

    def action_nudge(self, by: int) -> None:
        if self.nudge is not None:
            field = self.query_one(Input)
            field.value = self.nudge(field.value.strip(), by)
            field.cursor_position = len(field.value)


class AmountDialog(LineDialog[str]):
    """Asks for a line that means itself."""

    def __init__(
        self,
        heading: str,
        hint: str,
        value: str,
        check: Check,
        *,
        nudge: Nudge | None = None,
        verb: str = "do it",
    ) -> None:
        """Ask for a line; `check` says what is wrong with an answer."""
        super().__init__(heading, hint, value, nudge=nudge, verb=verb)
        self.check = check

    def read(self, text: str) -> str:
        wrong = self.check(text)
        if wrong:
            raise ValueError(wrong)
        return text
