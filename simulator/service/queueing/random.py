"""Anyone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.service.queueing.line import Line

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt
    from simulator.call.draws import Draws


class RandomLine(Line):
    """Takes any of those who wait, each with the same chance.

    What clients that poll for a free place amount to (lock convoys, retrying connection attempts).
    """

    __slots__ = ("draws", "taken", "waiting")

    def __init__(self, draws: Draws) -> None:
        self.waiting: list[Attempt] = []
        self.draws = draws
        self.taken = 0

    def put(self, attempt: Attempt) -> None:
        self.waiting.append(attempt)

    def take(self) -> Attempt:
        waiting = self.waiting
        chosen = int(self.draws.at(self.taken) * len(waiting))
        self.taken += 1
        attempt = waiting[chosen]
        waiting[chosen] = waiting[-1]
        waiting.pop()
        return attempt

    def clear(self) -> None:
        self.waiting.clear()
