"""First come, first served."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from simulator.service.queueing.line import Line

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt


class Fifo(Line):
    """The accept queue of nearly every server: fair, and under overload everybody waits too long."""

    __slots__ = ("waiting",)

    def __init__(self) -> None:
        self.waiting: deque[Attempt] = deque()

    def put(self, attempt: Attempt) -> None:
        self.waiting.append(attempt)

    def take(self) -> Attempt:
        return self.waiting.popleft()

    def clear(self) -> None:
        self.waiting.clear()
