"""The whole file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, model_validator

from simulator.scenario.model.autoscaler.autoscaler import Autoscaler, UnknownName
from simulator.scenario.model.base import (
    Duration,
    Mistake,
    Model,
    Name,
    PositiveDuration,
    whole,
)
from simulator.scenario.model.configuration import Configuration
from simulator.scenario.model.deployment import Deployment
from simulator.scenario.model.expected import AnyExpectation, Slo, Weighted
from simulator.scenario.model.fault.fault import Fault
from simulator.scenario.model.network import Network
from simulator.scenario.model.platform import Platform
from simulator.scenario.model.policy import Policy
from simulator.scenario.model.registry import AnyRegistry, Static
from simulator.scenario.model.service import Service
from simulator.scenario.model.traffic import DailyProfile, Traffic
from simulator.units import format_duration

MOST_INTERVALS = 100_000


MOST_CYCLES = 3_000
"""Of a daily curve, which is made of straight pieces."""


class Scenario(Model):
    """A system, its users, and what is expected of it."""

    scenario: Name = Field(description="Its name.")
    description: str = Field("", description="What it shows.")
    seed: Annotated[int, whole(0, (1 << 64) - 1)] = Field(
        0, description="What all randomness is derived from."
    )
    duration: PositiveDuration = Field(description="How long the run is, in simulated time.")
    warmup: Duration = Field(
        0.0, description="Requests that start before this are left out of the summary."
    )
    interval: PositiveDuration | None = Field(
        None, description="The step of the time series; left out: 1s, or more in a long run."
    )
    traces: Annotated[int, whole(0, 10_000)] = Field(
        100, description="Requests of each traffic class that are kept whole."
    )
    traffic: dict[Name, Traffic] = Field(min_length=1, description="The users, by class.")
    defaults: Policy = Field(
        default_factory=Policy, description="The policy of every call that says nothing else."
    )
    policies: dict[Name, Policy] = Field(
        default_factory=dict, description="Policies with names, to be given to services and calls."
    )
    autoscalers: dict[Name, Autoscaler] = Field(
        default_factory=dict,
        description="Autoscalers with names, to be given to services.",
    )
    network: Network = Field(default_factory=Network, description="How long messages take.")
    services: dict[Name, Service] = Field(min_length=1, description="The services.")
    platform: Platform | None = Field(
        None, description="The nodes that the services stand on; left out: there are none."
    )
    registry: AnyRegistry = Field(
        default_factory=Static,
        description="How callers learn which instances there are; left out: they know all, always.",
    )
    configuration: Configuration = Field(
        default_factory=Configuration,
        description="How callers learn of a pushed policy; left out: all at once.",
    )
    deployments: Annotated[tuple[Deployment, ...], Field(strict=False)] = Field(
        (), description="Which service gets which version, when, and how."
    )
    faults: Annotated[tuple[Fault, ...], Field(strict=False)] = Field(
        (), description="What goes wrong, with whom, and when."
    )
    stop_when: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        (),
        description="What ends the run at once, such as `availability < 50% over the last 10s`.",
    )
    slos: dict[Name, Slo] = Field(
        default_factory=dict,
        description="Objectives, by name: what share of the requests must be good in the long run.",
    )
    expect: Annotated[tuple[AnyExpectation, ...], Field(strict=False)] = Field(
        (), description="What must hold, such as `availability >= 99%` or `shop.p99 <= 800ms`."
    )

    @model_validator(mode="before")
    @classmethod
    def _named(cls, given: object) -> object:
        """Where a service has an autoscaler's name, it gets what stands under that name."""
        if not isinstance(given, dict):
            return given
        known, services = given.get("autoscalers", {}), given.get("services")
        if not isinstance(known, dict) or not isinstance(services, dict):
            return given
        named = {
            name: {**service, "autoscaler": known.get(wanted, UnknownName(wanted, tuple(known)))}
            for name, service in services.items()
            if isinstance(service, dict) and isinstance(wanted := service.get("autoscaler"), str)
        }
        return {**given, "services": {**services, **named}} if named else given

    def expected(self) -> list[Weighted]:
        """Every expectation with its weight."""
        return [Weighted(expect=each) if isinstance(each, str) else each for each in self.expect]

    def rules(self) -> Iterator[Mistake]:
        if self.warmup >= self.duration:
            message = f"expected less than the duration, which is {format_duration(self.duration)}"
            yield Mistake(message, ("warmup",))
        if self.interval is not None and self.duration / self.interval > MOST_INTERVALS:
            message = f"expected a longer interval: the run has over {MOST_INTERVALS:,} of them"
            yield Mistake(message, ("interval",))
        for name, traffic in self.traffic.items():
            profile = traffic.profile
            if not isinstance(profile, DailyProfile):
                continue
            if self.duration / profile.daily.period > MOST_CYCLES:
                message = f"expected a longer period: the run has over {MOST_CYCLES:,} of them"
                yield Mistake(message, ("traffic", name, "profile", "daily", "period"))


def with_faults(scenario: Scenario, faults: tuple[Fault, ...]) -> Scenario:
    """The same with other faults, which are taken to be right."""
    return scenario.model_copy(update={"faults": faults})
