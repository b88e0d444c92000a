"""Killing instances."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simulator.call.route import Route
from simulator.fault.fault import Fault, Schedule
from simulator.kernel.event import Event
from simulator.kernel.kernel import Kernel
from simulator.observe.deaths import Death
from simulator.service.instance import Instance
from simulator.service.lifecycle import Lifecycle


class Kill(Fault):
    """Kills processes: what is inside is lost, callers see their connections reset, then refused.

    In the real world: a crash, an out-of-memory kill, `kill -9`, a pod deleted without grace. Nobody
    is told; who calls it finds out. With a grace period in seconds the process is asked to stop
    (SIGTERM): it deregisters, goes on serving, and is killed when the time is over. At the end of
    the fault the process starts again, empty.

    Here: the instance loses its queue, its slots and what its own calls have learned (breakers,
    limits, caches). Work that it had handed to others goes on there, for nobody. Whoever is dead
    already is not drawn; if it is meant all the same, it starts again when the last fault that
    keeps it dead is over.

    Left out: the time that a restart takes, which platforms add; and cold starts.

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
        routes: Sequence[Route],
        deaths: list[Death],
    ) -> None:
        super().__init__(kernel, name, kind, schedule)
        self.choose = choose
        self.grace = grace
        self.lifecycle = lifecycle
        self.routes = routes
        self.deaths = deaths
        self.keeps: list[Instance] = []

    def begin(self) -> Sequence[str]:
        victims = self.choose()
        for instance in victims:
            if self.grace > 0.0 and instance.up:
                self.lifecycle.stopping(instance)
                self.kernel.schedule(LastMoment(self, instance), self.grace)
            else:
                self.die(instance)
        return [each.name for each in victims]

    def die(self, instance: Instance) -> None:
        """The process is gone, and is kept from starting again."""
        self.keeps.append(instance)
        instance.kept_down += 1
        if not instance.up:
            return
        now = self.kernel.now
        knew = [
            route
            for route in self.routes
            if any(each.instance is instance and each.usable for each in route.members)
        ]
        instance.crash()
        death = instance.death
        assert death is not None
        self.deaths.append(death)
        death.waiting.update(
            route
            for route in knew
            if any(each.instance is instance and each.usable for each in route.members)
        )
        if not death.waiting:
            death.callers_knew = now
        if not self.lifecycle.lists(instance):
            death.delisted(now)

    def undo(self) -> None:
        for instance in self.keeps:
            instance.kept_down -= 1
            if instance.kept_down == 0:
                instance.restart()
                self.lifecycle.restarted(instance)
        self.keeps.clear()


class LastMoment(Event):
    """The end of one instance's grace period."""

    def __init__(self, fault: Kill, instance: Instance) -> None:
        super().__init__()
        self.fault = fault
        self.instance = instance

    def fire(self) -> None:
        self.fault.die(self.instance)
