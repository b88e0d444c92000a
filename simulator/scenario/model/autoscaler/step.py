"""Step scaling."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from simulator.scenario.model.autoscaler.bounds import MOST, Bounds
from simulator.scenario.model.autoscaler.metric import OneMetric
from simulator.scenario.model.base import (
    Duration,
    Mistake,
    Model,
    PositiveDuration,
    Share,
    whole,
)


class ScalingStep(Model):
    """What is done from a certain size of the breach on."""

    beyond: OneMetric | None = Field(
        None,
        description="How far beyond the threshold the figure must be, such as `cpu: 20%`; left out: "
        "not at all.",
    )
    instances: Annotated[int, whole(1, MOST)] | None = Field(
        None, description="So many instances more, or fewer."
    )
    percent: Share | None = Field(None, description="Or such a share of those that there are.")
    exact: Annotated[int, whole(0, MOST)] | None = Field(
        None, description="Or so many instances in all."
    )

    def rules(self) -> Iterator[Mistake]:
        given = [each for each in AMOUNTS if getattr(self, each) is not None]
        if len(given) != 1:
            yield Mistake("expected one of `instances`, `percent`, `exact`")

    @property
    def kind(self) -> str:
        """How the amount is meant."""
        return next(each for each in AMOUNTS if getattr(self, each) is not None)

    @property
    def breach(self) -> float:
        """How far beyond the threshold it begins, in the unit of the figure."""
        return 0.0 if self.beyond is None else self.beyond.value

    @property
    def amount(self) -> float:
        """Instances, or a share."""
        return float(getattr(self, self.kind))


AMOUNTS = ("instances", "percent", "exact")


class StepDirection(Model):
    """One direction: when, and how much."""

    threshold: OneMetric = Field(description="The figure, and beyond what, such as `cpu: 60%`.")
    datapoints: Annotated[int, whole(1, 1_000)] = Field(
        1, description="Periods in a row beyond it, before anything is done."
    )
    steps: Annotated[tuple[ScalingStep, ...], Field(min_length=1, strict=False)] = Field(
        description="What is done, by how far beyond it is; the last that it reaches counts."
    )
    least: Annotated[int, whole(1, MOST)] = Field(
        1, description="The fewest instances that a `percent` changes (MinAdjustmentMagnitude)."
    )
    cooldown: Duration = Field(300.0, description="How long a change is given to take effect.")

    def rules(self) -> Iterator[Mistake]:
        before = 0.0
        for place, each in enumerate(self.steps):
            at = ("steps", place, "beyond")
            if place == 0 and each.beyond is not None:
                message = "expected the first step to begin at the threshold, without `beyond`"
                yield Mistake(message, at)
            elif place and each.beyond is None:
                yield Mistake("expected how far `beyond` the threshold it begins", at[:2])
            elif each.beyond is not None and each.beyond.kind != self.threshold.kind:
                yield Mistake(f"expected `{self.threshold.kind}`, as in `threshold`", at)
            elif each.beyond is not None and each.beyond.value <= before:
                yield Mistake("expected more than in the step before", at)
            before = each.breach


class StepScaling(Bounds):
    """Instances added and taken away in steps, as AWS Auto Scaling does it."""

    scale_out: StepDirection = Field(description="To more instances.")
    scale_in: StepDirection | None = Field(
        None, description="To fewer instances; left out: none is taken away."
    )
    period: PositiveDuration = Field(60.0, description="How often it looks.")
    delay: Duration = Field(0.0, description="How long a measurement takes to be known.")

    def rules(self) -> Iterator[Mistake]:
        yield from super().rules()
        if self.scale_in is None:
            return
        high, low = self.scale_out.threshold, self.scale_in.threshold
        if high.kind != low.kind:
            message = f"expected `{high.kind}` as in `scale_out`: it goes by one figure"
            yield Mistake(message, ("scale_in", "threshold", low.kind))
        elif low.value >= high.value:
            message = "expected less than the threshold of `scale_out`"
            yield Mistake(message, ("scale_in", "threshold", low.kind))
