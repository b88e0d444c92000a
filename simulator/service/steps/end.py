"""The end of the steps."""

from __future__ import annotations

from simulator.service.strand import Op, Strand


class End(Op):
    """All steps are done."""

    __slots__ = ()

    def run(self, strand: Strand) -> Op | None:
        strand.finish()
        return None
