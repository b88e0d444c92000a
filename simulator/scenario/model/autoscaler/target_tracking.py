"""Target tracking."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from simulator.scenario.model.autoscaler.bounds import Bounds
from simulator.scenario.model.autoscaler.metric import OneMetric
from simulator.scenario.model.base import Duration, PositiveDuration, whole


class TargetTracking(Bounds):
    """As many instances as keep one figure near its target, as AWS Auto Scaling does it."""

    target: OneMetric = Field(description="The figure, and what it is to be, such as `cpu: 60%`.")
    period: PositiveDuration = Field(60.0, description="How often it looks.")
    scale_out_datapoints: Annotated[int, whole(1, 1_000)] = Field(
        3, description="Periods in a row above the target, before instances are added."
    )
    scale_in_datapoints: Annotated[int, whole(1, 1_000)] = Field(
        15, description="Periods in a row below 90% of it, before instances are taken away."
    )
    scale_out_cooldown: Duration = Field(
        300.0,
        description="For how long what was added last counts as part of what is to be added next.",
    )
    scale_in_cooldown: Duration = Field(
        300.0, description="For how long nothing more is taken away."
    )
    disable_scale_in: bool = Field(False, description="Never take an instance away.")
    delay: Duration = Field(0.0, description="How long a measurement takes to be known.")
