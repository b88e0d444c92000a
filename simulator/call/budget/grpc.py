"""gRPC's retry throttling: no retries while too much fails."""

from __future__ import annotations

from typing import Final

from simulator.call.budget.base import DENIED, RetryBudget
from simulator.outcome import DEGRADED

MILLI: Final = 1000


class GrpcBudget(RetryBudget):
    """A bucket that every failed attempt takes 1 from, and every good one puts a little in.

    Retries are made while it is more than half full; they cost nothing by themselves. It begins
    full. In the long run it is a switch on the share of attempts that fail: with a ratio of 0.1
    retries stop when more than 0.1 / 1.1, a good 9 %, do, and half a bucket of failures in a row is
    enough. Failures are the attempts that the policy would retry, whether it does or not; other
    failures say nothing about the callee's load, and change nothing.

    Source: gRPC proposal A6, "Throttling Retry Attempts and Hedged RPCs". As in the libraries,
    tokens are counted in thousandths, and further decimals of the ratio ignored.

    Args:
        max_tokens: the size of the bucket.
        token_ratio: what a good attempt puts in.
        failures: the outcomes that take from it: bit `outcome` is set.
    """

    __slots__ = ("failures", "gain", "most", "tokens")

    def __init__(self, max_tokens: int, token_ratio: float, failures: int) -> None:
        self.most = max_tokens * MILLI
        # Rounded first: 0.3 is a little less than three tenths.
        self.gain = int(round(token_ratio * MILLI, 6))
        self.failures = failures
        self.tokens = self.most

    def attempt_ended(self, now: float, retry: bool, outcome: int) -> None:
        if outcome <= DEGRADED:
            self.tokens = min(self.tokens + self.gain, self.most)
        elif (self.failures >> outcome) & 1:
            self.tokens = max(self.tokens - MILLI, 0)

    def spend(self, now: float, outcome: int) -> float:
        if 2 * self.tokens > self.most:
            return 0.0
        return DENIED

    def counters(self, now: float) -> dict[str, float]:
        return {"balance": self.tokens / MILLI}
