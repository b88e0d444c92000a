"""Steps that not every request takes: one of several, perhaps one, or a failure."""

from __future__ import annotations

from simulator.outcome import ERROR
from simulator.service.strand import Op, Strand


class Either(Op):
    """Takes one of several branches, drawn by weight.

    `bounds` are the cumulative weights as shares of 1, `branches` the first operation of each; the
    branches lead back to what follows by themselves.
    """

    __slots__ = ("bounds", "branches", "quantity")

    def __init__(
        self, next: Op | None, quantity: int, bounds: list[float], branches: list[Op | None]
    ) -> None:
        super().__init__(next)
        self.quantity = quantity
        self.bounds = bounds
        self.branches = branches

    def run(self, strand: Strand) -> Op | None:
        drawn = strand.site.draws[self.quantity].at(strand.request.index)
        for number, bound in enumerate(self.bounds):
            if drawn < bound:
                return self.branches[number]
        return self.branches[-1]


class Maybe(Op):
    """Takes its steps with a chance, or goes on without them."""

    __slots__ = ("chance", "quantity", "steps")

    def __init__(self, next: Op | None, quantity: int, chance: float, steps: Op | None) -> None:
        super().__init__(next)
        self.quantity = quantity
        self.chance = chance
        self.steps = steps

    def run(self, strand: Strand) -> Op | None:
        drawn = strand.site.draws[self.quantity].at(strand.request.index)
        return self.steps if drawn < self.chance else self.next


class Fail(Op):
    """Fails with a chance: the endpoint ends in `error`, decided by its own service."""

    __slots__ = ("chance", "quantity")

    def __init__(self, next: Op | None, quantity: int, chance: float) -> None:
        super().__init__(next)
        self.quantity = quantity
        self.chance = chance

    def run(self, strand: Strand) -> Op | None:
        drawn = strand.site.draws[self.quantity].at(strand.request.index)
        if drawn < self.chance:
            strand.fail(ERROR, strand.site.endpoint.service)
            return None
        return self.next
