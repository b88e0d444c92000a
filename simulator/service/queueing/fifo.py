"""First come, first served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.service.queueing.line import Line

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt

TIDY: Final = 512
"""So many free places at the front are worth closing up."""


class Fifo(Line):
    """The accept queue of nearly every server: fair, and under overload everybody waits too long.

    A list with a moving front: its operations compile to a few instructions, those of a `deque` to
    method calls. The free places at the front are closed up when they are half of it.
    """

    __slots__ = ("front", "waiting")

    def __init__(self) -> None:
        self.waiting: list[Attempt | None] = []
        self.front = 0

    def put(self, attempt: Attempt) -> None:
        self.waiting.append(attempt)

    def take(self) -> Attempt:
        waiting = self.waiting
        front = self.front
        attempt = waiting[front]
        assert attempt is not None
        waiting[front] = None
        front += 1
        if front > TIDY and front * 2 > len(waiting):
            del waiting[:front]
            front = 0
        self.front = front
        return attempt

    def clear(self) -> None:
        self.waiting.clear()
        self.front = 0
