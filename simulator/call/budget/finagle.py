"""Finagle's retry budget, which is Linkerd's too: a share of the calls, and a few on top."""

from __future__ import annotations

from typing import Final

from simulator.call.budget.base import DENIED, RetryBudget
from simulator.call.budget.windowed_adder import WindowedAdder

SCALE: Final = 1000
WINDOWS: Final = 10


class FinagleBudget(RetryBudget):
    """A leaky token bucket: each call puts something in, each retry takes some out.

    With `percent_can_retry` at 0.2 five calls pay for a retry. What was put in leaks away after
    `ttl`, so that quiet hours do not pay for a storm. On top of that there is a standing reserve of
    `min_retries_per_sec` x `ttl` retries, for callers with few calls. It is not a rate: with the
    defaults 100 retries may be made in the first instant, and what is taken comes back as the
    window moves on. With a share of 0 calls pay nothing, and the reserve is all there is.

    Source: twitter/finagle, RetryBudget.scala; twitter/util, TokenBucket.newLeakyBucket. A call is
    paid in when it begins, as by RetryFilter; tower's TpsBudget, which Linkerd uses, is the same
    with the payment at the end. That one request gets a fifth of the balance at most
    (Retries.MaxRequeuesPerReq) is a limit of attempts, and not kept here.

    Args:
        ttl: how long a deposit lasts, in seconds; the reserve counts whole seconds.
        min_retries_per_sec: the reserve, for each second of `ttl`.
        percent_can_retry: retries for each call; 0.2 is one for five, 2 is two for each.
    """

    __slots__ = ("adder", "cost", "deposit", "reserve")

    def __init__(self, ttl: float, min_retries_per_sec: int, percent_can_retry: float) -> None:
        self.adder = WindowedAdder(ttl, WINDOWS, 0.0)
        if percent_can_retry == 0.0:
            self.deposit = 0
            self.cost = 1
        else:
            self.deposit = SCALE
            self.cost = int(SCALE / percent_can_retry)
        self.reserve = min_retries_per_sec * int(ttl) * self.cost

    def call_started(self, now: float) -> None:
        self.adder.add(self.deposit, now)

    def spend(self, now: float, outcome: int) -> float:
        if self.adder.sum(now) + self.reserve < self.cost:
            return DENIED
        self.adder.add(-self.cost, now)
        return 1.0

    def balance(self, now: float) -> int:
        """How many retries could be made now."""
        # Scala divides towards zero; a balance below none is none, as long as it is above -1.
        return int((self.adder.sum(now) + self.reserve) / self.cost)

    def counters(self, now: float) -> dict[str, float]:
        return {"balance": self.balance(now)}
