"""The unimportant first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.service.shedding.base import Shedder

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt
    from simulator.service.instance import Instance


class PriorityShares(Shedder):
    """Keeps the last places for those who matter most.

    Each level is a priority and the share of the instance's slots and places in the queue that may
    be taken when a request of that priority comes. A request goes by the highest level that is not
    above its own priority, and one below all of them by the lowest. Above the highest level nothing
    is shed.

    The priority is that of the user's request, and reaches every hop with it, as Google's
    criticality does ("Site Reliability Engineering", 2016, ch. 21, "Handling Overload", where a
    task rejects at lower criticality first).

    Attributes:
        levels: from the lowest priority to the highest.
        shares: the share of each, from 0 to 1.
    """

    __slots__ = ("levels", "shares")

    def __init__(self, levels: list[int], shares: list[float]) -> None:
        super().__init__("priority")
        self.levels = levels
        self.shares = shares

    def refuses(self, instance: Instance, attempt: Attempt, now: float) -> bool:
        priority = attempt.request.tally.nature.priority
        levels = self.levels
        highest = len(levels) - 1
        if priority > levels[highest]:
            return False
        level = highest
        while level > 0 and priority < levels[level]:
            level -= 1
        taken = instance.busy + instance.queued
        return taken >= self.shares[level] * (instance.concurrency + instance.queue_limit)
