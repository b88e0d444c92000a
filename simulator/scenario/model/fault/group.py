"""Faults that belong together: one after another, or all at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from simulator.scenario.model.base import Mistake, Model, Moment, Name, Names

Members = Annotated[tuple[Any, ...], Field(strict=False)]
"""Faults and further groups, each of which is looked at by itself."""
ORDERS = ("serial", "parallel")


class Group(Model):
    """Faults that come one after another (`serial`), or all at once (`parallel`).

    It is laid out flat before anything else sees it: each fault waits for those before it.

    Source: Chaos Mesh, Workflow: `Serial` and `Parallel` templates.
    """

    name: Name | None = Field(None, description="By which other faults wait for the end of all.")
    at: Moment | None = Field(None, description="When it begins, as that of a fault.")
    after: Names | None = Field(
        None, description="It begins when the faults or groups of these names have ended."
    )
    serial: Members | None = Field(
        None, description="Faults and groups, each of which begins when the one before has ended."
    )
    parallel: Members | None = Field(
        None, description="Faults and groups, all of which begin with the group."
    )

    def rules(self) -> Iterator[Mistake]:
        if self.serial is not None and self.parallel is not None:
            message = "`serial` and `parallel` do not go together: put one group into the other"
            yield Mistake(message, ("parallel",))
        for order in ORDERS:
            if getattr(self, order) == ():
                yield Mistake("expected at least one fault, found none", (order,))


def is_group(data: object) -> bool:
    """Whether what stands for a fault is a group of some."""
    return isinstance(data, dict) and any(order in data for order in ORDERS)
