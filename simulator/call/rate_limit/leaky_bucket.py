"""The leaky bucket."""

from __future__ import annotations

from math import inf

from simulator.call.rate_limit.base import NANOSECOND, RateLimiter, wait_or_refusal


class LeakyBucket(RateLimiter):
    """Requests drip out of a bucket evenly, one every 1/`rate` seconds; what overflows is refused.

    It smooths: two requests never go closer together than 1/`rate`, however they came. A request
    that comes too early is in excess, as are those before it that have not gone yet; with more than
    `capacity` in excess it is refused. With capacity 0 nothing waits, and whatever comes too early is
    refused.

    A request that gives up while it waits stays counted, as with nginx: its turn passes unused.

    Source: nginx, ngx_http_limit_req_module.c (`limit_req` with `burst` = capacity and without
    `nodelay`). Excess is counted there in thousandths of a request and time in milliseconds, here
    both are continuous.

    Args:
        rate: requests a second, above 0.
        capacity: how many may be in excess; infinity if patience is the only bound.

    Attributes:
        excess: how many requests were ahead of their time at `last`.
    """

    __slots__ = ("capacity", "excess", "last", "rate")

    def __init__(self, rate: float, capacity: float) -> None:
        self.rate = rate
        self.capacity = capacity
        self.excess = 0.0
        self.last = -inf

    def reserve(self, now: float, patience: float) -> float:
        rate = self.rate
        excess = max(0.0, self.excess - (now - self.last) * rate + 1.0)
        if excess - self.capacity >= rate * NANOSECOND:
            return -1.0
        wait = wait_or_refusal(excess / rate, patience)
        if wait >= 0.0:
            self.excess = excess
            self.last = now
        return wait

    def cancel(self, now: float) -> None:
        pass
