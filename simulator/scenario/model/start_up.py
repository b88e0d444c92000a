"""How instances come and go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from simulator.scenario.model.base import Duration, Mistake, Model, PositiveDuration, number
from simulator.scenario.model.distribution import Constant, Dist


def _at_once() -> Constant:
    return Constant.model_construct(constant=0.0)


class WarmUp(Model):
    """How long an instance is slow after its start, and how slow."""

    for_: PositiveDuration = Field(alias="for", description="How long it takes to be warm.")
    speed: Annotated[float, number(above=True, most=1.0)] = Field(
        description="The part of its speed that a cold instance starts with, such as 0.3."
    )


class StartUp(Model):
    """What lies between the wish for an instance and a process that is warm."""

    pull: Dist = Field(
        default_factory=_at_once,
        description="How long its image takes to pull, on a node that has not got it; without a "
        "`platform`, for every start.",
    )
    boot: Dist = Field(
        default_factory=_at_once, description="How long the process takes to come up."
    )
    warm_up: WarmUp | None = Field(
        None, description="How long it is slow afterwards; left out: it is at full speed at once."
    )


class ShutDown(Model):
    """How an instance is let go."""

    grace: Duration = Field(
        30.0,
        description="How long it may take to finish what it has; then it is killed "
        "(`terminationGracePeriodSeconds`).",
    )
    delay: Duration = Field(
        0.0,
        description="How long it goes on as ever before it takes nothing new (a `preStop` hook that "
        "sleeps); it counts towards the grace.",
    )

    def rules(self) -> Iterator[Mistake]:
        if self.delay > self.grace:
            yield Mistake("expected no more than the `grace`, which it counts towards", ("delay",))
