"""Only the hands of the dashboard: its keys, actions and dialogs, with nothing behind them to be drawn.

The whole app takes half a second to put up, and longer than a key takes to redraw; most of what keys do
needs none of that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from stage import PictureDriver, Size, check_screen, screen_text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Input

from simulator.live.commands import Answer, Command
from simulator.live.driver import Driver, Opening, Results
from simulator.live.snapshot import Snapshot
from tui import keys, themes
from tui.actions.change import ChangeActions
from tui.actions.files import FileActions
from tui.actions.harm import HarmActions
from tui.actions.travel import TravelActions
from tui.app import AftershockApp
from tui.desk import SomeView
from tui.palette import Palette
from tui.watching import Selection, Watching


class Hands(HarmActions, ChangeActions, TravelActions, FileActions):
    """An app of actions, which shows at most one widget; `heard` has what was told, in order."""

    BINDINGS: ClassVar[list[BindingType]] = keys.BINDINGS
    COMMANDS = {Palette}  # noqa: RUF012  as Textual has it
    HORIZONTAL_BREAKPOINTS = AftershockApp.HORIZONTAL_BREAKPOINTS

    def __init__(self, opening: Opening, drive: Callable[[Opening], Driver]) -> None:
        super().__init__(opening, drive)
        for each in themes.OWN:
            self.register_theme(each)
        self.theme = themes.AFTERSHOCK.name
        self.heard: list[tuple[str, str]] = []
        self.opened: list[Opening] = []
        self.shown: Widget | None = None
        self.left = False

    def compose(self) -> ComposeResult:
        if self.shown is not None:
            yield self.shown

    def exit(self, *arguments: object, **options: object) -> None:
        self.left = True

    def say(self, text: str) -> None:
        self.heard.append(("said", text))

    def warn(self, text: str) -> None:
        self.heard.append(("warned", text))

    def receive(self) -> None:
        for message in self.driver.poll():
            match message:
                case Snapshot():
                    self.watching.take(message)
                case Answer():
                    self.answered(message)
                case Results():
                    self.results_came(message)

    def select(self, kind: str, name: str) -> None:
        self.watching.selection = Selection(kind, name)

    def open_scenario(self, opening: Opening) -> None:
        self.opened.append(opening)
        self.watching = Watching()

    def view_of(self, kind: type[SomeView]) -> SomeView:
        return self.query_one(kind)

    def open_view(self, name: str) -> None:
        """There are no views."""

    def refocus(self) -> None:
        """There is nothing to look at."""


@dataclass
class Rehearsal:
    """An app of hands that is open, and what a test may do with it."""

    app: Hands
    pilot: Pilot[None]

    @property
    def driver(self) -> PictureDriver:
        driver = self.app.driver
        assert isinstance(driver, PictureDriver)
        return driver

    async def press(self, *names: str) -> list[Command]:
        """Press keys; returns what that has asked of the simulation."""
        before = len(self.driver.sent)
        for name in names:
            await self.pilot.press(name)
        await self.settle()
        return self.driver.sent[before:]

    async def settle(self) -> None:
        """Let everything that is under way arrive."""
        self.app.receive()
        await self.pilot.pause(0.0)

    def act(self, key: str) -> list[Command]:
        """Do at once what a key is bound to; returns what that has asked of the simulation."""
        before = len(self.driver.sent)
        binding = next(each for each in keys.KEYS.values() if key in each.key.split(","))
        getattr(self.app, f"action_{binding.action}")()
        self.app.receive()
        return self.driver.sent[before:]

    def heard(self) -> list[tuple[str, str]]:
        """What was told since the last time."""
        found, self.app.heard = self.app.heard, []
        return found

    async def show(self, picture: Snapshot) -> None:
        """Put up another picture."""
        self.driver.show(picture)
        await self.settle()

    async def type_in(self, text: str, field: str = "Input") -> None:
        """Have a text in a field of the dialog that shows."""
        self.app.screen.query_one(field, Input).value = text
        await self.settle()

    def text(self) -> str:
        """What is on the screen, line by line."""
        return screen_text(self.app)

    def check(self, name: str) -> None:
        """Compare the screen with the one that is kept."""
        check_screen(self.app, name)


Play = Callable[[Rehearsal], Awaitable[None]]


def rehearse(
    play: Play, *pictures: Snapshot, size: Size = (80, 24), shown: Sequence[type[Widget]] = ()
) -> None:
    """Open the hands on pictures, with a widget if one is wanted, and play."""

    async def whole() -> None:
        app = Hands(Opening("online-store"), lambda _: PictureDriver(*pictures))
        app.shown = shown[0]() if shown else None
        app.receive()
        async with app.run_test(size=size) as pilot:
            await play(Rehearsal(app, pilot))
            super(Hands, app).exit()

    asyncio.run(whole())
