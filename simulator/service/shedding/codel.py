"""Controlled delay: in a queue that never empties, nobody waits for long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.service.shedding.base import Shedder

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt
    from simulator.service.instance import Instance


class CoDel(Shedder):
    """Facebook's controlled delay for requests, in seconds.

    A queue that is empty now and then only evens out a burst. One in which even the luckiest of the
    last `interval` has waited more than `target` is a standing queue, and the instance overloaded:
    until an interval says otherwise, whoever has waited more than twice the target is dropped when
    its turn comes. The first of each interval is always served.

    What does not have to wait counts as a wait of 0, as it does where every task goes through the
    queue of a thread pool.

    Source: folly, folly/executors/Codel.cpp (100 ms, 5 ms); B. Maurer, "Fail at Scale", ACM Queue
    13(8), 2015. Its ancestor for packets, RFC 8289, drops ever more often instead.

    Attributes:
        shortest: the shortest wait since the last verdict.
        verdict_at: the next wait after this moment is judged by.
        fresh: whether no wait has been seen since the last verdict.
    """

    __slots__ = ("fresh", "interval", "overloaded", "shortest", "target", "verdict_at")

    def __init__(self, target: float, interval: float) -> None:
        super().__init__("codel", timed=True)
        self.target = target
        self.interval = interval
        self.shortest = 0.0
        self.verdict_at = 0.0
        self.fresh = True
        self.overloaded = False

    def refuses(self, instance: Instance, attempt: Attempt, now: float) -> bool:
        return instance.has_room() and self.drops(attempt, 0.0, now)

    def drops(self, attempt: Attempt, waited: float, now: float) -> bool:
        if now > self.verdict_at and not self.fresh:
            self.fresh = True
            self.verdict_at = now + self.interval
            self.overloaded = self.shortest > self.target
        if self.fresh:
            self.fresh = False
            self.shortest = waited
            return False
        if waited < self.shortest:
            self.shortest = waited
        return self.overloaded and waited > 2.0 * self.target
