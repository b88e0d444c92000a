"""The retry quota of the AWS SDKs, mode `standard`."""

from __future__ import annotations

from typing import Final

from simulator.call.budget.base import DENIED, RetryBudget
from simulator.outcome import TIMEOUT, UNREACHABLE

NO_RETRY_INCREMENT: Final = 1
"""What a call that went well at once gives back."""


class AwsStandardBudget(RetryBudget):
    """A store of 500 tokens of which a retry takes 5, and one after a timeout 10.

    A call that goes well after a retry gives back what its last retry took; one that goes well at
    once gives back 1. A call that fails in the end gives nothing back. So a client that sees only
    failures makes 100 retries, and then one for every five good calls.

    Source: boto/botocore, retries/quota.py and standard.py (RetryQuotaChecker); the SDKs for Go and
    Java agree.

    Args:
        quota: what there is at first, and at most.
        retry_cost: what a retry takes.
        timeout_cost: what a retry takes after the caller had no answer in time.
    """

    __slots__ = ("available", "most", "retry_cost", "timeout_cost")

    def __init__(self, quota: int = 500, retry_cost: int = 5, timeout_cost: int = 10) -> None:
        self.most = quota
        self.available = quota
        self.retry_cost = retry_cost
        self.timeout_cost = timeout_cost

    def spend(self, now: float, outcome: int) -> float:
        late = outcome in (TIMEOUT, UNREACHABLE)
        cost = self.timeout_cost if late else self.retry_cost
        if cost > self.available:
            return DENIED
        self.available -= cost
        return float(cost)

    def succeeded(self, now: float, spent: float) -> None:
        given_back = int(spent) if spent > 0.0 else NO_RETRY_INCREMENT
        self.available = min(self.available + given_back, self.most)

    def counters(self, now: float) -> dict[str, float]:
        return {"balance": self.available}
