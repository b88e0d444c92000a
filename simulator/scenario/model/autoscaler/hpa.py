"""The HorizontalPodAutoscaler of Kubernetes."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from simulator.scenario.model.autoscaler.bounds import MOST, Bounds
from simulator.scenario.model.base import (
    Duration,
    Mistake,
    Model,
    PositiveDuration,
    PositiveNumber,
    Rate,
    Reads,
    Share,
    whole,
)
from simulator.units import SHARE_PATTERN, format_duration, format_share, parse_share

MOST_PERCENT = 100_000
LONGEST_PERIOD = 1800.0
LONGEST_WINDOW = 3600.0
"""Seconds; Kubernetes takes no longer ones."""
KEPT = 600.0
"""Seconds for which latencies are kept."""


def _percentage(given: object) -> float:
    """A whole percentage, which may be more than 100 %, as a share."""
    try:
        if isinstance(given, str) and given.rstrip().endswith("%"):
            share = Fraction(given.rstrip()[:-1].strip()) / 100
        else:
            share = Fraction(repr(parse_share(given)))
    except ValueError:
        share = Fraction(-1)
    if (share * 100).denominator != 1 or not 0 < share * 100 <= MOST_PERCENT:
        raise ValueError(f"expected a whole percentage from `1%` to `{MOST_PERCENT}%`")
    return float(share)


Percentage = Annotated[
    float,
    Reads(
        _percentage,
        format_share,
        {"type": "string", "pattern": SHARE_PATTERN, "description": "A whole percentage."},
    ),
]


class LatencyTarget(Model):
    """How long requests may take."""

    percentile: Share = Field(
        0.95, description="For which share of the requests the target is meant."
    )
    target: PositiveDuration = Field(
        description="How long they are to take, from the sending of a request to its leaving."
    )
    window: PositiveDuration = Field(60.0, description="Over how long it is taken.")

    def rules(self) -> Iterator[Mistake]:
        if not 0.0 < self.percentile < 1.0:
            yield Mistake("expected a share above 0 and below 100%", ("percentile",))
        if self.window > KEPT:
            yield Mistake(f"expected at most {format_duration(KEPT)}: no more is kept", ("window",))


class HpaMetric(Model):
    """What is measured, and its target: one of these."""

    cpu: Percentage | None = Field(
        None,
        description="Its use of CPU, as a share of the cores that its instances ask for (`requests`) "
        "or else have; where they have none, the share of their slots that is taken. A `Resource` "
        "metric with `averageUtilization`.",
    )
    concurrency: PositiveNumber | None = Field(
        None,
        description="Requests inside each instance on the average, worked on or waiting: a `Pods` "
        "metric with `averageValue`, as the following two.",
    )
    rps: Rate | None = Field(None, description="Requests that each instance is done with.")
    queue: PositiveNumber | None = Field(
        None, description="Requests that wait in each instance, on the average."
    )
    latency: LatencyTarget | None = Field(
        None,
        description="A percentile of the latency over all instances: an `External` metric with a "
        "`value`, by whose ratio to the target the ready instances are multiplied.",
    )

    def rules(self) -> Iterator[Mistake]:
        given = [each for each in KINDS_OF_METRIC if getattr(self, each) is not None]
        if len(given) != 1:
            kinds = ", ".join(f"`{each}`" for each in KINDS_OF_METRIC)
            found = " and ".join(f"`{each}`" for each in given)
            yield Mistake(f"expected one of {kinds}{f', found {found}' if given else ''}")
        if self.rps == 0.0:
            yield Mistake("expected a rate above 0", ("rps",))


KINDS_OF_METRIC = tuple(HpaMetric.model_fields)


class HpaPolicy(Model):
    """How much may change within a period."""

    pods: Annotated[int, whole(1, MOST)] | None = Field(None, description="So many instances.")
    percent: Percentage | None = Field(
        None, description="Or such a share of those at the beginning of the period."
    )
    period: PositiveDuration = Field(description="The period, at most half an hour.")

    def rules(self) -> Iterator[Mistake]:
        if (self.pods is None) == (self.percent is None):
            yield Mistake("expected either `pods` or `percent`")
        if self.period > LONGEST_PERIOD:
            yield Mistake(f"expected at most {format_duration(LONGEST_PERIOD)}", ("period",))


class HpaRules(Model):
    """How fast it goes in one direction."""

    stabilization_window: Duration | None = Field(
        None,
        description="How long a change must have been asked for all the time; left out: upwards not "
        "at all, downwards as long as `downscale_stabilization`.",
    )
    select_policy: Literal["max", "min", "disabled"] = Field(
        "max",
        description="Which policy counts: the one that allows the most change, the one that allows "
        "the least, or none, so that nothing changes in this direction.",
    )
    policies: Annotated[tuple[HpaPolicy, ...], Field(strict=False)] | None = Field(
        None,
        description="How much may change in which time; left out: upwards 4 instances or 100%, "
        "downwards 100%, within 15s.",
    )
    tolerance: Share | None = Field(
        None, description="The tolerance in this direction; left out: that of the autoscaler."
    )

    def rules(self) -> Iterator[Mistake]:
        window = self.stabilization_window
        if window is not None and window > LONGEST_WINDOW:
            at = ("stabilization_window",)
            yield Mistake(f"expected at most {format_duration(LONGEST_WINDOW)}", at)
        if self.policies == ():
            yield Mistake("expected at least one policy, found none", ("policies",))


class HpaBehavior(Model):
    """How fast it goes up and down."""

    scale_up: HpaRules = Field(default_factory=HpaRules, description="To more instances.")
    scale_down: HpaRules = Field(default_factory=HpaRules, description="To fewer instances.")


def _cpu_at_80_percent() -> tuple[HpaMetric, ...]:
    return (HpaMetric(cpu=0.8),)


class Hpa(Bounds):
    """As many instances as keep what is measured near its target, as Kubernetes' HPA finds them."""

    metrics: Annotated[tuple[HpaMetric, ...], Field(strict=False)] = Field(
        default_factory=_cpu_at_80_percent,
        description="What it goes by; of several, the one that asks for the most instances counts. "
        "Left out: `cpu: 80%`.",
    )
    behavior: HpaBehavior | None = Field(
        None,
        description="How fast it goes up and down; left out: it doubles at most (or goes to 4) in "
        "one sync, and goes down no further than was asked for all through "
        "`downscale_stabilization`.",
    )
    sync: PositiveDuration = Field(15.0, description="How often it looks.")
    tolerance: Share = Field(
        0.1, description="How far what is measured may be from its target without any change."
    )
    downscale_stabilization: Duration = Field(
        300.0, description="For how long fewer instances must have been asked for."
    )
    resolution: PositiveDuration = Field(
        15.0, description="How often what it goes by is measured (`--metric-resolution`)."
    )
    delay: Duration = Field(
        10.0,
        description="How long a measurement takes to be known; a kubelet's reading may be as old as "
        "that when it is fetched.",
    )
    cpu_initialization_period: Duration = Field(
        300.0,
        description="How long after its start the CPU use of an instance counts only if it is ready "
        "and was measured since.",
    )
    initial_readiness_delay: Duration = Field(
        30.0,
        description="An instance that is not ready, and was last so within this time from its start, "
        "was never ready: its CPU use does not count.",
    )

    def rules(self) -> Iterator[Mistake]:
        yield from super().rules()
        if not self.metrics:
            yield Mistake("expected at least one metric, found none", ("metrics",))
        for number, each in enumerate(self.metrics):
            if each.latency is not None and each.latency.window < self.resolution:
                message = f"expected at least the `resolution`, {format_duration(self.resolution)}"
                yield Mistake(message, ("metrics", number, "latency", "window"))
