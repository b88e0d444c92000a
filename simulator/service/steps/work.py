"""Work: computing, on a core of the instance where it has cores."""

from __future__ import annotations

from simulator.outcome import DEADLINE
from simulator.service.strand import Op, Strand


class Work(Op):
    """Computes for a time that is drawn for each request (`quantity` is its slot)."""

    __slots__ = ("quantity",)

    def __init__(self, next: Op | None, quantity: int) -> None:
        super().__init__(next)
        self.quantity = quantity

    def run(self, strand: Strand) -> Op | None:
        draws = strand.site.draws[self.quantity]
        index = strand.request.index
        if not draws.start <= index < draws.end:
            draws.turn_to(index)
        amount = draws.values[index - draws.start]
        instance = strand.instance
        if instance.speed != 1.0:
            amount /= instance.speed
        strand.worked += amount
        strand.op = self.next
        processor = instance.processor
        if processor is None:
            instance.kernel.schedule(strand, amount)
        else:
            processor.execute(strand, amount)
        return None


class ConstantWork(Op):
    """Computes for the same time for every request."""

    __slots__ = ("amount",)

    def __init__(self, next: Op | None, amount: float) -> None:
        super().__init__(next)
        self.amount = amount

    def run(self, strand: Strand) -> Op | None:
        instance = strand.instance
        amount = self.amount
        if instance.speed != 1.0:
            amount /= instance.speed
        strand.worked += amount
        strand.op = self.next
        processor = instance.processor
        if processor is None:
            instance.kernel.schedule(strand, amount)
        else:
            processor.execute(strand, amount)
        return None


class MindDeadline(Op):
    """Goes on only while there is time: stands before work in scenarios that have deadlines."""

    __slots__ = ()

    def run(self, strand: Strand) -> Op | None:
        instance = strand.instance
        if instance.kernel.now >= strand.deadline:
            strand.fail(DEADLINE, instance.name)
            return None
        return self.next
