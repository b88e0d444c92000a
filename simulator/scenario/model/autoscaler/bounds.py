"""Between what an autoscaler may choose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from simulator.scenario.model.base import Mistake, Model, whole

MOST = 10_000


class Bounds(Model):
    """The fewest and the most instances that an autoscaler asks for."""

    wakes: ClassVar[bool] = False
    """Whether it can go to no instance at all, and come back."""

    min: Annotated[int, whole(0, MOST)] = Field(1, description="The fewest instances.")
    max: Annotated[int, whole(1, MOST)] = Field(description="The most instances.")

    def rules(self) -> Iterator[Mistake]:
        if self.min == 0 and not self.wakes:
            message = "expected 1 or more: without an instance nothing would tell it to start one"
            yield Mistake(message, ("min",))
        if self.max < self.min:
            yield Mistake(f"expected `min`, {self.min}, or more", ("max",))
