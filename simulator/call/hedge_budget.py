"""How many copies of calls may be sent in all."""

from __future__ import annotations

from typing import Final

KEPT: Final = 10.0
"""Seconds that a deposit lasts."""
SLICES: Final = 10
"""In how many parts deposits are forgotten."""
DEPOSIT: Final = 1000
"""What a call puts in; whole numbers, as in the original."""


class HedgeBudget:
    """Lets copies be at most `share` of the calls of the last ten seconds.

    Each call puts something in, and a copy takes out 1/`share` as much; what is not spent within ten
    seconds is lost. There is no reserve: a caller that makes few calls sends no copy until it has
    made 1/`share` calls in ten seconds. When the callee as a whole becomes slow, nearly every call
    outlives the delay; it is this that keeps hedging from doubling the load just then.

    A copy is paid for before it passes the other guards. One that they turn away, or for which there
    is no instance, gives nothing back, and is not among the copies that were sent: as in Finagle, whose
    filter withdraws first and then hands the request on (and counts it as sent).

    Source: Finagle, BackupRequestFilter.scala (a RetryBudget with `minRetriesPerSec` 0 and
    `percentCanRetry` = maxExtraLoad) and RetryBudget.scala; util, TokenBucket.newLeakyBucket on a
    WindowedAdder. A copy is charged to the slice of time in which it is sent, so deposits that it was
    paid from may be forgotten before it is; the balance is then below 0 for a while.

    Args:
        share: copies for each call, above 0 and at most 1.

    Attributes:
        slices: what came in less what went out, in each slice; a ring.
        current: the slice under way.
        since: when it began.
        balance: the sum of all slices.
    """

    __slots__ = ("balance", "cost", "current", "since", "slices")

    def __init__(self, share: float) -> None:
        self.cost = int(DEPOSIT / share)
        self.slices = [0] * SLICES
        self.current = 0
        self.since = 0.0
        self.balance = 0

    def started(self, now: float) -> None:
        """A call begins."""
        self.add(now, DEPOSIT)

    def spend(self, now: float) -> bool:
        """Whether a copy may be sent; if so, it is paid for."""
        self.forget(now)
        if self.balance < self.cost:
            return False
        self.add(now, -self.cost)
        return True

    def add(self, now: float, amount: int) -> None:
        """Put something in, or take it out."""
        self.forget(now)
        self.slices[self.current] += amount
        self.balance += amount

    def forget(self, now: float) -> None:
        """Begin another slice in place of the oldest, if it is time to."""
        gone = int((now - self.since) / (KEPT / SLICES))
        if gone <= 0:
            return
        for _ in range(min(gone, SLICES)):
            self.current = (self.current + 1) % SLICES
            self.balance -= self.slices[self.current]
            self.slices[self.current] = 0
        self.since = now
