"""Versions whose processes do not last."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.kernel.event import Event
from simulator.platform.back_off import BackOff, Failures
from simulator.platform.workload import Replica, Workload, WorkloadListener


class Crashing(WorkloadListener):
    """Lets the processes of certain versions die some time after each start.

    In the real world: a release that cannot read its configuration, or finds no table. It starts,
    is asked if nothing holds it back, and exits; the kubelet starts it again, ever more rarely.

    Here: the process dies `lives` seconds after each start, with all that it has inside. It is
    started again at once, then 10 s after its death, 20 s, 40 s, and never later than 300 s.

    Source: Kubernetes, "Pod Lifecycle", "How Pods handle problems with containers".

    Args:
        lives: how long a process of each such version lasts, in seconds.
    """

    def __init__(self, workload: Workload, lives: Mapping[str, float]) -> None:
        self.workload = workload
        self.lives = lives
        self.back_off = BackOff()
        self.failures: dict[str, Failures] = {}

    def begin(self) -> None:
        """From now on they die; those that run already too."""
        self.workload.listeners.append(self)
        for replica in self.workload.replicas:
            if replica.running:
                self.started(replica)

    def added(self, replica: Replica) -> None:
        self.failures[replica.name] = Failures(self.back_off)

    def started(self, replica: Replica) -> None:
        lives = self.lives.get(replica.version)
        if lives is not None:
            self.workload.kernel.schedule(Death(self, replica), lives)

    def died(self, replica: Replica, ran: float) -> None:
        """One has reached its end: it is started again."""
        failures = self.failures.setdefault(replica.name, Failures(self.back_off))
        self.workload.restart_container(replica, failures.failed(ran))


class Death(Event):
    """The end of one process, unless it has ended before."""

    def __init__(self, crashing: Crashing, replica: Replica) -> None:
        super().__init__()
        self.crashing = crashing
        self.replica = replica
        self.since = replica.instance.since

    def fire(self) -> None:
        replica = self.replica
        if replica.running and replica.instance.since == self.since:
            ran = self.crashing.workload.kernel.now - self.since
            self.crashing.died(replica, ran)
