"""A breaker for retries alone: none while too much fails, but first attempts always."""

from __future__ import annotations

from simulator.call.budget.base import DENIED, RetryBudget
from simulator.outcome import CANCELLED, DEGRADED


class FailureRateBudget(RetryBudget):
    """No retries while failed attempts are more than a share of the calls, since the very start.

    The failures of retries count too, but only first attempts count as calls, so the share runs
    ahead of the true failure rate, and passes 1 when retries fail as well. It is a switch: below
    the limit everything is retried, above it nothing. A client knows only its own calls; with few
    of them a single failure is a large share, and many small clients stop retrying too early.

    Source: M. Brooker, "Fixing retries with token buckets and circuit breakers", 2022; the code
    that goes with it, mbrooker/simulator_example, retry_sim/retry_strategy.py.

    Args:
        limit: the share of failures above which nothing is retried.
    """

    __slots__ = ("calls", "failures", "limit")

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self.calls = 0
        self.failures = 0

    def call_started(self, now: float) -> None:
        self.calls += 1

    def attempt_ended(self, now: float, retry: bool, outcome: int) -> None:
        if outcome > DEGRADED and outcome != CANCELLED:
            self.failures += 1

    def spend(self, now: float, outcome: int) -> float:
        if self.rate() > self.limit:
            return DENIED
        return 0.0

    def rate(self) -> float:
        """Failed attempts for each call so far."""
        return self.failures / self.calls if self.calls else 0.0

    def counters(self, now: float) -> dict[str, float]:
        return {"failure_rate": self.rate()}
