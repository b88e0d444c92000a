"""Moving instances from one node to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulator.call.route import Route
from simulator.fault.dying import end
from simulator.kernel.event import Event
from simulator.kernel.kernel import Kernel
from simulator.observe.deaths import Death
from simulator.observe.event_log import EventLog
from simulator.platform.disruption_budget import DisruptionBudget
from simulator.platform.node import Node
from simulator.platform.placement import Placement
from simulator.platform.workload import Workload
from simulator.service.instance import Instance
from simulator.service.lifecycle import Lifecycle


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast an instance that no workload manages is moved, in seconds.

    Attributes:
        grace: how long it goes on after it was asked to stop.
        start: how long after that its successor can be up, if a node takes it.
    """

    grace: float = 0.0
    start: float = 0.0


AT_ONCE = Pace()
"""As what is dead already is moved."""


class Evictor:
    """Takes instances off their nodes; others take their places, wherever there is one.

    In the real world: the eviction API of Kubernetes. The pod is terminated in good order, and its
    ReplicaSet asks for another at once.

    Here: an instance of a service with a workload is stopped by it, with the grace and the delay of
    the service, and the workload starts another. One without is asked to stop (SIGTERM): it
    deregisters, serves on for the grace period of the `Pace` and ends. It starts, empty, on another
    node: after the start time, counted from its eviction, but not before it has ended; which node it
    is is decided then. Who finds none is pending, and starts when one opens. The instance keeps its
    name, and takes along what faults have done to it: whom a `kill` keeps dead starts, on its new
    node, when that is over. Whoever is dead already moves too.

    Source: Kubernetes, "API-initiated Eviction".

    Args:
        members: the instances of every service.
        workloads: of the services that have one.
        budgets: the disruption budgets of the services that have one.
    """

    def __init__(
        self,
        kernel: Kernel,
        placement: Placement,
        members: Mapping[str, Sequence[Instance]],
        lifecycle: Lifecycle,
        callers: Mapping[str, Sequence[Route]],
        deaths: list[Death],
        events: EventLog,
        workloads: Mapping[str, Workload],
        budgets: Mapping[str, DisruptionBudget],
    ) -> None:
        self.kernel = kernel
        self.placement = placement
        self.members = members
        self.instances = {each.name: each for all_ in members.values() for each in all_}
        self.lifecycle = lifecycle
        self.callers = callers
        self.deaths = deaths
        self.events = events
        self.workloads = workloads
        self.budgets = budgets

    def note(self, instance: str, what: str) -> None:
        """Have it noted what becomes of an instance."""
        self.events.note(self.kernel.now, "platform", instance, what)

    def leaving(self, name: str, service: str) -> bool:
        """Whether an instance is on its way from its node already."""
        workload = self.workloads.get(service)
        if workload is None:
            return name in self.placement.evicted
        return not workload.of(self.instances[name]).exists

    # Disruption budgets.

    def well(self, name: str, service: str) -> bool:
        """Whether an instance is up, ready, and not on its way out."""
        instance = self.instances[name]
        if not instance.up or self.leaving(name, service):
            return False
        workload = self.workloads.get(service)
        return workload is None or workload.of(instance).ready

    def healthy(self, service: str) -> int:
        """How many instances of a service are well."""
        return sum(self.well(each.name, service) for each in self.members[service])

    def expected(self, service: str) -> int:
        """How many there should be."""
        workload = self.workloads.get(service)
        return len(self.members[service]) if workload is None else workload.wanted

    def allowed(self, service: str) -> int | None:
        """How many healthy instances of a service may be evicted now; None for any number."""
        budget = self.budgets.get(service)
        if budget is None:
            return None
        return budget.allowed(self.healthy(service), self.expected(service))

    def may_evict(self, name: str, service: str) -> bool:
        """Whether its disruption budget allows that an instance is evicted now."""
        budget = self.budgets.get(service)
        if budget is None:
            return True
        well = self.well(name, service)
        return budget.allows(self.healthy(service), self.expected(service), well)

    # Evictions.

    def evict(self, name: str, service: str, pace: Pace) -> None:
        """Take an instance off its node, whatever its budget says; `pace` if it has no workload."""
        self.note(name, f"evicted from {self.placement.standing[name].name}")
        workload = self.workloads.get(service)
        if workload is None:
            Move(self, name, service, pace).begin()
        else:
            workload.stop(workload.of(self.instances[name]))
            workload.settle()

    def judge(self, node: Node, ready: bool) -> None:
        """Whoever stands on a node and has a workload is ready or not, as the node is.

        That is so of a process, too, that something else keeps dead, as of any that dies while its
        node is well: it is asked again when it starts.
        """
        for name, service in list(node.instances.items()):
            workload = self.workloads.get(service)
            if workload is None or (ready and workload.probes is not None):
                continue
            workload.set_ready(workload.of(self.instances[name]), ready)

    def evict_all(self, node: Node) -> None:
        """Take everybody off a node that is down, and let them go whoever keeps them dead there."""
        for name, service in list(node.instances.items()):
            if not self.leaving(name, service):
                self.evict(name, service, AT_ONCE)
            for outage in self.placement.outages:
                outage.let_go(self.instances[name])


