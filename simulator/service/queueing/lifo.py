"""Last come, first served."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.service.queueing.line import Line

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt


class Lifo(Line):
    """The newest first: under overload some are served in time, at the price of those at the bottom.

    The mean wait is that of first come, first served; its variance is far larger. Facebook uses it
    in times of overload (B. Maurer, "Fail at Scale", ACM Queue 13(8), 2015).
    """

    __slots__ = ("waiting",)

    def __init__(self) -> None:
        self.waiting: list[Attempt] = []

    def put(self, attempt: Attempt) -> None:
        self.waiting.append(attempt)

    def take(self) -> Attempt:
        return self.waiting.pop()

    def clear(self) -> None:
        self.waiting.clear()
