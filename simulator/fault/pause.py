"""Freezing processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from simulator.fault.chosen import ChosenFault
from simulator.fault.fault import Schedule
from simulator.kernel.kernel import Kernel
from simulator.platform.workload import Replica, Workload, WorkloadListener
from simulator.service.instance import Instance

FROZEN: Final = 1e-9
"""What is left of the speed: a second's work would take thirty years."""


class Pause(ChosenFault[Instance]):
    """Freezes processes: nothing is worked on, and afterwards they go on where they were.

    In the real world: a long garbage collection, a virtual machine that is moved or snapshotted, a
    disk that hangs, `kill -STOP`. The socket still accepts, so requests pile up, and callers see
    timeouts and no refusal. When it is over the pile is worked through at full load, most of it for
    callers who have gone.

    Here: the speed of the instances falls to next to nothing, and is what it was afterwards.

    Left out: the answers of others that arrive meanwhile are taken in at once; what is to be
    computed with them waits. That a stopped process uses no CPU: its cores count as busy.

    Source: Chaos Toolkit and Jepsen, `pause`; Chaos Mesh has it for JVMs (JVMChaos `gc`).
    """

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        schedule: Schedule,
        choose: Callable[[], list[Instance]],
        kind: str = "pause",
    ) -> None:
        super().__init__(kernel, name, kind, schedule, choose)

    def harm(self, victim: Instance) -> None:
        victim.slow_down(FROZEN)

    def heal(self, victim: Instance) -> None:
        victim.speed_up(FROZEN)


class Hang(Pause):
    """Lets processes accept whatever comes and answer none of it; in the end they are restarted.

    In the real world: a deadlock, an exhausted pool without a timeout. A check that only connects
    finds the process well.

    Here: as with `pause` nothing is worked on, but what was inside when the time is over sees its
    connection reset, since the process is restarted, empty. Without an end nobody restarts it, but
    for a liveness probe of its service: what that restarts is well, however long the fault lasts.

    Left out: the time that the restart at the end takes; requests that a hung process could still
    answer, since here all of its endpoints hang; that what is deadlocked uses no CPU.

    Source: the three states of a probe in Kubernetes, "Configure Liveness, Readiness and Startup
    Probes", whose liveness probe restarts what is deadlocked.
    """

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        schedule: Schedule,
        choose: Callable[[], list[Instance]],
        workloads: Sequence[Workload],
    ) -> None:
        super().__init__(kernel, name, schedule, choose, "hang")
        self.workloads = workloads
        self.cure = Cure(self)

    def begin(self) -> Sequence[str]:
        for workload in self.workloads:
            if self.cure not in workload.listeners:
                workload.listeners.append(self.cure)
        return super().begin()

    def restarted(self, instance: Instance) -> None:
        """The process of an instance has been ended, and another started."""
        if instance in self.victims:
            self.victims.remove(instance)
            self.heal(instance)

    def undo(self) -> None:
        hung = [each for each in self.victims if each.up]
        super().undo()
        for instance in hung:
            instance.crash()
            # Whoever is being moved to another node starts there.
            if instance.kept_down == 0:
                instance.restart()


class Cure(WorkloadListener):
    """Notices that a workload has started a process anew."""

    def __init__(self, hang: Hang) -> None:
        self.hang = hang

    def started(self, replica: Replica) -> None:
        self.hang.restarted(replica.instance)
