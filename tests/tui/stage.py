"""A stage for the dashboard: the app in a terminal that is not there, and a simulation that waits.

    def test_a_kill_is_told() -> None:
        async def play(stage: Stage) -> None:
            await stage.play(5.0)                # simulated seconds
            await stage.press("k")
            assert "web-1" in stage.text()
            stage.check("overview-after-a-kill")  # screens/overview-after-a-kill-80x24.txt

        perform(play, "online-store", size=(80, 24))

Screens are compared to the character. With AFTERSHOCK_UPDATE_SCREENS=1 they are written instead: look
at what has changed before you keep it. No wall time plays a part: the simulation moves when `play` says so.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from rich.segment import Segment
from textual.app import App
from textual.pilot import Pilot

from simulator.live.commands import Answer, Command
from simulator.live.driver import Driver, Message, Opening
from simulator.live.snapshot import Snapshot
from simulator.live.stepped import SteppedDriver
from tui.app import AftershockApp

SCREENS = Path(__file__).parent / "screens"
UPDATE = bool(os.environ.get("AFTERSHOCK_UPDATE_SCREENS"))

# Toasts go away with wall time, so they are no part of a screen that is compared.
AftershockApp.CSS = "ToastRack { display: none; }"

CALM = 12
"""Rounds of the event loop without anything to do, after which nothing is expected to come."""
MOST_ROUNDS = 20_000

Size = tuple[int, int]
SIZES: Sequence[Size] = ((80, 24), (120, 40), (200, 60))


class PictureDriver:
    """Has nothing but pictures made by hand; answers every command with a yes.

    `sent` has the commands that came; `show` puts up another picture.
    """

    def __init__(self, *pictures: Message) -> None:
        self.waiting: list[Message] = list(pictures)
        self.sent: list[Command] = []
        self.closed = False

    def send(self, command: Command) -> int:
        self.sent.append(command)
        number = len(self.sent)
        self.waiting.append(Answer(number, True, ""))
        return number

    def show(self, *pictures: Message) -> None:
        self.waiting += pictures

    def poll(self) -> Sequence[Message]:
        found, self.waiting = self.waiting, []
        return found

    def fileno(self) -> int | None:
        return None

    def close(self) -> None:
        self.closed = True


@dataclass
class Stage:
    """An app that is open, and what a test may do with it."""

    app: AftershockApp
    pilot: Pilot[None]

    @property
    def driver(self) -> Driver:
        """The simulation that shows: a SteppedDriver, or a PictureDriver."""
        return self.app.driver

    @property
    def snapshot(self) -> Snapshot:
        """The newest one that the app has."""
        snapshot = self.app.watching.snapshot
        assert snapshot is not None
        return snapshot

    async def play(self, seconds: float) -> None:
        """Let simulated seconds pass."""
        driver = self.driver
        assert isinstance(driver, SteppedDriver)
        driver.play(seconds)
        await self.settle()

    async def show(self, *pictures: Message) -> None:
        """Put up pictures made by hand."""
        driver = self.driver
        assert isinstance(driver, PictureDriver)
        driver.show(*pictures)
        await self.settle()

    async def press(self, *names: str) -> None:
        """Press keys, by the names that Textual has for them, such as `k`, `enter`, `space`."""
        for name in names:
            await self.pilot.press(name)
            await self.settle()

    async def resize(self, width: int, height: int) -> None:
        """Give the terminal another size."""
        await self.pilot.resize_terminal(width, height)
        await self.settle()

    async def settle(self) -> None:
        """Let everything that is under way arrive."""
        self.app.receive()
        await self.pilot.pause()

    def text(self) -> str:
        """What is on the screen, line by line, without trailing blanks."""
        return screen_text(self.app)

    def check(self, name: str) -> None:
        """Compare the screen with the one that is kept under this name and the terminal's size."""
        check_screen(self.app, name)


Play = Callable[[Stage], Awaitable[None]]


def perform(
    play: Play,
    scenario: str = "online-store",
    *,
    size: Size = (120, 40),
    text: str | None = None,
    settings: tuple[str, ...] = (),
    paused: bool = False,
    driver: Driver | None = None,
) -> None:
    """Open the app on a scenario (a path, a bundled name, or `text`) or on a driver, and play."""
    opening = Opening(scenario, settings=settings, text=text, paused=paused)

    async def whole() -> None:
        app = AftershockApp(opening, lambda opening: driver or SteppedDriver(opening))
        app.chart_pause = 0.0

        async def still(*_: float) -> None:
            await quiet(app)

        with patch("textual.app.wait_for_idle", still), patch("textual.pilot.wait_for_idle", still):
            await on_stage(app)

    async def on_stage(app: AftershockApp) -> None:
        async with app.run_test(size=size) as pilot:
            stage = Stage(app, pilot)
            await stage.settle()
            await play(stage)

    asyncio.run(whole())


async def quiet(app: AftershockApp) -> None:
    """Wait until nothing is under way in the app.

    Pilot's own way is to watch for some wall time whether the process is busy, which is slow, and wrong
    on a machine that has other things to do.
    """
    calm = 0
    for _ in range(MOST_ROUNDS):
        await asyncio.sleep(0)
        calm = 0 if _is_busy(app) else calm + 1
        if calm == CALM:
            return
    raise TimeoutError("the app does not come to rest")


def _is_busy(app: AftershockApp) -> bool:
    """Whether anything waits to be done; what only waits for a timer of the terminal is done at once."""
    busy = False
    if app._resize_timer is not None:
        app._check_resize()
        busy = True
    for screen in app.screen_stack:
        drawing = screen._layout_required or screen._dirty_widgets or screen._scroll_required
        if screen._callbacks or (drawing and screen.is_current and not app._batch_count):
            screen._on_timer_update()
            busy = True
    pumps = [app, *app.screen_stack]
    pumps += [each for screen in app.screen_stack for each in screen.walk_children()]
    return busy or any(each._message_queue.qsize() or each._next_callbacks for each in pumps)


def check_screen(app: App[None], name: str) -> None:
    """Compare the screen with the one that is kept under a name and the terminal's size."""
    width, height = app.size
    path = SCREENS / f"{name}-{width}x{height}.txt"
    found = screen_text(app) + "\n"
    if UPDATE:
        path.write_text(found, encoding="utf-8")
    expected = path.read_text(encoding="utf-8") if path.exists() else ""
    assert found.splitlines() == expected.splitlines(), f"{path.name} differs"


def screen_text(app: App[None]) -> str:
    """The screen as it is drawn, as lines of text."""
    rows = screen_rows(app)
    return "\n".join("".join(each.text for each in row).rstrip() for row in rows)


def screen_rows(app: App[None]) -> list[list[Segment]]:
    """The screen as it is drawn, with styles."""
    update = app.screen._compositor.render_update(
        full=True, screen_stack=app._background_screens, simplify=True
    )
    strips = getattr(update, "strips", [])
    return [[segment for strip in line for segment in strip] for line in strips]
