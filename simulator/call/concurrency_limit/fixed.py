"""A concurrency limit that stays."""

from __future__ import annotations

from simulator.call.concurrency_limit.base import ConcurrencyLimit


class FixedLimit(ConcurrencyLimit):
    """The same limit at all times.

    Source: Netflix concurrency-limits, FixedLimit.java.
    """

    __slots__ = ()

    def sample(self, now: float, seconds: float, in_flight: int, dropped: bool) -> None:
        pass
