"""Caches between users and a service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from simulator.scenario.model.base import (
    Duration,
    Mistake,
    Model,
    Name,
    Names,
    PositiveDuration,
    whole,
)
from simulator.scenario.model.distribution import Dist

Capacity = Annotated[int, whole(1, 10**7)]


class Pop(Model):
    """A point of presence: a place near users where answers are kept."""

    zone: Name | None = Field(None, description="Where it is.")
    serves: Names = Field(
        (),
        description="The traffic classes to which it is the nearest; left out: those in its zone, or "
        "all if there is no other.",
    )
    latency: Dist | None = Field(
        None,
        description="What a message between its users and it takes, each way; left out: what the "
        "`network` says.",
    )
    to_origin: Dist | None = Field(
        None,
        description="The same between it and what is behind it, the shield or the service.",
    )
    capacity: Capacity | None = Field(
        None, description="Answers that it keeps of each endpoint; left out: the CDN's `capacity`."
    )


class Shield(Model):
    """A second cache, behind all points of presence and before the service."""

    zone: Name | None = Field(None, description="Where it is.")
    capacity: Capacity | None = Field(
        None, description="Answers that it keeps of each endpoint; left out: the CDN's `capacity`."
    )
    ttl: PositiveDuration | None = Field(
        None, description="How long an answer is fresh there; left out: the CDN's `ttl`."
    )
    to_origin: Dist | None = Field(
        None, description="What a message between it and the service takes, each way."
    )


class Cdn(Model):
    """A content delivery network: users ask the nearest of its caches, and not the service."""

    pops: dict[Name, Pop] = Field(
        min_length=1, description="Its points of presence, by name: each is a service of its own."
    )
    endpoints: Annotated[tuple[Name, ...], Field(strict=False)] = Field(
        (), description="The endpoints whose answers it keeps; left out: all."
    )
    ttl: PositiveDuration = Field(description="How long an answer is fresh.")
    capacity: Capacity = Field(
        10_000,
        description="Answers that each cache keeps of each endpoint; the least recently used goes first.",
    )
    coalesce: bool = Field(
        True,
        description="Those who ask a cache for what it is just fetching wait for that one fetch.",
    )
    stale_while_revalidate: Duration = Field(
        0.0,
        description="For so long after `ttl` the old answer is given while a new one is fetched.",
    )
    stale_if_error: Duration = Field(
        0.0,
        description="For so long after `ttl` the old answer is given, `degraded`, when no new one is "
        "to be had.",
    )
    work: Duration = Field(0.0, description="What answering one request costs a cache.")
    shield: Shield | None = Field(
        None,
        description="One cache more before the service, which all points of presence ask; left out: "
        "each asks the service.",
    )

    def places(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """The zones that its caches are said to be in, each with the path to the cache."""
        for name, pop in self.pops.items():
            if pop.zone is not None:
                yield ("pops", name), pop.zone
        if self.shield is not None and self.shield.zone is not None:
            yield ("shield",), self.shield.zone

    def rules(self) -> Iterator[Mistake]:
        seen: dict[str, str] = {}
        for name, pop in self.pops.items():
            for traffic in pop.serves:
                if traffic in seen:
                    message = f"`{traffic}` is nearest to `{seen[traffic]}` already"
                    yield Mistake(message, ("pops", name, "serves"))
                seen.setdefault(traffic, name)
