"""Scaling by the clock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from simulator.scenario.model.autoscaler.bounds import MOST, Bounds
from simulator.scenario.model.base import (
    Duration,
    Mistake,
    Model,
    PositiveDuration,
    whole,
)
from simulator.units import format_duration


class Appointment(Model):
    """From when on there are how many."""

    at: Duration = Field(description="When, from the start of the run, or of each cycle.")
    replicas: Annotated[int, whole(0, MOST)] = Field(description="How many instances from then on.")


class Scheduled(Bounds):
    """So many instances from certain times on."""

    schedule: Annotated[tuple[Appointment, ...], Field(min_length=1, strict=False)] = Field(
        description="The times, in their order, each with a number of instances."
    )
    every: PositiveDuration | None = Field(
        None, description="The length of a cycle, such as `24h`; left out: each time comes once."
    )

    def rules(self) -> Iterator[Mistake]:
        yield from super().rules()
        for number, each in enumerate(self.schedule):
            if not self.min <= each.replicas <= self.max:
                message = f"expected a number from `min`, {self.min}, to `max`, {self.max}"
                yield Mistake(message, ("schedule", number, "replicas"))
            if number and each.at <= self.schedule[number - 1].at:
                before = format_duration(self.schedule[number - 1].at)
                message = f"expected a time after the one before, {before}"
                yield Mistake(message, ("schedule", number, "at"))
            if self.every is not None and each.at >= self.every:
                message = f"expected a time within the cycle of {format_duration(self.every)}"
                yield Mistake(message, ("schedule", number, "at"))
