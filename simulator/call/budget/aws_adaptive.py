"""The client-side rate limiting of the AWS SDKs, mode `adaptive`."""

from __future__ import annotations

from math import floor
from typing import Final

from simulator.call.budget.aws_standard import AwsStandardBudget
from simulator.outcome import CANCELLED, RATE_LIMITED, SHED

THROTTLING: Final = (1 << RATE_LIMITED) | (1 << SHED)
"""The outcomes by which a callee says: fewer."""

MAX_RATE_ADJUST_SCALE: Final = 2.0
TIME_BUCKET_RANGE: Final = 0.5
"""Seconds."""


class CubicCalculator:
    """TCP's CUBIC for a rate of requests: quickly back to where it hurt, slowly past that.

    A throttled response cuts the rate to `beta` of what it was. From there it grows with the cube
    of time: at first steeply, flat around the rate `w_max` at which it was throttled, which it
    reaches again after `k` seconds, and steeply beyond.

    Source: botocore, retries/throttling.py; S. Ha, I. Rhee, L. Xu, "CUBIC", 2008.
    """

    __slots__ = ("beta", "k", "last_fail", "scale", "w_max")

    def __init__(
        self, starting_max_rate: float, now: float, scale: float = 0.4, beta: float = 0.7
    ) -> None:
        self.scale = scale
        self.beta = beta
        self.w_max = starting_max_rate
        self.k = self.zero_point()
        self.last_fail = now

    def zero_point(self) -> float:
        """Seconds until the rate is `w_max` again."""
        cube: float = self.w_max * (1 - self.beta) / self.scale
        root: float = cube ** (1 / 3.0)
        return root

    def success_received(self, now: float) -> float:
        """The rate after a good response."""
        since = now - self.last_fail - self.k
        return self.scale * since * since * since + self.w_max

    def error_received(self, rate: float, now: float) -> float:
        """The rate after a throttled response, when it was `rate`."""
        self.w_max = rate
        self.k = self.zero_point()
        self.last_fail = now
        return rate * self.beta


class RateClocker:
    """Measures how many responses come in a second, in steps of half a second, smoothed.

    Source: botocore, retries/adaptive.py.
    """

    __slots__ = ("count", "last_bucket", "measured", "smoothing")

    def __init__(self, now: float, smoothing: float = 0.8) -> None:
        self.measured = 0.0
        self.smoothing = smoothing
        self.last_bucket = float(floor(now))
        self.count = 0

    def record(self, now: float) -> float:
        """One more; returns the rate, per second."""
        bucket = floor(now / TIME_BUCKET_RANGE) * TIME_BUCKET_RANGE
        self.count += 1
        if bucket > self.last_bucket:
            rate = self.count / (bucket - self.last_bucket)
            self.measured = rate * self.smoothing + self.measured * (1 - self.smoothing)
            self.count = 0
            self.last_bucket = bucket
        return self.measured


class TokenBucket:
    """Tokens that come at a rate; whoever finds none waits for the next that nobody waits for yet.

    It begins empty, and holds what comes in a second, at least one. In botocore those who wait look
    again when the rate changes; here a place in the line, once given, keeps its time.

    Source: botocore, retries/bucket.py.
    """

    __slots__ = ("capacity", "fill_rate", "max_capacity", "min_rate", "stamp")

    def __init__(self, max_rate: float, now: float, min_rate: float = 0.5) -> None:
        self.min_rate = min_rate
        self.capacity = 0.0
        self.stamp = now
        self.fill_rate = max(max_rate, min_rate)
        self.max_capacity = max(max_rate, 1.0)

    def set_max_rate(self, rate: float, now: float) -> None:
        """Tokens come at another rate from now on."""
        self.refill(now)
        self.fill_rate = max(rate, self.min_rate)
        self.max_capacity = max(rate, 1.0)
        self.capacity = min(self.capacity, self.max_capacity)

    def acquire(self, now: float) -> float:
        """Take a token; returns the seconds until it is there."""
        self.refill(now)
        self.capacity -= 1.0
        if self.capacity >= 0.0:
            return 0.0
        return -self.capacity / self.fill_rate

    def release(self, now: float) -> None:
        """Give back a token that was waited for in vain."""
        self.refill(now)
        self.capacity = min(self.capacity + 1.0, self.max_capacity)

    def refill(self, now: float) -> None:
        """Add what has come since the last time."""
        come = (now - self.stamp) * self.fill_rate
        self.capacity = min(self.max_capacity, self.capacity + come)
        self.stamp = now


