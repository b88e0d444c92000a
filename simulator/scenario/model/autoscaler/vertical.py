"""The VerticalPodAutoscaler of Kubernetes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from simulator.scenario.model.autoscaler.bounds import MOST
from simulator.scenario.model.base import (
    Duration,
    Mistake,
    Model,
    PositiveDuration,
    Share,
    whole,
)
from simulator.scenario.model.resources import Cores


class Vertical(Model):
    """Gives instances the CPU request that they turn out to need, and the limit that goes with it."""

    min_allowed: Cores | None = Field(
        None, description="The least that an instance may request; left out: 25 millicores."
    )
    max_allowed: Cores | None = Field(
        None, description="The most that an instance may request; left out: any number of cores."
    )
    update: Literal["recreate", "initial"] = Field(
        "recreate",
        description="`recreate` evicts instances whose request is far off; `initial` waits until one "
        "is started anyway.",
    )
    controls: Literal["requests_and_limits", "requests_only"] = Field(
        "requests_and_limits",
        description="Whether a limit grows and shrinks with the request, or stays as it is.",
    )
    target: Share = Field(
        0.9, description="Which percentile of the cores in use is recommended, but for the margin."
    )
    lower: Share = Field(0.5, description="The percentile of the lower bound.")
    upper: Share = Field(0.95, description="The percentile of the upper bound.")
    margin: Share = Field(0.15, description="What is added to all three for safety.")
    half_life: PositiveDuration = Field(
        86_400.0, description="How long it takes until a measurement counts half."
    )
    confidence: PositiveDuration = Field(
        86_400.0,
        description="The length of a history of which the upper bound is twice the percentile.",
    )
    interval: PositiveDuration = Field(
        60.0, description="How often it looks, recommends and evicts."
    )
    resolution: PositiveDuration = Field(
        15.0, description="How often the instances are measured, of which it sees the newest."
    )
    min_replicas: Annotated[int, whole(1, MOST)] = Field(
        2, description="With fewer instances than that none is evicted."
    )
    eviction_tolerance: Share = Field(
        0.5, description="The share of the instances that may be down because of it."
    )
    min_change: Share = Field(
        0.1,
        description="How far off a request must be that is within the bounds, as a share of it, for "
        "an instance to be evicted.",
    )
    min_age: Duration = Field(
        43_200.0,
        description="How old an instance must be to be evicted with a request within them.",
    )

    def rules(self) -> Iterator[Mistake]:
        least, most = self.min_allowed, self.max_allowed
        if least is not None and most is not None and most < least:
            yield Mistake(f"expected `min_allowed`, {least:g}, or more", ("max_allowed",))
        if not self.lower <= self.target <= self.upper:
            yield Mistake("expected a percentile from `lower` to `upper`", ("target",))
