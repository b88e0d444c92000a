"""A network that lets nothing through between some callers and a callee."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simulator.fault.fault import Fault, Schedule
from simulator.kernel.kernel import Kernel
from simulator.service.instance import Instance


class Partition(Fault):
    """Cuts instances off from some parties, both ways; messages are lost, and nobody is told.

    In the real world: a firewall rule, a broken switch, a routing mistake. Packets are dropped, so
    a caller learns nothing until its own timeout is over; without one it waits for ever. What the
    instance had begun goes on, and its answers are lost too. A message that is on its way when the
    cut comes arrives. Left out: TCP's retransmissions, by which a short cut is only a delay.
    """

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        schedule: Schedule,
        choose: Callable[[], list[Instance]],
        parties: Sequence[str],
    ) -> None:
        super().__init__(kernel, name, "partition", schedule)
        self.choose = choose
        self.parties = parties
        self.cuts: list[tuple[Instance, set[str]]] = []

    def begin(self) -> Sequence[str]:
        for instance in self.choose():
            before = instance.cut_from or set()
            # Only what was not cut before is joined again at the end.
            fresh = set(self.parties) - before
            instance.cut_from = before | fresh
            self.cuts.append((instance, fresh))
        return [instance.name for instance, _ in self.cuts]

    def undo(self) -> None:
        for instance, fresh in self.cuts:
            left = (instance.cut_from or set()) - fresh
            instance.cut_from = left or None
        self.cuts.clear()
