"""Global balancing: which region a name stands for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from simulator.scenario.model.base import (
    Duration,
    Mistake,
    Model,
    Name,
    PositiveDuration,
    Share,
    Weight,
    whole,
)


class RegionCheck(Model):
    """The checks of whole regions, with the numbers of Amazon's Route 53."""

    interval: PositiveDuration = Field(
        30.0, description="Time between two checks of one checker; `10s` costs more there."
    )
    timeout: PositiveDuration = Field(6.0, description="An answer later than this is none.")
    failure_threshold: Annotated[int, whole(1, 10)] = Field(
        3, description="Checks in a row after which a checker changes its mind, either way."
    )
    work: Duration = Field(0.0, description="What answering a check costs the instance.")

    def rules(self) -> Iterator[Mistake]:
        if self.timeout >= self.interval:
            yield Mistake("expected less than `interval`", ("timeout",))


class Overstay(Model):
    """Clients that keep what they were told beyond the TTL."""

    share: Share = Field(0.02, description="How many of the callers do so.")
    keep: PositiveDuration = Field(900.0, description="How long they keep it.")


class Gslb(Model):
    """How callers are led to a region."""

    policy: Literal["nearest", "latency", "weighted", "failover", "geo", "anycast"] = Field(
        "nearest", description="Which region is answered."
    )
    regions: Annotated[tuple[Name, ...], Field(strict=False)] = Field(
        (),
        description="Those that may be answered, the preferred one first; left out: all that the "
        "service has instances in, in the order of `network.regions`.",
    )
    weights: dict[Name, Weight] | None = Field(
        None, description="With `weighted`: the share of each region."
    )
    geo: dict[Name, Name] | None = Field(
        None, description="With `geo`: the region for the callers of each region."
    )
    default: Name | None = Field(None, description="With `geo`: the region for all others.")
    ttl: Duration = Field(
        60.0, description="How long callers keep an answer; not with `anycast`, which has none."
    )
    overstay: Overstay | None = Field(
        None, description="Callers that keep answers for longer; left out: none do."
    )
    convergence: PositiveDuration = Field(
        6.2, description="With `anycast`: the mean time until a caller's route has changed."
    )
    health_check: RegionCheck | None = Field(
        None, description="Check the regions; left out: every region is taken to be well, always."
    )

    def rules(self) -> Iterator[Mistake]:
        given = {key for key in self.model_fields_set if getattr(self, key) is not None}
        for key, policy in (
            ("weights", "weighted"),
            ("geo", "geo"),
            ("default", "geo"),
            ("convergence", "anycast"),
        ):
            if key in given and self.policy != policy:
                yield Mistake(f"`{key}` goes with `policy: {policy}`", (key,))
            elif key != "convergence" and key not in given and self.policy == policy:
                yield Mistake(f"`policy: {policy}` needs `{key}`")
        if self.policy == "anycast":
            for key in ("ttl", "overstay"):
                if key in given:
                    message = f"`{key}` does not go with `policy: anycast`: callers keep nothing"
                    yield Mistake(message, (key,))
        if self.policy in ("latency", "failover", "anycast") and self.health_check is None:
            yield Mistake(
                f"`policy: {self.policy}` needs a `health_check`, such as {{interval: 30s}}"
            )
        if self.policy == "failover" and len(self.regions) < 2:
            yield Mistake("`policy: failover` needs at least two `regions`, the primary first")
        if len(set(self.regions)) < len(self.regions):
            yield Mistake("a region is named twice", ("regions",))
        if self.weights is not None and sum(self.weights.values()) <= 0:
            yield Mistake("the weights sum to 0: nothing could be answered", ("weights",))