class ClientRateLimiter:
    """Slows a client down once it has been throttled, and lets it speed up by and by.

    Until the first throttled response it does nothing. From then on every attempt, first or not,
    takes a token. The rate of tokens is what CUBIC says, but never more than twice the measured
    rate.

    Source: botocore, retries/adaptive.py.
    """

    __slots__ = ("bucket", "clocker", "cubic", "enabled")

    def __init__(self, cubic: CubicCalculator, clocker: RateClocker, bucket: TokenBucket) -> None:
        self.cubic = cubic
        self.clocker = clocker
        self.bucket = bucket
        self.enabled = False

    def on_sending_request(self, now: float) -> float:
        """Seconds to wait before a request is sent."""
        return self.bucket.acquire(now) if self.enabled else 0.0

    def on_receiving_response(self, now: float, throttled: bool) -> None:
        """A response has come."""
        measured = self.clocker.record(now)
        if throttled:
            rate = min(measured, self.bucket.fill_rate) if self.enabled else measured
            new_rate = self.cubic.error_received(rate, now)
            self.enabled = True
        else:
            new_rate = self.cubic.success_received(now)
        self.bucket.set_max_rate(min(new_rate, MAX_RATE_ADJUST_SCALE * measured), now)


class AwsAdaptiveBudget(AwsStandardBudget):
    """The quota of mode `standard`, and a rate limiter that learns from throttling.

    A caller slows down all of its attempts, first ones too, and the calls wait in the caller. That
    fits a callee that throttles each client by itself; where clients share a limit, or a client
    has several callees, one throttled key slows down everything else.

    Source: boto/botocore, retries/adaptive.py.

    Args:
        quota, retry_cost, timeout_cost: as in mode `standard`.
        beta: what a throttled response leaves of the rate.
        scale: how quickly the rate comes back; CUBIC's C.
        smoothing: the weight of the latest half second in the measured rate.
        min_rate: tokens a second, at least.
        now: when the client is made, in seconds.
    """

    __slots__ = ("limiter", "paced")

    def __init__(
        self,
        quota: int = 500,
        retry_cost: int = 5,
        timeout_cost: int = 10,
        *,
        beta: float = 0.7,
        scale: float = 0.4,
        smoothing: float = 0.8,
        min_rate: float = 0.5,
        now: float = 0.0,
    ) -> None:
        super().__init__(quota, retry_cost, timeout_cost)
        self.limiter = ClientRateLimiter(
            CubicCalculator(0.0, now, scale, beta),
            RateClocker(now, smoothing),
            TokenBucket(1.0, now, min_rate),
        )
        self.paced = 0

    def attempt_ended(self, now: float, retry: bool, outcome: int) -> None:
        if outcome != CANCELLED:
            self.limiter.on_receiving_response(now, (THROTTLING >> outcome) & 1 == 1)

    def pace(self, now: float) -> float:
        wait = self.limiter.on_sending_request(now)
        if wait > 0.0:
            self.paced += 1
        return wait

    def place_dropped(self, now: float) -> None:
        self.limiter.bucket.release(now)

    def counters(self, now: float) -> dict[str, float]:
        found = super().counters(now)
        found["paced"] = self.paced
        if self.limiter.enabled:
            found["rate"] = self.limiter.bucket.fill_rate
        return found
