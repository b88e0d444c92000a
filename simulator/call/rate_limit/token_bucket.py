"""The token bucket."""

from __future__ import annotations

from simulator.call.rate_limit.base import NANOSECOND, RateLimiter, wait_or_refusal


class TokenBucket(RateLimiter):
    """A bucket fills evenly with `rate` tokens a second up to `burst`; a request takes one.

    The bucket starts full. One that has been idle lets a burst through at once, and thereafter no
    more than `rate` a second. A request that finds no token may reserve the next to come: the
    bucket then owes it, and those that ask later wait longer. In any time t at most
    `burst + rate x t` requests go. With patience 0 this is the policer of networks, which rejects
    as a queue with constant service and a bound on the wait does (M/D/1 with patience).

    A token that is given back is worth something only as long as nobody has reserved a later one:
    whoever has keeps that time. So it is given back if its owner is the only one who waits, and else
    lost. (The real one knows each reservation, and gives back that of the last of several, too.)

    Source: golang.org/x/time/rate, rate.go (reserveN, CancelAt).

    Args:
        rate: tokens a second, above 0.
        burst: the most that the bucket holds, at least 1.

    Attributes:
        tokens: what was in it at `last`; below 0, what it owes.
    """

    __slots__ = ("burst", "last", "rate", "tokens")

    def __init__(self, rate: float, burst: int) -> None:
        self.rate = rate
        self.burst = float(burst)
        self.tokens = float(burst)
        self.last = 0.0

    def filled(self, now: float) -> float:
        """The tokens in it now."""
        return min(self.burst, self.tokens + (now - self.last) * self.rate)

    def reserve(self, now: float, patience: float) -> float:
        left = self.filled(now) - 1.0
        wait = wait_or_refusal(-left / self.rate, patience)
        if wait >= 0.0:
            self.tokens = left
            self.last = now
        return wait

    def cancel(self, now: float) -> None:
        tokens = self.filled(now)
        # Of those who wait, the last goes when nothing is owed any more, each of the others one
        # token earlier. So whoever waits while no more than one is owed waits alone.
        if -1.0 - self.rate * NANOSECOND < tokens < 0.0:
            self.tokens = tokens + 1.0
            self.last = now
