"""The autoscaler of Knative."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from simulator.scenario.model.autoscaler.bounds import MOST, Bounds
from simulator.scenario.model.base import (
    Duration,
    Mistake,
    PositiveDuration,
    PositiveNumber,
    Rate,
    Share,
    number,
    whole,
)
from simulator.units import format_duration

SHORTEST, LONGEST = 6.0, 3600.0
"""Seconds of a stable window that Knative takes."""
CONCURRENCY = 100.0
"""Requests at once that an instance is taken to stand, unless it is said."""
DEPTH = 10_000
"""Requests that the activator holds at most, where it holds back."""


class Kpa(Bounds):
    """As many instances as the requests at once ask for, and none if there are none (Knative)."""

    wakes: ClassVar[bool] = True

    min: Annotated[int, whole(0, MOST)] = Field(
        0, description="The fewest instances; with 0 the last one goes when nobody asks any more."
    )
    concurrency: PositiveNumber | None = Field(
        None,
        description="How many requests at once one instance stands (`target`); left out: as many as "
        "`container_concurrency`, or 100.",
    )
    rps: Rate | None = Field(
        None, description="Instead of that: how many requests per second one instance stands."
    )
    utilization: Share = Field(
        0.7,
        description="How much of that each instance is to have (`target-utilization-percentage`).",
    )
    container_concurrency: Annotated[int, whole(1, MOST)] | None = Field(
        None,
        description="How many requests at once the activator gives to one instance; it holds back "
        "those beyond. Left out: any number.",
    )
    burst: Annotated[float, number(-1.0, most=1e9)] = Field(
        211.0,
        description="For how many more requests at once there must be room for the activator to step "
        "aside (`target-burst-capacity`): with 0 it does as soon as an instance is ready, with -1 "
        "never.",
    )
    stable_window: PositiveDuration = Field(
        60.0, description="Over how long the load is averaged: whole seconds, 6s to 1h."
    )
    panic_window: Share = Field(
        0.1,
        description="Over which part of that it is averaged to see a surge "
        "(`panic-window-percentage`).",
    )
    panic_threshold: Annotated[float, number(1.1, most=10.0)] = Field(
        2.0,
        description="How many times what the ready instances are to have is a surge "
        "(`panic-threshold-percentage`).",
    )
    max_scale_up_rate: Annotated[float, number(1.0, above=True, most=1e6)] = Field(
        1000.0, description="How many times as many instances there may be after one decision."
    )
    max_scale_down_rate: Annotated[float, number(1.0, above=True, most=1e6)] = Field(
        2.0, description="Which part of the instances one decision must leave: 2 for a half."
    )
    scale_down_delay: Duration = Field(
        0.0, description="For how long fewer instances must have been asked for."
    )
    activation_scale: Annotated[int, whole(1, MOST)] = Field(
        1, description="How many instances there are at least if there are any."
    )
    scale_to_zero_grace_period: PositiveDuration = Field(
        30.0,
        description="How long the last instance stays at most when nobody asks any more, until it "
        "is certain that callers are led to the activator.",
    )
    scale_to_zero_pod_retention_period: Duration = Field(
        0.0, description="How long it stays at least."
    )

    def rules(self) -> Iterator[Mistake]:
        yield from super().rules()
        if self.concurrency is not None and self.rps is not None:
            yield Mistake("expected either `concurrency` or `rps`")
        if self.rps == 0.0:
            yield Mistake("expected a rate above 0", ("rps",))
        if self.utilization == 0.0:
            yield Mistake("expected a share above 0", ("utilization",))
        if -1.0 < self.burst < 0.0:
            yield Mistake("expected 0 or more, or -1 for any number", ("burst",))
        window = self.stable_window
        if not SHORTEST <= window <= LONGEST or window % 1.0:
            least, most = format_duration(SHORTEST), format_duration(LONGEST)
            yield Mistake(f"expected whole seconds from {least} to {most}", ("stable_window",))
        if not 0.01 <= self.panic_window <= 1.0:
            yield Mistake("expected a share from 1% to 100%", ("panic_window",))
        if self.activation_scale > self.max:
            yield Mistake(f"expected at most `max`, {self.max}", ("activation_scale",))

    @property
    def total(self) -> float:
        """What one instance stands: requests at once, or per second."""
        if self.rps is not None:
            return self.rps
        limit = self.container_concurrency
        if limit is None:
            return CONCURRENCY if self.concurrency is None else self.concurrency
        return float(limit) if self.concurrency is None else min(self.concurrency, float(limit))

    @property
    def panic_seconds(self) -> float:
        """The length of the panic window: whole seconds, at least one."""
        return max(1.0, float(round(self.stable_window * self.panic_window)))
