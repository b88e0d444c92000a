"""How many requests may go in a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import ceil
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag

from simulator.scenario.model.base import (
    LONGEST,
    Duration,
    Mistake,
    PositiveDuration,
    Rate,
    whole,
)
from simulator.scenario.model.guards.profile import Profiled, options_or_name, with_profile

RateLimitProfile = Literal["resilience4j", "nginx"]

NEEDS: Mapping[str, tuple[str, ...]] = {
    "token_bucket": ("rate",),
    "leaky_bucket": ("rate",),
    "fixed_window": ("limit", "period"),
    "sliding_window": ("limit", "period"),
}
"""The fields without which an algorithm is nothing."""
MAY_HAVE: Mapping[str, tuple[str, ...]] = {
    "token_bucket": ("rate", "burst"),
    "leaky_bucket": ("rate", "burst"),
    "fixed_window": ("limit", "period"),
    "sliding_window": ("limit", "period"),
}
"""Those of the four that mean something to it."""
SHORTEST_PERIOD = 1e-9
"""Seconds; real limiters count time in nanoseconds."""


class RateLimit(Profiled):
    """At most so many requests in a time; more wait for their turn, or are turned away."""

    profiles: ClassVar[Mapping[str, Mapping[str, object]]] = {
        # RateLimiterConfig: limitForPeriod, limitRefreshPeriod, timeoutDuration.
        "resilience4j": {
            "algorithm": "fixed_window",
            "limit": 50,
            "period": 500e-9,
            "wait": 5.0,
        },
        # limit_req: the rate has no default, the burst is 0, and it alone bounds the wait.
        "nginx": {"algorithm": "leaky_bucket", "burst": 0, "wait": LONGEST},
    }

    profile: RateLimitProfile | None = Field(
        None, description="The library or proxy whose defaults these are."
    )
    algorithm: Literal["token_bucket", "leaky_bucket", "fixed_window", "sliding_window"] = Field(
        "token_bucket",
        description="Bursts and a mean rate; evenly spaced; so many in each cycle; so many in any "
        "period.",
    )
    rate: Rate | None = Field(None, description="How fast a bucket fills, or leaks.")
    burst: Annotated[int, whole(0, 10**9)] | None = Field(
        None,
        description="What a token bucket holds; left out: what comes in a second. How many may wait "
        "in a leaky bucket; left out: as many as `wait` allows.",
    )
    limit: Annotated[int, whole(1, 10**9)] | None = Field(
        None, description="How many may go in a `period`."
    )
    period: PositiveDuration | None = Field(None, description="How long a window is.")
    wait: Duration = Field(
        0.0, description="How long a request may wait for its turn; 0: it is turned away at once."
    )

    def settled(self) -> dict[str, Any]:
        """As for every policy; a token bucket holds what comes in a second, if nothing is said."""
        values = super().settled()
        rate = values["rate"]
        if values["algorithm"] == "token_bucket" and values["burst"] is None and rate is not None:
            values["burst"] = max(1, ceil(rate))
        return values

    def rules(self) -> Iterator[Mistake]:
        values = self.settled()
        algorithm = values["algorithm"]
        for name in ("rate", "burst", "limit", "period"):
            if getattr(self, name) is not None and name not in MAY_HAVE[algorithm]:
                yield Mistake(f"`{name}` means nothing to a {algorithm}", (name,))
        for name in NEEDS[algorithm]:
            if values[name] is None:
                yield Mistake(f"expected `{name}`, which a {algorithm} needs")
        if values["rate"] == 0.0:
            yield Mistake("expected a rate above 0", ("rate",))
        if algorithm == "token_bucket" and values["burst"] == 0:
            yield Mistake("expected at least 1: an empty bucket lets nobody through", self.at_burst)
        if algorithm == "leaky_bucket" and values["burst"] and values["wait"] == 0.0:
            yield Mistake("`burst` needs a `wait`: nobody waits for a turn", self.at_burst)
        if self.period is not None and self.period < SHORTEST_PERIOD:
            yield Mistake("expected at least 1ns", ("period",))

    @property
    def at_burst(self) -> tuple[str, ...]:
        """Where to point when the burst is wrong: at it, or at the whole if a profile says it."""
        return ("burst",) if "burst" in self.model_fields_set else ()


RateLimitField = Annotated[
    Annotated[RateLimit, Tag("<options>")]
    | Annotated[RateLimitProfile, AfterValidator(with_profile(RateLimit)), Tag("<bare>")],
    Discriminator(options_or_name),
]
"""A mapping, or the bare name of a profile."""
