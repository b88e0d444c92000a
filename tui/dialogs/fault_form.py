"""A form with every field of one kind of fault."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.suggester import SuggestFromList
from textual.widgets import Input, Label, Static

from simulator.live.commands import Answer, Command, Inject
from simulator.scenario.faults.catalogue import explained
from tui.dialogs.dialog import Form, Mistake
from tui.dialogs.fields import FormField, fault_of, form_of

Ask = Callable[[Command, Callable[[Answer], None]], None]
"""Asks the simulation for something; what comes of it is told to the second."""


class FaultForm(Form[str]):
    """Asks for the fields of a fault and has it done; closes with what was done, in words.

    Mistakes are told beside their fields while they are made; what only the simulation can know, such
    as that a service is not there, when it is asked.
    """

    DEFAULT_CSS = """
    FaultForm > .box {
        height: 100%;
        max-height: 32;
    }
    FaultForm .fields {
        height: 1fr;
        scrollbar-size-vertical: 1;
    }
    FaultForm .fields {
        layout: grid;
        grid-size: 2;
        grid-columns: 14 1fr;
        grid-rows: auto;
    }
    FaultForm .fields Label.-required {
        text-style: bold;
    }
    FaultForm .fields Mistake {
        column-span: 2;
        padding-left: 14;
    }
    FaultForm .meaning {
        height: 3;
        border-top: solid $panel;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "down", "app.focus_next", "Next", id="form.next", tooltip="The next field", show=False
        ),
        Binding(
            "up",
            "app.focus_previous",
            "Before",
            id="form.before",
            tooltip="The field before",
            show=False,
        ),
    ]

    def __init__(
        self,
        kind: str,
        texts: Mapping[str, str],
        known: Mapping[str, Sequence[str]],
        ask: Ask,
    ) -> None:
        """A form for a `kind`.

        Args:
            kind: which fault.
            texts: what stands in its fields to begin with.
            known: names that may stand in a field, by its name.
            ask: asks the simulation.
        """
        super().__init__(kind, "enter do it · ↑↓ fields · → takes what is proposed · esc back")
        self.kind = kind
        self.texts = dict(texts)
        self.known = known
        self.ask = ask
        self.touched: set[str] = set()
        self.asking = False
        self.lines: dict[str, Mistake] = {}

    def content(self) -> ComposeResult:
        yield Static(explained(self.kind).partition("\n")[0], classes="said", markup=False)
        with VerticalScroll(classes="fields", can_focus=False):
            for field in form_of(self.kind):
                yield Label(field.name, classes="-required" if field.required else "")
                yield self.input_of(field)
        yield Mistake(id="whole")
        yield Static("", classes="said meaning", markup=False)
        yield from self.buttons("Do it")

    def input_of(self, field: FormField) -> Input:
        """What a field is typed into: empty, it shows what it takes and what holds without it."""
        names = [*field.choices, *self.known.get(field.name, ())]
        placeholder = f"{field.takes}, required" if field.required else field.default or field.takes
        return Input(
            self.texts.get(field.name, ""),
            placeholder=placeholder,
            id=f"field-{field.name}",
            compact=True,
            select_on_focus=True,
            suggester=SuggestFromList(names, case_sensitive=False) if names else None,
        )

    def on_mount(self) -> None:
        empty = [
            field
            for field in form_of(self.kind)
            if field.required and not self.texts.get(field.name, "")
        ]
        own = [field for field in form_of(self.kind) if field.first]
        first = next(iter([*empty, *own, *form_of(self.kind)]))
        self.query_one(f"#field-{first.name}", Input).focus()

    @on(events.DescendantFocus)
    def explain(self, event: events.DescendantFocus) -> None:
        """Tell what the field is that has the keyboard."""
        name = str(event.widget.id).removeprefix("field-")
        field = next((each for each in form_of(self.kind) if each.name == name), None)
        if field is None:
            return
        text = Text()
        text.append(f"{field.name} ", style="bold")
        text.append(field.meaning)
        text.append(f"  ({field.takes}{f'; {field.default}' if field.default else ''})")
        self.query_one(".meaning", Static).update(text)

    @on(Input.Changed)
    def look_at(self, event: Input.Changed) -> None:
        name = str(event.input.id).removeprefix("field-")
        if event.value == self.texts.get(name, ""):
            return
        self.texts[name] = event.value
        self.touched.add(name)
        _, mistakes = fault_of(self.kind, self.texts)
        self.tell({name: text for name, text in mistakes.items() if name in self.touched})

    def tell(self, mistakes: Mapping[str, str]) -> None:
        """Show what is wrong beside the fields, and nothing beside the others."""
        names = [field.name for field in form_of(self.kind)]
        for name in names:
            self.tell_beside(name, mistakes.get(name, ""))
        whole = [text for name, text in mistakes.items() if name not in names]
        self.query_one("#whole", Mistake).tell("; ".join(whole))

    def tell_beside(self, name: str, wrong: str) -> None:
        """Show what is wrong with a field below it; most never have such a line."""
        line = self.lines.get(name)
        if line is None and wrong:
            line = self.lines[name] = Mistake()
            self.mount(line, after=f"#field-{name}")
        if line is not None:
            line.tell(wrong)

    def submit(self) -> None:
        for field in form_of(self.kind):
            self.texts[field.name] = self.query_one(f"#field-{field.name}", Input).value
        fault, mistakes = fault_of(self.kind, self.texts)
        self.tell(mistakes)
        if mistakes:
            wrong = [each.name for each in form_of(self.kind) if each.name in mistakes]
            if wrong:
                self.query_one(f"#field-{wrong[0]}", Input).focus()
        elif not self.asking:
            self.asking = True
            self.ask(Inject(fault), self.answered)

    def answered(self, answer: Answer) -> None:
        """The simulation has done it, or says why it cannot."""
        self.asking = False
        if answer.done:
            self.dismiss(answer.text)
        else:
            self.tell({"": answer.text})
