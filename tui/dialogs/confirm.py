"""A question with few answers, each of which is a key."""

from __future__ import annotations

from collections.abc import Mapping

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button, Static

from tui.dialogs.dialog import Dialog


class Confirm(Dialog[str]):
    """Asks for a decision; closes with the key of the answer."""

    def __init__(self, question: str, answers: Mapping[str, str], heading: str = "") -> None:
        """Ask `question`; `answers` say what each key does, the first of them also by `enter`."""
        told = " · ".join(f"{key} {what}" for key, what in answers.items())
        super().__init__(heading, f"{told} · esc back")
        self.question = question
        self.answers = answers

    def content(self) -> ComposeResult:
        yield Static(self.question, markup=False)
        with Horizontal(classes="buttons"):
            for key, what in self.answers.items():
                yield Button(what, id=f"answer-{key}", compact=True)

    @on(Button.Pressed)
    def pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(str(event.button.id).removeprefix("answer-"))

    def on_key(self, event: events.Key) -> None:
        if event.character in self.answers:
            event.stop()
            self.dismiss(event.character)
