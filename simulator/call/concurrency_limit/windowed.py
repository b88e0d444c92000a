"""A concurrency limit that looks at windows of samples, not at each."""

from __future__ import annotations

from math import inf
from typing import Final

from simulator.call.concurrency_limit.base import ConcurrencyLimit

LEAST_LATENCY: Final = 100e-6
"""Seconds; a request that was through sooner is not looked at."""


class WindowedLimit(ConcurrencyLimit):
    """Gives another limit one sample for each window: the mean latency, the most under way, any drop.

    A window ends with the first sample after its time, which is twice its shortest latency, but from
    `shortest_window` to `longest_window`. One with fewer than `samples` samples is thrown away; so is
    the very first, which ends with its first sample.

    Source: Netflix concurrency-limits, WindowedLimit.java and ImmutableAverageSampleWindow.java.

    Args:
        inner: the limit that is told; it is asked for nothing but its `limit`.
        shortest_window: seconds.
        longest_window: seconds.
        samples: how many make a window count.
    """

    __slots__ = (
        "count",
        "dropped",
        "ends",
        "inner",
        "least",
        "longest_window",
        "most",
        "samples",
        "shortest_window",
        "sum",
    )

    def __init__(
        self,
        inner: ConcurrencyLimit,
        shortest_window: float = 1.0,
        longest_window: float = 1.0,
        samples: int = 10,
    ) -> None:
        super().__init__(inner.limit)
        self.inner = inner
        self.shortest_window = shortest_window
        self.longest_window = longest_window
        self.samples = samples
        self.ends = 0.0
        self.clear()

    def clear(self) -> None:
        """Begin a window."""
        self.count = 0
        self.sum = 0.0
        self.least = inf
        self.most = 0
        self.dropped = False

    def sample(self, now: float, seconds: float, in_flight: int, dropped: bool) -> None:
        if seconds < LEAST_LATENCY:
            return
        self.count += 1
        self.sum += seconds
        self.least = min(self.least, seconds)
        self.most = max(self.most, in_flight)
        self.dropped = self.dropped or dropped
        if now <= self.ends:
            return
        self.ends = now + min(max(2.0 * self.least, self.shortest_window), self.longest_window)
        if self.count >= self.samples:
            self.inner.sample(now, self.sum / self.count, self.most, self.dropped)
            self.limit = self.inner.limit
        self.clear()
