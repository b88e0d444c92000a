"""A concurrency limit that goes by losses."""

from __future__ import annotations

from simulator.call.concurrency_limit.base import ConcurrencyLimit


class AimdLimit(ConcurrencyLimit):
    """Additive increase, multiplicative decrease: a success adds one, a drop takes a tenth away.

    It is what TCP Reno does, and heeds no latency but one that is beyond all bounds: a request that
    took longer than `timeout` counts as dropped. The limit grows only while it is used: when at
    least half of it was under way.

    Source: Netflix concurrency-limits, AIMDLimit.java.

    Args:
        limit: the limit at first.
        minimum: no drop takes it below this.
        maximum: no success takes it above this.
        backoff_ratio: what a drop multiplies it by; rounded down.
        timeout: seconds.
    """

    __slots__ = ("backoff_ratio", "maximum", "minimum", "timeout")

    def __init__(
        self,
        limit: int = 20,
        minimum: int = 20,
        maximum: int = 200,
        backoff_ratio: float = 0.9,
        timeout: float = 5.0,
    ) -> None:
        super().__init__(limit)
        self.minimum = minimum
        self.maximum = maximum
        self.backoff_ratio = backoff_ratio
        self.timeout = timeout

    def sample(self, now: float, seconds: float, in_flight: int, dropped: bool) -> None:
        limit = self.limit
        if dropped or seconds > self.timeout:
            limit = int(limit * self.backoff_ratio)
        elif in_flight * 2 >= limit:
            limit += 1
        self.limit = min(self.maximum, max(self.minimum, limit))
