"""The bundled scenarios: what there is to be opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from simulator.errors import SimulatorError
from simulator.live.driver import Opening
from simulator.live.snapshot import Snapshot
from simulator.scenario import bundled
from tui.actions.files import FileActions
from tui.bundle import Entry, entry_of
from tui.text import fit, matches
from tui.views.view import View
from tui.widgets.filter_line import FilterLine

WIDE = 150
"""From so many cells on list and story stand side by side."""


class Library(View):
    """The bundled scenarios with what they are about; enter opens one in place of what shows."""

    ident = "library"
    title = "Library"
    help = """\
# Library

Every scenario that comes with Aftershock: on the left its name and what it is, beside or below it what
it has (how long it plays, how many services, which faults) and the story at the head of its file.

- **arrows** go through the list, **enter** opens the scenario in place of the one that shows;
- **/** filters: all words must be in the name, the description or the faults, and a word with `!` in
  front must not. `/retry !store` finds retry storms outside of the online store. **esc** ends it;
- ● marks the one that is open.

A file of your own is opened from the shell: `aftershock live FILE`.
"""
    keys = ("view.enter", "view.filter", "view.back", "general.palette")
    words: ClassVar = {"view.enter": "open"}

    DEFAULT_CSS = """
    Library { layout: vertical; }
    Library #shelf { height: 1fr; }
    Library #scenarios {
        height: 3fr; border: none; padding: 0; background: $background;
        scrollbar-size-vertical: 1;
    }
    Library #story {
        height: 4fr; border-top: solid $panel; padding: 0 1; scrollbar-size-vertical: 1;
    }
    Library #story Static { height: auto; }
    Library.-beside #shelf { layout: horizontal; }
    Library.-beside #scenarios { width: 3fr; height: 1fr; }
    Library.-beside #story {
        width: 2fr; height: 1fr; border-top: none; border-left: solid $panel;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.known: Mapping[str, Entry] = {}
        """What is known of the scenarios; nothing until all of them are read."""

    def compose(self) -> ComposeResult:
        yield FilterLine()
        with Container(id="shelf"):
            yield OptionList(id="scenarios")
            with VerticalScroll(id="story", can_focus=False):
                yield Static("", markup=False)

    def opened(self) -> None:
        if not self.known:
            # A hundred files take half a second, in which keys are to be answered.
            self.app.run_worker(self.read, thread=True, group="library")
        self.fill()
        self.query_one("#scenarios").focus()

    def read(self) -> None:
        """Read all scenarios; in a thread of its own."""
        found = {}
        for name in bundled():
            try:
                found[name] = entry_of(name)
            except SimulatorError as error:
                found[name] = Entry(name, "cannot be read", "", str(error))
        self.app.call_from_thread(self.have, found)

    def have(self, known: Mapping[str, Entry]) -> None:
        """All of them have been read."""
        self.known = known
        self.fill()

    def show(self, snapshot: Snapshot) -> None:
        """Nothing here is about the simulation that goes on behind."""

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= WIDE, "-beside")
        self.call_after_refresh(self.fill)

    def fill(self) -> None:
        """List those that the filter lets through, and keep the place."""
        options = self.query_one("#scenarios", OptionList)
        before = options.highlighted_option
        kept = before.id if before is not None else self.desk.opening.scenario
        pattern = self.query_one(FilterLine).words
        names = [name for name in bundled() if matches(self.line_of(name), pattern)]
        cells = max(map(len, bundled())) + 2
        room = max(10, options.size.width - cells - 4)
        options.clear_options()
        for name in names:
            text = Text("● " if name == self.desk.opening.scenario else "  ", no_wrap=True)
            text.append(fit(name, cells))
            if name in self.known:
                text.append(fit(self.known[name].description, room).rstrip(), style="dim")
            options.add_option(Option(text, id=name))
        if not names:
            options.add_option(Option(f"nothing has “{pattern}” in it", disabled=True))
            self.tell("")
            return
        options.highlighted = names.index(kept) if kept in names else 0
        self.tell(names[options.highlighted])

    def line_of(self, name: str) -> str:
        """What a filter looks at."""
        entry = self.known.get(name)
        return f"{name} {entry.description} {entry.has}" if entry else name

    def tell(self, name: str) -> None:
        """Show what there is to say of one."""
        text = Text()
        entry = self.known.get(name)
        if entry is not None:
            text.append(f"{entry.name}\n", style="bold")
            text.append(f"{entry.description}\n")
            text.append(f"{entry.has}\n\n", style="dim")
            text.append(entry.story)
        self.query_one("#story Static", Static).update(text)
        self.query_one("#story", VerticalScroll).scroll_home(animate=False)

    @on(OptionList.OptionHighlighted)
    def look_at(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_id is not None:
            self.tell(event.option_id)

    @on(OptionList.OptionSelected)
    def take(self, event: OptionList.OptionSelected) -> None:
        if event.option_id is not None:
            app = self.app
            assert isinstance(app, FileActions)
            app.open_in_place(Opening(event.option_id))

    def filter(self) -> None:
        self.query_one(FilterLine).open()

    @on(FilterLine.Changed)
    def narrow(self) -> None:
        self.fill()

    @on(FilterLine.Left)
    def keep(self) -> None:
        self.query_one("#scenarios").focus()

    def on_key(self, event: events.Key) -> None:
        # The arrows leave the filter for what it has found.
        if event.key in ("down", "up") and self.query_one(FilterLine).has_focus:
            event.stop()
            self.keep()

    def back(self) -> bool:
        had = self.query_one(FilterLine).empty()
        self.keep()
        return had
