"""The dashboard itself has an error: it ends, and tells where."""

from __future__ import annotations

import asyncio
import socket

import pytest
from samples import STORE, graph
from stage import PictureDriver

from simulator.live.driver import Opening
from tui.app import AftershockApp
from tui.widgets.header_line import HeaderLine


class Woken(PictureDriver):
    """Has something to wait for, as a process has: one end of a connection."""

    def __init__(self) -> None:
        super().__init__(graph(STORE))
        self.ours, self.theirs = socket.socketpair()

    def fileno(self) -> int:
        return self.ours.fileno()


def test_it_ends_where_the_event_loop_would_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A screen that stands still for ever would look like a system that is well."""
    driver = Woken()

    def broken(*_: object) -> None:
        raise ZeroDivisionError("in the header")

    async def watch() -> None:
        app = AftershockApp(Opening("store"), lambda _: driver)
        async with app.run_test() as pilot:
            await pilot.pause()
            monkeypatch.setattr(HeaderLine, "show", broken)
            driver.theirs.send(b"x")
            async with asyncio.timeout(10.0):
                while app.is_running:
                    await pilot.pause()

    with driver.ours, driver.theirs, pytest.raises(ZeroDivisionError, match="in the header"):
        asyncio.run(watch())
    assert driver.closed
