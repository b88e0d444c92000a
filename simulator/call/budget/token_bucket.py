"""The retry token bucket: a share of the calls, as simply as it can be had."""

from __future__ import annotations

from simulator.call.budget.base import DENIED, RetryBudget


class TokenBucketBudget(RetryBudget):
    """Every call puts a part of a token in, every retry takes one out.

    It begins full. While fewer calls fail than pay for a retry it is as good as retrying always;
    when more do, the load grows by the share that is put in and no further. A bucket for each of
    many small clients is a large bucket: all of them begin full, and each has to empty its own.

    Source: M. Brooker, "Fixing retries with token buckets and circuit breakers", 2022; the code
    that goes with it, mbrooker/simulator_example, retry_sim/retry_strategy.py. There a retry needs
    strictly more in the bucket than it takes.

    Args:
        deposit: tokens that a call puts in.
        capacity: tokens that there is room for.
        cost: tokens that a retry takes.
    """

    __slots__ = ("capacity", "cost", "deposit", "tokens")

    def __init__(self, deposit: float = 0.1, capacity: float = 5.0, cost: float = 1.0) -> None:
        self.deposit = deposit
        self.capacity = capacity
        self.cost = cost
        self.tokens = capacity

    def call_started(self, now: float) -> None:
        self.tokens = min(self.tokens + self.deposit, self.capacity)

    def spend(self, now: float, outcome: int) -> float:
        if self.tokens > self.cost:
            self.tokens -= self.cost
            return self.cost
        return DENIED

    def counters(self, now: float) -> dict[str, float]:
        return {"balance": self.tokens}
