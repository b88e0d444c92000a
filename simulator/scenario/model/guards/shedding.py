"""What an instance does not do when it has too much to do."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated

from pydantic import Field

from simulator.scenario.model.base import (
    Mistake,
    Model,
    PositiveDuration,
    Reads,
    Share,
    whole,
)
from simulator.scenario.read import scalar


def _priority_key(given: object) -> int:
    """A priority that stands as a key, which is always a text."""
    value = scalar(given) if isinstance(given, str) else given
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= 10**9:
        return value
    raise ValueError("expected a priority, a whole number")


PriorityKey = Annotated[
    int, Reads(_priority_key, str, {"type": "string", "pattern": "^[-+]?[0-9]+$"})
]


class Codel(Model):
    """Controlled delay, with the defaults of Facebook's folly."""

    target: PositiveDuration = Field(
        0.005, description="A shorter wait than this, once in an interval, and all is well."
    )
    interval: PositiveDuration = Field(
        0.1, description="How long all must have waited longer before anything is dropped."
    )

    def rules(self) -> Iterator[Mistake]:
        if self.interval <= self.target:
            written = "interval" if "interval" in self.model_fields_set else "target"
            yield Mistake("expected an `interval` longer than `target`", (written,))


class PriorityShedding(Model):
    levels: dict[PriorityKey, Share] = Field(
        min_length=1,
        description="How full the instance may be, of its slots and places in the queue, when a "
        "request of that priority is let in. A request goes by the highest level not above its "
        "own priority, or else by the lowest; above all levels nothing is shed.",
    )

    def rules(self) -> Iterator[Mistake]:
        for (_, share), (level, higher) in pairwise(sorted(self.levels.items())):
            if higher < share:
                message = f"the share of {level} is below that of a lower priority"
                yield Mistake(message, ("levels",))


class Shedding(Model):
    """By what an instance chooses whom it turns away, before it must."""

    queue: Annotated[int, whole(0, 10**9)] | None = Field(
        None, description="No more than so many may wait; below the queue's `capacity`."
    )
    codel: Codel | None = Field(
        None, description="Drop what has waited too long in a queue that never empties; `{}`: so."
    )
    priority: PriorityShedding | None = Field(
        None, description="Let the important in when there is no room for the others."
    )
    deadline_left: PositiveDuration | None = Field(
        None, description="Turn away what has less than this left of its deadline."
    )
