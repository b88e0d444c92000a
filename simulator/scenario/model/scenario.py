"""The whole file."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from simulator.scenario.model.base import Duration, Model, PositiveDuration, mistake
from simulator.scenario.model.network import Network
from simulator.scenario.model.policy import Policy
from simulator.scenario.model.service import Service
from simulator.scenario.model.traffic import Traffic

MOST_INTERVALS = 100_000


def _named(value: str) -> str:
    if not value.strip():
        raise mistake("expected a name")
    return value


class Scenario(Model):
    """A system, its users, and what is expected of it."""

    scenario: Annotated[str, AfterValidator(_named)] = Field(description="Its name.")
    description: str = Field("", description="What it shows.")
    seed: int = Field(0, ge=0, lt=1 << 128, description="What all randomness is derived from.")
    duration: PositiveDuration = Field(description="How long the run is, in simulated time.")
    warmup: Duration = Field(
        0.0, description="Requests that start before this are left out of the summary."
    )
    interval: PositiveDuration | None = Field(
        None, description="The step of the time series; left out: 1s, or more in a long run."
    )
    traces: int = Field(
        100, ge=0, le=10_000, description="Requests of each traffic class that are kept whole."
    )
    traffic: dict[str, Traffic] = Field(min_length=1, description="The users, by class.")
    defaults: Policy = Field(
        default_factory=Policy, description="The policy of every call that says nothing else."
    )
    network: Network = Field(default_factory=Network, description="How long messages take.")
    services: dict[str, Service] = Field(min_length=1, description="The services.")
    expect: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        (), description="What must hold, such as `availability >= 99%` or `shop.p99 <= 800ms`."
    )

    @model_validator(mode="after")
    def in_time(self) -> Scenario:
        if self.warmup >= self.duration:
            raise mistake("expected a `warmup` shorter than the `duration`")
        if self.interval is not None and self.duration / self.interval > MOST_INTERVALS:
            raise mistake(f"more than {MOST_INTERVALS:,} intervals: expected a longer `interval`")
        return self
