"""What becomes of the harm to an instance that is no more."""

from __future__ import annotations

from simulator.fault.fault import Fault
from simulator.platform.workload import Replica, WorkloadListener


class Vacancies(WorkloadListener):
    """Tells faults of places that are free again: whoever takes one is not who was hit.

    Args:
        faults: those that befall instances; not those that befall all that is in a zone. Others may
            be added.
    """

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults

    def gone(self, replica: Replica) -> None:
        for fault in self.faults:
            fault.vacated(replica.name)
