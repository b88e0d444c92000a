"""A call to another service."""

from __future__ import annotations

from simulator.call.ask import ask
from simulator.service.strand import Op, Strand


class Call(Op):
    """Asks another endpoint (`slot` says which call of this one it is) and waits for the answer."""

    __slots__ = ("slot",)

    def __init__(self, next: Op | None, slot: int) -> None:
        super().__init__(next)
        self.slot = slot

    def run(self, strand: Strand) -> Op | None:
        strand.op = self.next
        instance = strand.instance
        site = strand.site.child(self.slot)
        route = instance.routes[site.point.route]
        strand.waits_for = ask(strand, strand.request, site, route, strand.deadline)
        if instance.asynchronous:
            instance.release()
        return None
