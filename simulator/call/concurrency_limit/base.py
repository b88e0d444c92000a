"""What every concurrency limit is: so many may be under way, and those that end are its teachers."""

from __future__ import annotations

from typing import Final

from mypy_extensions import mypyc_attr

PER_SECOND: Final = 1e9
"""Nanoseconds."""


@mypyc_attr(allow_interpreted_subclasses=True)
class ConcurrencyLimit:
    """How many requests may be under way at once; those beyond are turned away, none waits.

    By Little's law the number under way is the rate times the latency, so a limit on it holds a
    callee where it is fastest without anybody knowing its capacity in requests a second. What a
    subclass adds is how the limit follows the latencies that it sees.

    Source: Netflix concurrency-limits, AbstractLimiter.java and SimpleLimiter.java.

    Attributes:
        limit: how many may be under way now.
        in_flight: how many are. When the limit falls, more may be than are allowed.
        rejected: how many have been turned away.
    """

    __slots__ = ("in_flight", "limit", "rejected")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.in_flight = 0
        self.rejected = 0

    def acquire(self) -> int:
        """Let one in: how many are under way with it, or 0 if there is no room."""
        if self.in_flight >= self.limit:
            self.rejected += 1
            return 0
        self.in_flight += 1
        return self.in_flight

    def release(self, now: float, seconds: float, in_flight: int, dropped: bool) -> None:
        """One is through.

        Args:
            now: the time, in seconds.
            seconds: how long it took.
            in_flight: what `acquire` returned for it.
            dropped: whether it timed out, or was refused for overload.
        """
        self.in_flight -= 1
        self.sample(now, seconds, in_flight, dropped)

    def ignore(self) -> None:
        """One is through, and how it went says nothing about load."""
        self.in_flight -= 1

    def sample(self, now: float, seconds: float, in_flight: int, dropped: bool) -> None:
        """Learn from one that is through: set `limit`. The arguments are those of `release`."""
        raise NotImplementedError

    def counters(self, now: float) -> dict[str, float]:
        """How many were turned away, and the limit."""
        return {"rejected": self.rejected, "limit": self.limit}


def nanoseconds(seconds: float) -> int:
    """A latency as a real clock measures it, in whole nanoseconds and never none at all."""
    return max(1, int(seconds * PER_SECOND + 0.5))
