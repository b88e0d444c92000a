"""A rate limiter with the patience of its callers, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.call.rate_limit.base import RateLimiter


class RateGate:
    """Where calls of one caller instance pass a rate limiter, or wait for their turn, or turn back.

    Attributes:
        wait: seconds that a call may wait.
        rejected, waited: how many turned back, and how many waited.
    """

    __slots__ = ("limiter", "rejected", "wait", "waited")

    def __init__(self, limiter: RateLimiter, wait: float) -> None:
        self.limiter = limiter
        self.wait = wait
        self.rejected = 0
        self.waited = 0

    def reserve(self, now: float, most: float) -> float:
        """Seconds until a call that has `most` seconds left may go; -1.0 if it may not."""
        wait = self.limiter.reserve(now, min(self.wait, most))
        if wait < 0.0:
            self.rejected += 1
        elif wait > 0.0:
            self.waited += 1
        return wait

    def counters(self, now: float) -> dict[str, float]:
        """How many were turned away, and how many had to wait."""
        return {"rejected": self.rejected, "waited": self.waited}
