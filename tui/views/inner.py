"""What the views below the overview have in common: where one is, and why there is nothing to see."""

from __future__ import annotations

from typing import TypeVar

from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from simulator.live.snapshot import Snapshot
from tui.views.view import View
from tui.widgets.crumbs import Crumbs

WAITING = "waiting for the simulation…"
PATIENCE = 0.5
"""Seconds of wall time for which nothing is said of details that are on their way."""
OVERVIEW = "app.view('overview')"
WIDE = 112
"""Cells from which two columns stand side by side."""
VERY_WIDE = 168
"""The same for three."""


class Sentence(Static, can_focus=True):
    """What is said where there is nothing to show; it keeps the keyboard's focus meanwhile."""


class InnerView(View):
    """A line that says where one is, and below it either the details or a sentence instead of them."""

    DEFAULT_CSS = """
    InnerView > .sentence { padding: 1 2; display: none; }
    InnerView.-nothing > .sentence { display: block; }
    InnerView.-nothing > .details { display: none; }
    InnerView > .details { height: 1fr; padding: 0 1; }
    InnerView VerticalScroll:focus { scrollbar-color: $accent; }
    InnerView .panel {
        border-top: solid $primary 50%;
        border-title-color: $foreground 60%;
    }
    """

    waiting: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Crumbs()
        yield Sentence(WAITING, classes="sentence", markup=False)
        with Container(classes="details"):
            yield from self.details()

    def details(self) -> ComposeResult:
        """The widgets of the view."""
        raise NotImplementedError

    def on_resize(self) -> None:
        """Put panels side by side where there is room."""
        width = self.size.width
        self.set_class(width >= WIDE, "-columns")
        self.set_class(width >= VERY_WIDE, "-many-columns")

    def home(self) -> Widget:
        """Where the keyboard's focus belongs."""
        raise NotImplementedError

    def opened(self) -> None:
        self.home().focus()

    @property
    def has_details(self) -> bool:
        """Whether what shows is what was asked for: there are details, and they are not of before."""
        return self.waiting is None and not self.has_class("-nothing")

    def wait(self) -> None:
        """The details are on their way: say so, if they take their time.

        Until then all stays as it is: to hide it and show it again takes longer than they mostly do.
        """
        if self.waiting is None and not self.has_class("-nothing"):
            self.waiting = self.set_timer(PATIENCE, lambda: self.say_instead(WAITING))

    def say_instead(self, sentence: str) -> None:
        """There are no details: say why; with an empty sentence there are some."""
        if self.waiting is not None:
            self.waiting.stop()
            self.waiting = None
        instead = self.query_one(Sentence)
        hidden = self.has_class("-nothing")
        self.set_class(bool(sentence), "-nothing")
        if sentence:
            instead.update(sentence)
        # What is hidden loses the focus, and with it the keys of the view.
        if sentence and not instead.has_focus:
            instead.focus()
        elif hidden and not sentence:
            self.home().focus()


Panel = TypeVar("Panel", bound=Widget)


def panel(widget: Panel, title: str, hint: str = "") -> Panel:
    """A widget below a line with its title, and behind that perhaps how to read or use it."""
    widget.add_class("panel")
    widget.border_title = Content.assemble((title, "bold $foreground"), f"  {hint}" if hint else "")
    return widget


def first_service(snapshot: Snapshot) -> str | None:
    """The one that users ask, if nobody says which."""
    return min(snapshot.services, key=lambda each: each.layer).name if snapshot.services else None
