"""An app that is told to end from outside ends as if its user had left it."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.app import App

PATIENCE = 6.0
"""Seconds; a terminal that has gone may hold up whoever still writes to it."""
NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


@contextmanager
def ends_by_signals(app: App[None]) -> Iterator[list[int]]:
    """While inside, a signal to end, or a closed terminal, has the app exit; which it was is in the list."""
    received: list[int] = []
    last_resort = threading.Timer(PATIENCE, lambda: os._exit(128 + received[0]))
    last_resort.daemon = True

    def leave(number: int, _frame: FrameType | None) -> None:
        if not received:
            received.append(number)
            last_resort.start()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            raise SystemExit(128 + number) from None
        loop.call_soon_threadsafe(app.exit)

    numbers = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
    before = {number: signal.signal(number, leave) for number in numbers}
    try:
        yield received
    finally:
        last_resort.cancel()
        for number, handler in before.items():
            signal.signal(number, handler)
