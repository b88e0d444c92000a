"""Emptying a node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulator.call.route import Route
from simulator.fault.dying import end
from simulator.fault.fault import Fault, Schedule
from simulator.kernel.event import Event
from simulator.kernel.kernel import Kernel
from simulator.observe.deaths import Death
from simulator.platform.node import Node
from simulator.platform.placement import Placement
from simulator.service.instance import Instance
from simulator.service.lifecycle import Lifecycle


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a node is drained, in seconds.

    Attributes:
        grace: how long an instance goes on after it was asked to stop.
        start: how long after that its successor can be up, if a node takes it.
        between: how long after one instance the next is asked; with 0 all are at once.
    """

    grace: float
    start: float
    between: float


class NodeDrain(Fault):
    """Drains a node: nobody is placed there any more, and its instances move to other nodes.

    In the real world: `kubectl drain` before maintenance, an upgrade of the nodes, an autoscaler
    that takes one back, a spot instance that is reclaimed. Planned, and yet many instances stop at
    once, start cold and crowd on the nodes that are left.

    Here: the node is cordoned, and each instance on it is evicted: asked to stop (SIGTERM), it
    deregisters, serves on for the grace period and ends. It starts, empty, on another node: after
    the start time, counted from its eviction, but not before it has ended; which node it is is
    decided then. Who finds none is pending, and starts when one opens: at the latest at the end of
    the fault, when the drained one is uncordoned. Nothing moves back. Evictions that are under way
    at the end go on; those to come are off.

    The instance keeps its name, and takes along what other faults have done to it: whom a `kill`
    keeps dead starts, on its new node, when that is over. Whoever is dead already moves too.

    Left out: disruption budgets (`between` comes near one); processes that are through before
    their grace period is over; and a successor that is up while the old one still ends. A caller
    that has moved goes on choosing as in the zone where it stood at first.

    Source: Kubernetes, "Safely Drain a Node", "API-initiated Eviction"; kubectl drain; the default
    grace period of 30 s is `terminationGracePeriodSeconds`.

    Args:
        instances: all there are, by name.
    """

    announced = True

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        schedule: Schedule,
        node: Node,
        pace: Pace,
        placement: Placement,
        instances: Mapping[str, Instance],
        lifecycle: Lifecycle,
        callers: Mapping[str, Sequence[Route]],
        deaths: list[Death],
    ) -> None:
        super().__init__(kernel, name, "node_drain", schedule)
        self.node = node
        self.pace = pace
        self.placement = placement
        self.instances = instances
        self.lifecycle = lifecycle
        self.callers = callers
        self.deaths = deaths
        self.turns: list[Turn] = []

    def begin(self) -> Sequence[str]:
        self.node.cordons += 1
        here = [each for each in self.node.instances if each not in self.placement.evicted]
        for number, name in enumerate(here):
            turn = Turn(self, name)
            if number == 0 or self.pace.between == 0.0:
                turn.fire()
            else:
                self.turns.append(turn)
                self.kernel.schedule(turn, number * self.pace.between)
        return here

    def undo(self) -> None:
        for turn in self.turns:
            turn.off = True
        self.turns.clear()
        self.node.cordons -= 1
        self.placement.opened()

    def note(self, instance: str, what: str) -> None:
        """Have it noted what becomes of an instance."""
        if self.events is not None:
            self.events.note(self.kernel.now, "platform", instance, what)


class Turn(Event):
    """The moment at which an instance is evicted, unless that is off."""

    def __init__(self, drain: NodeDrain, name: str) -> None:
        super().__init__()
        self.drain = drain
        self.name = name
        self.off = False

    def fire(self) -> None:
        placement = self.drain.placement
        # Another drain of the node may have been first.
        standing = placement.standing.get(self.name) is self.drain.node
        if not self.off and standing and self.name not in placement.evicted:
            Eviction(self.drain, self.name).begin()


class Eviction(Event):
    """One instance on its way from its node to another; it fires when the next step is due."""

    def __init__(self, drain: NodeDrain, name: str) -> None:
        super().__init__()
        self.drain = drain
        self.name = name
        self.instance = drain.instances[name]
        self.service = drain.node.instances[name]
        self.began = drain.kernel.now
        self.gone = False

    def begin(self) -> None:
        """Ask the instance to stop."""
        drain, instance = self.drain, self.instance
        drain.placement.evicted.add(self.name)
        # From now on: if it dies before its time, it does not start here again.
        instance.kept_down += 1
        drain.note(self.name, f"evicted from {drain.node.name}")
        if instance.up and drain.pace.grace > 0.0:
            drain.lifecycle.stopping(instance)
            drain.kernel.schedule(self, drain.pace.grace)
        else:
            self.fire()

    def fire(self) -> None:
        if not self.gone:
            self.leave()
            left = self.began + self.drain.pace.start - self.drain.kernel.now
            if left > 0.0:
                self.drain.kernel.schedule(self, left)
                return
        self.arrive()

    def leave(self) -> None:
        """The process ends."""
        drain = self.drain
        self.gone = True
        drain.placement.remove(self.name)
        if self.instance.up:
            end(self.instance, drain.kernel.now, drain.lifecycle, drain.callers, drain.deaths)

    def arrive(self) -> None:
        """The instance starts on another node, or waits for one that takes it."""
        drain, instance = self.drain, self.instance
        node = drain.placement.place(self.name, self.service)
        if node is None:
            drain.placement.pending.append(self)
            drain.note(self.name, "pending: no node may take it")
            return
        drain.placement.evicted.remove(self.name)
        drain.note(self.name, f"placed on {node.name}")
        self.move_to(node.zone)
        instance.kept_down -= 1
        if instance.kept_down == 0:
            instance.restart()
            drain.lifecycle.restarted(instance)

    def move_to(self, zone: str) -> None:
        """The instance stands in a zone, and its callers' balancers know."""
        instance = self.instance
        if zone == instance.zone:
            return
        instance.zone = zone
        for route in self.drain.callers[self.instance.name]:
            found = [each for each in route.members if each.instance is instance]
            for member in found:
                member.zone = zone
            if found:
                route.refresh(self.drain.kernel.now)
