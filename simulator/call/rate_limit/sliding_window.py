"""The sliding window: an exact log of the last requests."""

from __future__ import annotations

from collections import deque

from simulator.call.rate_limit.base import RateLimiter, wait_or_refusal


class SlidingWindow(RateLimiter):
    """No `period` seconds, wherever they begin, ever see more than `limit` requests.

    The times of the last `limit` requests are kept. One more may go when the oldest of them is
    `period` ago; if that is not so yet, it may reserve that moment. The window is half open: a
    request and the one `limit` later may be exactly `period` apart. It is the strictest of the
    limiters, as a burst uses up the whole window, and the costliest in memory: real ones keep the
    log in a Redis list or sorted set for each client.

    A time that was reserved stays taken when its owner gives up, as the log has no way to take out
    one before the last.

    Source: the sliding window log, as in MovingWindowRateLimiter of the Python library `limits`,
    whose requests do not wait.

    Args:
        limit: requests in a window, at least 1.
        period: seconds of the window.

    Attributes:
        times: when the last `limit` requests went, or will go; ascending.
    """

    __slots__ = ("limit", "period", "times")

    def __init__(self, limit: int, period: float) -> None:
        self.limit = limit
        self.period = period
        self.times: deque[float] = deque()

    def reserve(self, now: float, patience: float) -> float:
        times = self.times
        if len(times) < self.limit:
            times.append(now)
            return 0.0
        turn = times[0] + self.period
        wait = wait_or_refusal(turn - now, patience)
        if wait >= 0.0:
            times.popleft()
            times.append(max(now, turn))
        return wait

    def cancel(self, now: float) -> None:
        pass
