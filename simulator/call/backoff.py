"""Backoff: how long a caller waits before it tries again."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that grow from retry to retry, and are spread by chance so that callers do not meet.

    Before retry n the delay is d = min(maximum, base x multiplier^(n-1)), and the wait is

        none          d
        full          U(0, d)                          Envoy, AWS SDKs, tenacity
        equal         d/2 + U(0, d/2)
        factor        U(d x (1 - factor), d x (1 + factor))   resilience4j (0.5), gRPC (0.2)
        decorrelated  min(maximum, U(base, 3 x the wait before), at first 3 x base)

    Callers that failed together would otherwise come back together, wave after wave. Where many
    compete, `full` makes the fewest calls; `none` makes waves of the same height again and again.
    Envoy takes a random whole number modulo d milliseconds, which is `full` on a grid; resilience4j
    cuts off at the maximum after it has drawn, gRPC before, as is done here.

    Source: M. Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015; Envoy,
    source/common/common/backoff_strategy.cc; resilience4j IntervalFunction.java; gRPC A6.

    Args:
        base: the first delay, in seconds.
        multiplier: by which factor it grows; 1 is a constant delay. Not used by `decorrelated`.
        maximum: the longest delay, in seconds.
        jitter: one of the names above.
        factor: with `factor`: how far the wait may be from the delay, as a share of it.
    """

    base: float
    multiplier: float = 1.0
    maximum: float = inf
    jitter: str = "none"
    factor: float = 0.0

    def wait(self, retry: int, drawn: float, previous: float) -> float:
        """Seconds before retry number `retry` (1 is the first).

        `drawn` is a uniform number in [0, 1), `previous` the wait before this one; 0 at first.
        """
        jitter = self.jitter
        if jitter == "decorrelated":
            most = 3.0 * max(previous, self.base)
            return min(self.maximum, self.base + (most - self.base) * drawn)
        delay = min(self.maximum, self.base * self.multiplier ** (retry - 1))
        if jitter == "full":
            return delay * drawn
        if jitter == "equal":
            return delay / 2.0 + delay / 2.0 * drawn
        if jitter == "factor":
            return delay * (1.0 - self.factor + 2.0 * self.factor * drawn)
        return delay
