"""Fetching an answer for a cache, for all who wait for it."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from simulator.call.guarded_call import GuardedCall
from simulator.call.party import Party
from simulator.kernel.event import IDLE
from simulator.outcome import DEGRADED

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt
    from simulator.call.edge import CallPoint
    from simulator.call.guard import Guard


class Fetch(GuardedCall):
    """A call that belongs to a cache: whoever asked first may leave, and it goes on.

    It is sent with the draws of the request that caused it, and in its trace if it has one, under a
    deadline of its own, and is no call of anybody's: those who wait for it are.
    """

    __slots__ = ("fetched", "parent", "waiters")

    def __init__(self, guard: Guard, cause: GuardedCall, key: int) -> None:
        super().__init__(guard, NOBODY, cause.request.detached(), cause.site, inf)
        self.fetched = key
        self.parent = cause.on_behalf_of()
        self.waiters: list[GuardedCall] = []

    def end(self, outcome: int, origin: str) -> None:
        self.let_go()
        self.stop_timer()
        if self.starting:
            self.hold(outcome, origin, 0.0)
        else:
            self.finish(outcome, origin)

    def finish(self, outcome: int, origin: str) -> None:
        self.settled = True
        cache = self.guard.cache
        assert cache is not None
        if cache.fetches.get(self.fetched) is self:
            del cache.fetches[self.fetched]
            if outcome <= DEGRADED:
                cache.put(self.fetched, self.guard.kernel.now, outcome)
        waiters = self.waiters
        self.waiters = []
        for waiter in waiters:
            waiter.fetch_ended(outcome, origin)

    def abandon(self) -> int:
        self.settled = True
        self.let_go()
        self.stop_timer()
        return 0

    def on_behalf_of(self) -> Attempt | None:
        return self.parent


class Nobody(Party):
    """Who asks for what is fetched behind the scenes."""

    __slots__ = ()

    def __init__(self) -> None:
        self.key = IDLE

    def answered(self, point: CallPoint, outcome: int, origin: str) -> None:
        raise AssertionError("an answer went to nobody")


NOBODY = Nobody()
