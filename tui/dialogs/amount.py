"""A question that is answered in one line: how much, how many, when, where to."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, Static

from tui.dialogs.dialog import Dialog, Mistake, Result

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
        read: Callable[[str], Result],
        *,
        nudge: Nudge | None = None,
        verb: str = "do it",
    ) -> None:
        """Ask for a line.

        Args:
            heading: what it is about.
            hint: what may be answered.
            value: what is answered if nothing is typed.
            read: what an answer means; raises a ValueError with what was expected.
            nudge: what the arrows do; None if they do nothing.
            verb: what `enter` does.
        """
        arrows = "↑↓ change · " if nudge else ""
        super().__init__(heading, f"{arrows}enter {verb} · esc back")
        self.hint = hint
        self.value = value
        self.read = read
        self.nudge = nudge

    def content(self) -> ComposeResult:
        # The first key that is typed replaces what stands there.
        yield Input(self.value, compact=True, select_on_focus=True)
        yield Mistake()
        yield Static(self.hint, classes="said", markup=False)

    @on(Input.Changed)
    def look_at(self, event: Input.Changed) -> None:
        untouched = event.value.strip() in ("", self.value)
        self.query_one(Mistake).tell("" if untouched else self.meaning(event.value)[1])

    @on(Input.Submitted)
    def take(self, event: Input.Submitted) -> None:
        found, wrong = self.meaning(event.value)
        self.query_one(Mistake).tell(wrong)
        if not wrong:
            self.dismiss(found)

    def meaning(self, text: str) -> tuple[Result | None, str]:
        """What an answer means, and what is wrong with it; empty if nothing is."""
        try:
            return self.read(text.strip()), ""
        except ValueError as error:
            return None, str(error)

    def action_nudge(self, by: int) -> None:
        if self.nudge is not None:
            field = self.query_one(Input)
            field.value = self.nudge(field.value.strip(), by)
            field.cursor_position = len(field.value)
