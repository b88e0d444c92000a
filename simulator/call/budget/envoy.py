"""Envoy's retry budget: how many retries may be under way at once."""

from __future__ import annotations

from typing import Final

from simulator.call.budget.base import DENIED, RetryBudget
from simulator.outcome import (
    ERROR,
    QUEUE_FULL,
    RATE_LIMITED,
    REFUSED,
    RESET,
    SHED,
    UNAUTHORIZED,
)

ANSWERED: Final = (
    (1 << ERROR)
    | (1 << REFUSED)
    | (1 << RESET)
    | (1 << QUEUE_FULL)
    | (1 << SHED)
    | (1 << RATE_LIMITED)
    | (1 << UNAUTHORIZED)
)
"""The outcomes that are looked at while their attempt still counts as active."""


class EnvoyBudget(RetryBudget):
    """At most max(budget_percent of the active requests, min_retry_concurrency) retries at once.

    It bounds how many there are, not how many there are in a second: retries that fail quickly may
    be many. A retry is under way from the decision to make it, its backoff included, until its
    attempt has ended. Active is what has been sent and not ended; the attempt that has just been
    answered is, as its stream is closed after the decision, and one that timed out is not, as its
    stream is reset first. The share is rounded down.

    Without a retry budget Envoy has the circuit breaker `max_retries`, 3 by default: that is this
    with a share of 0.

    Source: Envoy, source/common/upstream/resource_manager_impl.h (RetryBudgetImpl) and
    source/common/router/{retry_state_impl,router}.cc.

    Args:
        budget_percent: the share of the active requests; 0.2 is 20 %.
        min_retry_concurrency: so many are always allowed.
    """

    __slots__ = (
        "active",
        "budget_percent",
        "flying",
        "min_retry_concurrency",
        "waiting",
    )

    def __init__(self, budget_percent: float, min_retry_concurrency: int) -> None:
        self.budget_percent = budget_percent
        self.min_retry_concurrency = min_retry_concurrency
        self.active = 0
        self.waiting = 0
        self.flying = 0

    def attempt_started(self, now: float, retry: bool) -> None:
        self.active += 1
        if retry:
            self.flying += 1
            # A hedged copy of a retry was not waited for.
            if self.waiting > 0:
                self.waiting -= 1

    def attempt_ended(self, now: float, retry: bool, outcome: int) -> None:
        self.active -= 1
        if retry:
            self.flying -= 1

    def spend(self, now: float, outcome: int) -> float:
        active = self.active + ((ANSWERED >> outcome) & 1)
        allowed = max(int(self.budget_percent * active), self.min_retry_concurrency)
        if self.waiting + self.flying >= allowed:
            return DENIED
        self.waiting += 1
        return 1.0

    def retry_dropped(self, now: float) -> None:
        if self.waiting > 0:
            self.waiting -= 1

    def counters(self, now: float) -> dict[str, float]:
        allowed = max(int(self.budget_percent * self.active), self.min_retry_concurrency)
        under_way = self.waiting + self.flying
        return {"balance": max(allowed - under_way, 0)}
