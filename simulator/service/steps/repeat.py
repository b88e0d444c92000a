"""Loops."""

from __future__ import annotations

from simulator.service.strand import Loop, Op, Strand


class Prepare(Op):
    """Gives a strand somewhere to note its loops; stands first where a strand has any."""

    __slots__ = ()

    def run(self, strand: Strand) -> Op | None:
        strand.loops = []
        return self.next


class Repeat(Op):
    """Takes its steps `times` times, or as often as is drawn (`quantity`, unless it is -1).

    Each lap draws at a site of its own: what is drawn in the third lap does not depend on how many
    laps there are. The steps end in a `Lap` operation, which leads back.
    """

    __slots__ = ("quantity", "steps", "times")

    steps: Op | None

    def __init__(self, next: Op | None, quantity: int, times: int) -> None:
        super().__init__(next)
        self.quantity = quantity
        self.times = times
        self.steps = None

    def run(self, strand: Strand) -> Op | None:
        times = self.times
        if self.quantity >= 0:
            times = int(strand.site.draws[self.quantity].at(strand.request.index))
        if times <= 0:
            return self.next
        loop = Loop(times, strand.site)
        strand.loops.append(loop)
        return self.again(strand, loop)

    def again(self, strand: Strand, loop: Loop) -> Op | None:
        """The next lap, or what follows when there is none left."""
        if loop.left == 0:
            strand.site = loop.outside
            strand.loops.pop()
            return self.next
        loop.left -= 1
        loop.lap += 1
        strand.site = loop.outside.lap(loop.lap)
        return self.steps


class Lap(Op):
    """The end of one lap of a loop."""

    __slots__ = ("repeat",)

    def __init__(self, repeat: Repeat) -> None:
        super().__init__(None)
        self.repeat = repeat

    def run(self, strand: Strand) -> Op | None:
        return self.repeat.again(strand, strand.loops[-1])
