"""KEDA, by the length of a queue."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from simulator.scenario.model.autoscaler.bounds import MOST, Bounds
from simulator.scenario.model.autoscaler.hpa import HpaBehavior
from simulator.scenario.model.base import (
    Duration,
    PositiveDuration,
    PositiveNumber,
    Share,
    number,
    whole,
)


class Keda(Bounds):
    """As many instances as the queue before the service asks for, none if it is empty (KEDA)."""

    wakes: ClassVar[bool] = True

    min: Annotated[int, whole(0, MOST)] = Field(
        0, description="The fewest instances; with 0 all go when the queue has been empty for long."
    )
    backlog: PositiveNumber = Field(
        description="For how many requests, waiting or worked on, there is to be one instance "
        "(`lagThreshold`, `queueLength`)."
    )
    activation: Annotated[float, number(most=1e9)] = Field(
        0.0, description="Above how many the first instance is started (`activationLagThreshold`)."
    )
    prefetch: Annotated[int, whole(1, MOST)] | None = Field(
        None,
        description="How many requests one instance takes from the queue at once; left out: as many "
        "as it works on at once.",
    )
    polling_interval: PositiveDuration = Field(
        30.0, description="How often KEDA looks whether the queue is empty."
    )
    cooldown_period: Duration = Field(
        300.0, description="How long after it was last not empty the instances go."
    )
    sync: PositiveDuration = Field(
        15.0, description="How often the HPA looks, from the first instance on."
    )
    tolerance: Share = Field(
        0.1, description="How far the queue may be from its target without any change."
    )
    behavior: HpaBehavior | None = Field(
        None, description="How fast the HPA goes up and down, as in `hpa`."
    )
    downscale_stabilization: Duration = Field(
        300.0, description="For how long fewer instances must have been asked for."
    )
