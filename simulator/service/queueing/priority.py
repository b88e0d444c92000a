"""The most important first."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

from simulator.service.queueing.line import Line

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt


class PriorityLine(Line):
    """Serves the request of the highest traffic priority, those of equal priority in order of arrival.

    Without preemption: what is being worked on is not interrupted. Higher numbers go first, as with
    the priority classes of Kubernetes. Logarithmic time in the number waiting.
    """

    __slots__ = ("arrivals", "waiting")

    def __init__(self) -> None:
        self.waiting: list[tuple[int, int, Attempt]] = []
        self.arrivals = 0

    def put(self, attempt: Attempt) -> None:
        self.arrivals += 1
        heappush(self.waiting, (-attempt.request.tally.nature.priority, self.arrivals, attempt))

    def take(self) -> Attempt:
        return heappop(self.waiting)[2]

    def clear(self) -> None:
        self.waiting.clear()
