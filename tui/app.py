"""The dashboard: a simulation, what came from it last, and the views of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

import textual
from rich.traceback import Traceback
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.filter import LineFilter
from textual.timer import Timer
from textual.widgets import ContentSwitcher

from simulator.live.commands import Answer, Failure, Focus
from simulator.live.driver import Opening, Results
from simulator.live.snapshot import Snapshot
from tui import keys, themes
from tui.actions.both import BothActions
from tui.actions.browser import BrowserActions
from tui.actions.change import ChangeActions
from tui.actions.harm import HarmActions
from tui.actions.travel import TravelActions
from tui.desk import Drive, SomeView
from tui.filters import Styled
from tui.palette import Palette
from tui.screens.help import HelpScreen
from tui.sizes import true_sizes
from tui.views.compare import Compare
from tui.views.instance import Instance
from tui.views.library import Library
from tui.views.overview import Overview
from tui.views.request import Request
from tui.views.requests import Requests
from tui.views.service import Service
from tui.views.timeline import Timeline
from tui.views.view import View
from tui.watching import Selection, Watching
from tui.widgets.failure_panel import FailurePanel
from tui.widgets.footer_line import FooterLine
from tui.widgets.header_line import HeaderLine
from tui.widgets.notice_line import NoticeLine
from tui.widgets.tab_line import TabLine
from tui.widgets.too_small import TooSmall

LEAST_WIDTH = 60
LEAST_HEIGHT = 16
WIDTHS = [(0, "-narrow"), (80, "-normal"), (120, "-wide"), (160, "-very-wide")]
HEIGHTS = [(0, "-low"), (32, "-tall"), (48, "-very-tall")]
"""Classes of the screen from so many cells on."""
POLL = 0.05
"""Seconds between two looks for messages, where nothing says that there are some."""
VIEWS: tuple[type[View], ...] = (
    Overview,
    Service,
    Instance,
    Requests,
    Request,
    Timeline,
    Compare,
    Library,
)


class AftershockApp(BothActions, HarmActions, ChangeActions, TravelActions, BrowserActions):
    """The whole dashboard."""

    TITLE = "aftershock"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = keys.BINDINGS
    COMMANDS: ClassVar = {Palette}
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS

    def __init__(self, opening: Opening, drive: Drive, theme: str = themes.AFTERSHOCK.name) -> None:
        super().__init__(opening, drive)
        self.driver_class = true_sizes(self.driver_class)
        for each in themes.OWN:
            self.register_theme(each)
        self.theme = theme
        self.views: dict[str, View] = {}
        self.current = Overview.ident
        self.came_from: list[str] = []
        self.focus_sent = Focus()
        self.polling: Timer | None = None
        self.reading: int | None = None

    def compose(self) -> ComposeResult:
        yield HeaderLine()
        yield TabLine([(each.ident, each.title) for each in VIEWS])
        yield NoticeLine()
        self.views = {each.ident: each() for each in VIEWS}
        with ContentSwitcher(initial=self.current, id="views"):
            yield self.views[self.current]
        yield FailurePanel()
        yield FooterLine()
        yield TooSmall(LEAST_WIDTH, LEAST_HEIGHT)

    def get_line_filters(self) -> Sequence[LineFilter]:
        filters = super().get_line_filters()
        return [Styled(), *filters] if self.no_color else filters

    def on_mount(self) -> None:
        self._listen()
        self.view.opened()
        self.show()

    def on_unmount(self) -> None:
        self._stop_listening()
        self.driver.close()

    def on_resize(self, event: events.Resize) -> None:
        width, height = event.size
        screen = self.screen_stack[0]
        was_tiny = screen.has_class("-tiny")
        screen.set_class(width < LEAST_WIDTH or height < LEAST_HEIGHT, "-tiny")
        if was_tiny and not screen.has_class("-tiny"):
            # What was hidden has lost the keyboard: without it arrows would do nothing from now on.
            self.call_after_refresh(self._take_up_keys)

    def _take_up_keys(self) -> None:
        """Have the keyboard lead to the view again, if it leads to nothing."""
        if self.screen_stack[0].focused is None and self.view.is_attached:
            self.view.opened()

    @property
    def view(self) -> View:
        """The view that shows."""
        return self.views[self.current]

    def view_of(self, kind: type[SomeView]) -> SomeView:
        view = self.views[kind.ident]
        assert isinstance(view, kind)
        return view

    # Messages of the simulation

    def _listen(self) -> None:
        """Have `receive` called whenever there is something to receive."""
        number = self.driver.fileno()
        try:
            if number is not None:
                asyncio.get_running_loop().add_reader(number, self._hear)
                self.reading = number
                return
        except NotImplementedError:  # the event loop of Windows has no readers
            pass
        self.polling = self.set_interval(POLL, self.receive)

    def _stop_listening(self) -> None:
        if self.reading is not None:
            asyncio.get_running_loop().remove_reader(self.reading)
            self.reading = None
        if self.polling is not None:
            self.polling.stop()
            self.polling = None

    def _hear(self) -> None:
        """Receive. The event loop would swallow an error, and the screen stand still for ever."""
        try:
            self.receive()
        except Exception as error:  # noqa: BLE001  as Textual does with all that it calls itself
            self._stop_listening()
            self._handle_exception(error)

    def _fatal_error(self) -> None:
        """End, with where it happened; Textual would print whole snapshots too, for a minute."""
        self.panic(Traceback(suppress=[textual]))

    def receive(self) -> None:
        """Take what the simulation has sent; of several snapshots the newest counts."""
        if not self.is_running:
            # It closes: what would be shown is in part taken down.
            return
        newest: Snapshot | None = None
        for message in self.driver.poll():
            match message:
                case Snapshot():
                    newest = message
                case Answer():
                    self.answered(message)
                case Results():
                    self.results_came(message)
                case Failure():
                    self._fail(message)
        if newest is not None:
            before = self.watching.snapshot
            self.watching.take(newest)
            if newest.state == "stopped" and (before is None or before.note != newest.note):
                # The line for it may be too short, and this is not to be missed.
                self.warn(f"stopped: {newest.note}", beside=True)
            self.show()

    def _fail(self, failure: Failure) -> None:
        """The simulation has ended in an error: say so, in front of all else, and stay."""
        self.watching.failure = failure
        self._stop_listening()
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.screen_stack[0].query_one(FailurePanel).show(failure)
        self.show()

    def open_scenario(self, opening: Opening) -> None:
        self._stop_listening()
        self.driver.close()
        self.opening = opening
        self.watching = Watching()
        self.focus_sent = Focus()
        self.driver = self.drive(opening)
        self._listen()
        self.came_from.clear()
        self._switch(Overview.ident)

    # What shows

    def show(self) -> None:
        """Draw the newest snapshot, in what is visible of it."""
        screen = self.screen_stack[0]
        screen.query_one(HeaderLine).show(self.watching)
        screen.query_one(NoticeLine).show(self.watching)
        view = self.view
        screen.query_one(TabLine).show(view.ident)
        failed = self.watching.failure is not None and view.ident != Library.ident
        screen.set_class(failed, "-failed")
        screen.query_one(FooterLine).show(("view.library",) if failed else view.keys, self._words())
        if self.watching.snapshot is not None and not failed and view.is_mounted:
            view.show(self.watching.snapshot)

    def _words(self) -> dict[str, str]:
        """What keys in the footer do now, where it is not what they are called."""
        snapshot = self.watching.snapshot
        standing = snapshot is not None and snapshot.state == "paused"
        return {**self.view.words, **({"time.pause": "play"} if standing else {})}

    def open_view(self, name: str) -> None:
        if name != self.view.ident:
            self.came_from.append(self.view.ident)
            self._switch(name)

    def _switch(self, name: str) -> None:
        """Show a view; one that has not been shown before is made now."""
        self.current = name
        self.refocus()
        self.call_next(self._switched, name)

    async def _switched(self, name: str) -> None:
        switcher = self.screen_stack[0].query_one("#views", ContentSwitcher)
        view = self.views[name]
        if not view.is_attached:
            await switcher.add_content(view)
        if name == self.current:
            switcher.current = name
            view.opened()
            self.show()

    def select(self, kind: str, name: str) -> None:
        selection = Selection(kind, name)
        if selection != self.watching.selection:
            self.watching.selection = selection
            self.refocus()
            self.show()

    def refocus(self) -> None:
        wanted = self.view.focus_wanted()
        if wanted != self.focus_sent and self.watching.failure is None:
            self.focus_sent = wanted
            self.ask(wanted, then=lambda _: None)

    # Keys

    def action_view(self, name: str) -> None:
        self.came_from.clear()
        if name != self.view.ident:
            self._switch(name)

    def action_enter(self) -> None:
        self.view.enter()

    def action_leave(self) -> None:
        if self.view.back():
            return
        if self.came_from:
            self._switch(self.came_from.pop())
        elif self.view.ident != Overview.ident:
            self._switch(Overview.ident)

    def action_filter(self) -> None:
        self.view.filter()

    def action_help(self) -> None:
        self.push_screen(HelpScreen(self.view))
