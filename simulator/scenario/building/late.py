"""Faults that nobody knew of when the world was built."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.fault.fault import Fault
from simulator.fault.vacancies import Vacancies
from simulator.observe.event_log import EventLog
from simulator.platform.workload import Workload, WorkloadListener
from simulator.scenario.faults.kinds import FAULTS
from simulator.scenario.faults.reach import Reach
from simulator.scenario.faults.schedules import schedule_of_latecomer
from simulator.scenario.model.fault import fault as model

MOST = 1000
"""Places among ties that are kept: as many as may join."""


class Latecomers:
    """Lets faults join a world that runs, as if they had stood in its scenario from the start.

    What happens at one moment happens in the order in which it was scheduled, and faults were so
    when the world was built. Their places are kept: whatever joins later goes before all that was
    scheduled meanwhile. The same holds where many listen, as to what becomes of replicas.

    A fault whose harm is worked into the world when that is built (a `surge`, a `config_push`)
    cannot join.
    """

    def __init__(
        self,
        reach: Reach,
        events: EventLog,
        vacancies: Vacancies,
        workloads: Mapping[str, Workload],
    ) -> None:
        self.reach = reach
        self.events = events
        self.vacancies = vacancies
        self.workloads = workloads
        self.first = reach.kernel.reserve_row(MOST)
        self.joined = 0

    def join(self, given: model.Fault, name: str) -> Fault:
        """A fault joins, whose moment has not passed.

        Raises:
            ValueError: if its moment has passed, or as many have joined as may.
        """
        if self.joined == MOST:
            raise ValueError(f"no more than {MOST:,} faults may join")
        schedule = schedule_of_latecomer(given, self.first + self.joined)
        heard = {each: list(workload.listeners) for each, workload in self.workloads.items()}
        fault = FAULTS[given.kind].make(self.reach, given.harm, name, schedule)
        self.joined += 1
        for each, workload in self.workloads.items():
            workload.listeners = self.in_order(heard[each], workload.listeners)
        fault.events = self.events
        if befalls_instances(self.reach, given):
            self.vacancies.faults.append(fault)
        return fault

    def in_order(
        self, before: list[WorkloadListener], after: list[WorkloadListener]
    ) -> list[WorkloadListener]:
        """Who listens, each in the place that it would have had: those who clear up come last."""
        at = before.index(self.vacancies)
        return [*before[:at], *after[len(before) :], *before[at:]]


def befalls_instances(reach: Reach, given: model.Fault) -> bool:
    """Whether a fault hits instances, and not all that is in a zone, whoever that is."""
    return not reach.befalls_newcomers(getattr(given.harm, "zone", None))
