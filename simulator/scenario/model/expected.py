"""What must hold, and what has been promised."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Discriminator, Field, Tag

from simulator.scenario.model.base import Mistake, Model, PositiveDuration, Share, whole

DEFAULT_WEIGHT = 10
"""What LitmusChaos gives a fault that has no weight of its own."""


class Weighted(Model):
    """An expectation that counts for more, or for less, than another in the score."""

    expect: str = Field(description="What must hold, such as `availability >= 99%`.")
    weight: Annotated[int, whole(1, 10)] = Field(
        DEFAULT_WEIGHT, description="How much it counts in the score, from 1 to 10."
    )


def _tag(value: object) -> str:
    """Tells a mapping from a text."""
    return "<expect>" if isinstance(value, (dict, Weighted)) else "<bare>"


AnyExpectation = Annotated[
    Annotated[str, Tag("<bare>")] | Annotated[Weighted, Tag("<expect>")],
    Discriminator(_tag),
]


class Slo(Model):
    """A service level objective: the share of requests that must be good, over a long window.

    A request is bad if it fails, or if its answer takes longer than `latency`. What may be bad of
    all that come in the window is its error budget.
    """

    of: str | None = Field(
        None,
        description="Whose: a traffic class, a service or `service.endpoint`; left out: all traffic.",
    )
    objective: Share = Field(description="The share that must be good, such as 99.9%.")
    latency: PositiveDuration | None = Field(
        None, description="What takes longer than this is bad; left out: nothing is too slow."
    )
    window: PositiveDuration | None = Field(
        None, description="How long the budget must last, such as 30d; left out: the run."
    )

    def rules(self) -> Iterator[Mistake]:
        if not 0.0 < self.objective < 1.0:
            message = "expected an objective above 0% and below 100%: 100% leaves no error budget"
            yield Mistake(message, ("objective",))