class Move(Event):
    """One instance on its way from its node to another; it fires when the next step is due."""

    def __init__(self, evictor: Evictor, name: str, service: str, pace: Pace) -> None:
        super().__init__()
        self.evictor = evictor
        self.name = name
        self.service = service
        self.pace = pace
        self.instance = evictor.instances[name]
        self.began = evictor.kernel.now
        self.gone = False
        self.waiting = False

    def begin(self) -> None:
        """Ask the instance to stop."""
        evictor, instance = self.evictor, self.instance
        evictor.placement.evicted.add(self.name)
        # From now on: if it dies before its time, it does not start here again.
        instance.kept_down += 1
        if instance.up and self.pace.grace > 0.0:
            evictor.lifecycle.stopping(instance)
            evictor.kernel.schedule(self, self.pace.grace)
        else:
            self.fire()

    def fire(self) -> None:
        if self.waiting:
            self.arrive(self.evictor.placement.standing[self.name])
            return
        if not self.gone:
            self.leave()
            left = self.began + self.pace.start - self.evictor.kernel.now
            if left > 0.0:
                self.evictor.kernel.schedule(self, left)
                return
        self.seek()

    def leave(self) -> None:
        """The process ends."""
        evictor = self.evictor
        self.gone = True
        evictor.placement.remove(self.name)
        if self.instance.up:
            now = evictor.kernel.now
            end(self.instance, now, evictor.lifecycle, evictor.callers, evictor.deaths)
        evictor.placement.opened()

    def seek(self) -> None:
        """The instance starts on another node, or waits for one that takes it."""
        placement = self.evictor.placement
        node = placement.place(self.name, self.service)
        if node is not None:
            self.arrive(node)
            return
        self.waiting = True
        placement.wait(self.name, self.service, self)
        self.evictor.note(self.name, "pending: no node takes it")

    def arrive(self, node: Node) -> None:
        """A node has taken it."""
        evictor, instance = self.evictor, self.instance
        evictor.placement.evicted.remove(self.name)
        evictor.note(self.name, f"placed on {node.name}")
        self.move_to(node.zone)
        instance.kept_down -= 1
        if instance.kept_down == 0:
            instance.restart()
            evictor.lifecycle.restarted(instance)

    def move_to(self, zone: str) -> None:
        """The instance stands in a zone, and its callers' balancers know."""
        instance = self.instance
        if zone == instance.zone:
            return
        instance.stand_in(zone)
        for route in self.evictor.callers[self.name]:
            route.moved(instance, self.evictor.kernel.now)
