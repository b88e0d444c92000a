"""From the model of a rate limit to what limits."""

from __future__ import annotations

from math import inf

from simulator.call.rate_limit.base import RateLimiter
from simulator.call.rate_limit.fixed_window import FixedWindow
from simulator.call.rate_limit.leaky_bucket import LeakyBucket
from simulator.call.rate_limit.sliding_window import SlidingWindow
from simulator.call.rate_limit.token_bucket import TokenBucket
from simulator.scenario.model.guards.rate_limit import RateLimit


def make_rate_limiter(model: RateLimit) -> RateLimiter:
    """The limiter; how long one may wait for it (`wait`) is its user's to say."""
    values = model.settled()
    algorithm = values["algorithm"]
    if algorithm == "token_bucket":
        return TokenBucket(values["rate"], values["burst"])
    if algorithm == "leaky_bucket":
        burst = values["burst"]
        return LeakyBucket(values["rate"], inf if burst is None else float(burst))
    if algorithm == "fixed_window":
        return FixedWindow(values["limit"], values["period"])
    return SlidingWindow(values["limit"], values["period"])
