"""Killing instances."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simulator.fault.fault import Fault, Schedule
from simulator.fault.keeper import Keeper
from simulator.kernel.event import Event
from simulator.kernel.kernel import Kernel
from simulator.platform.placement import Outage
from simulator.service.instance import Instance
from simulator.service.lifecycle import Lifecycle


class Kill(Fault):
    """Kills processes: what is inside is lost, callers see their connections reset, then refused.

    In the real world: a crash, an out-of-memory kill, `kill -9`, a pod deleted without grace.
    Nobody is told; who calls it finds out. With a grace period in seconds the process is asked to
    stop (SIGTERM): it deregisters, goes on serving, and is killed when the time is over. At the end
    of the fault the process starts again, empty. With `restart` a supervisor starts it after that
    time.

    Here: the instance loses its queue, its slots and what its own calls have learned (breakers,
    limits, caches). Work that it had handed to others goes on there, for nobody. Whoever is dead
    already is not drawn; if it is meant all the same, it starts again when the last fault that
    keeps it dead is over. With `restart` this fault keeps each process dead for so long after its
    death, and not beyond the end of the fault; without `for`, for so long alone. Whoever comes in
    the place of one that was scaled away or evicted is another process, and lives. Where all
    instances of a node or a zone are killed, the nodes themselves are down: until the end nobody is
    placed on them, and after more than five minutes those who stood there are started elsewhere
    (`eviction_after`); with `restart` it is the processes alone.

    Left out: cold starts, but for services with a `startup`.

    Source: Chaos Mesh, PodChaos `pod-kill` and `gracePeriod`; Kubernetes, "Termination of Pods".
    """

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        kind: str,
        schedule: Schedule,
        choose: Callable[[], list[Instance]],
        grace: float,
        lifecycle: Lifecycle,
        keeper: Keeper,
        outage: Outage | None,
        restart: float | None = None,
    ) -> None:
        super().__init__(kernel, name, kind, schedule)
        self.choose = choose
        self.grace = grace
        self.lifecycle = lifecycle
        self.keeper = keeper
        self.outage = outage
        if outage is not None:
            outage.keeper = keeper
        self.restart = restart
        self.moments: list[LastMoment] = []

    def begin(self) -> Sequence[str]:
        victims = self.choose()
        if self.outage is not None:
            self.outage.begin()
        for instance in victims:
            if self.grace > 0.0 and instance.up:
                self.lifecycle.stopping(instance)
                moment = LastMoment(self, instance)
                self.moments.append(moment)
                self.kernel.schedule(moment, self.grace)
            else:
                self.keeper.keep(instance, self.restart)
        return [each.name for each in victims if each.there]

    def vacated(self, name: str) -> None:
        for moment in [each for each in self.moments if each.instance.name == name]:
            self.moments.remove(moment)
            self.kernel.cancel(moment)

    def undo(self) -> None:
        self.keeper.let_all_go()
        if self.outage is not None:
            self.outage.end()


class LastMoment(Event):
    """The end of one instance's grace period."""

    def __init__(self, fault: Kill, instance: Instance) -> None:
        super().__init__()
        self.fault = fault
        self.instance = instance

    def fire(self) -> None:
        self.fault.moments.remove(self)
        if self.instance.there:
            self.fault.keeper.keep(self.instance, self.fault.restart)
