"""First come, first served; in times of overload the newest first."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from simulator.service.queueing.line import Line

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt


class AdaptiveLifo(Line):
    """In order of arrival while no more than `threshold` wait, else the newest first.

    In quiet times it is as fair as any queue. In an overload the newest is the one whose user is
    most likely to be still there; the old ones get their turn when the rush is over.

    Source: B. Maurer, "Fail at Scale", ACM Queue 13(8), 2015; HHVM, hphp/util/job-queue.h
    (`lifoSwitchThreshold`), which compares what is left after the turn with the threshold.

    `lost` counts those in the line who have gone without a turn.
    """

    __slots__ = ("lost", "threshold", "waiting")

    def __init__(self, threshold: int) -> None:
        self.waiting: deque[Attempt] = deque()
        self.threshold = threshold
        self.lost = 0

    def put(self, attempt: Attempt) -> None:
        self.waiting.append(attempt)

    def take(self) -> Attempt:
        waiting = self.waiting
        crowded = len(waiting) - self.lost > self.threshold
        attempt = waiting.pop() if crowded else waiting.popleft()
        if attempt.op is None:
            self.lost -= 1
        return attempt

    def lose(self) -> None:
        self.lost += 1

    def clear(self) -> None:
        self.waiting.clear()
        self.lost = 0
