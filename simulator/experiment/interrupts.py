"""Ctrl-C while a run is played."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType


@contextmanager
def interrupts_noted() -> Iterator[list[bool]]:
    """Ctrl-C is noted, not raised, so that nothing is cut in half; a second one ends at once.

    Only the main thread of a program is told of Ctrl-C; in another, nothing is changed.
    """
    stopped: list[bool] = []
    if current_thread() is not main_thread():
        yield stopped
        return

    def note(_number: int, _frame: FrameType | None) -> None:
        stopped.append(True)
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGINT, before)
