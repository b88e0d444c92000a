"""The fixed window: so many permits in each cycle."""

from __future__ import annotations

from typing import Final

from simulator.call.rate_limit.base import RateLimiter

PER_SECOND: Final = 1_000_000_000
"""Nanoseconds."""


class FixedWindow(RateLimiter):
    """There are `limit` permits in every cycle of `period` seconds; the cycles are anchored at time 0.

    Permits that nobody used are gone with their cycle. A request that finds none may reserve one of a
    cycle to come, as long as it would wait: the count then goes below 0, and the next cycle begins
    with so many fewer. At the border of two cycles twice the limit may go within no time; that is
    what tells a fixed window from a sliding one.

    A permit that was reserved is not given back when its owner gives up, as with the real one when a
    waiting thread is interrupted.

    Source: resilience4j, AtomicRateLimiter.java. Like there, time is counted in whole nanoseconds, so
    that cycles begin exactly where they should.

    Args:
        limit: permits in a cycle, at least 1.
        period: seconds of a cycle, at least a nanosecond.

    Attributes:
        period: nanoseconds of a cycle.
        cycle: the number of the cycle in which the last request came.
        permits: what was left of it then; below 0, what is reserved of cycles to come.
    """

    __slots__ = ("cycle", "limit", "period", "permits")

    def __init__(self, limit: int, period: float) -> None:
        self.limit = limit
        self.period = max(1, nanoseconds(period))
        self.cycle = 0
        self.permits = limit

    def reserve(self, now: float, patience: float) -> float:
        time = nanoseconds(now)
        self.permits = self.permits_at(time)
        self.cycle = time // self.period
        wait = self.wait_at(time, self.permits) / PER_SECOND
        if wait > 0.0 and wait > patience:
            return -1.0
        self.permits -= 1
        return wait

    def cancel(self, now: float) -> None:
        pass

    def change_limit(self, limit: int) -> None:
        """From the next cycle on there are `limit` permits in each."""
        self.limit = limit

    def available(self, now: float) -> int:
        """The permits that are left; below 0, how many are reserved of cycles to come."""
        return self.permits_at(nanoseconds(now))

    def wait(self, now: float) -> float:
        """Seconds that a request would have to wait now."""
        time = nanoseconds(now)
        return self.wait_at(time, self.permits_at(time)) / PER_SECOND

    def permits_at(self, time: int) -> int:
        """The permits that are left at a time in nanoseconds."""
        gone = time // self.period - self.cycle
        if gone == 0:
            return self.permits
        return min(self.permits + gone * self.limit, self.limit)

    def wait_at(self, time: int, permits: int) -> int:
        """Nanoseconds until there is a permit, if there are `permits` now."""
        if permits >= 1:
            return 0
        to_the_next = self.period - time % self.period
        lacking = 1 - permits - self.limit
        full_cycles = (lacking + self.limit - 1) // self.limit
        return full_cycles * self.period + to_the_next


def nanoseconds(seconds: float) -> int:
    """Seconds in whole nanoseconds."""
    return round(seconds * PER_SECOND)
