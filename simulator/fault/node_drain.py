"""Emptying a node."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.fault.fault import Fault, Schedule
from simulator.kernel.event import Event
from simulator.kernel.kernel import Kernel
from simulator.platform.eviction import Evictor, Pace
from simulator.platform.node import Node

RETRY = 5.0
"""Seconds after which `kubectl drain` asks again to evict what it was not allowed to."""


class NodeDrain(Fault):
    """Drains a node: nobody is placed there any more, and its instances move to other nodes.

    In the real world: `kubectl drain` before maintenance, an upgrade of the nodes, an autoscaler
    that takes one back, a spot instance that is reclaimed. Planned, and yet many instances stop at
    once, start cold and crowd on the nodes that are left.

    Here: the node is cordoned, and each instance on it is evicted: asked to stop (SIGTERM), it
    deregisters, serves on for the grace period and ends. It starts, empty, on another node: after
    the start time, counted from its eviction, but not before it has ended; which node it is is
    decided then. Where the disruption budget of its service does not allow that for now, it is tried
    again every 5 s. Who finds no node is pending, and starts when one opens: at the latest at the
    end of the fault, when the drained one is uncordoned. Nothing moves back. Evictions that are
    under way at the end go on; those to come are off.

    The instance keeps its name, and takes along what other faults have done to it: whom a `kill`
    keeps dead starts, on its new node, when that is over. Whoever is dead already moves too. An
    instance whose service is autoscaled, probed or deployed is stopped and replaced as that service
    says, by `startup` and `shutdown`; `grace` and `start` are for the others.

    Left out: processes that are through before their grace period is over, and a successor that is
    up while the old one still ends, but for such services. A caller that has moved goes on choosing
    as in the zone where it stood at first.

    Source: Kubernetes, "Safely Drain a Node", "API-initiated Eviction"; kubectl drain (again after
    5 s); the default grace period of 30 s is `terminationGracePeriodSeconds`.

    Args:
        between: how long after one instance the next is asked, in seconds; with 0 all are at once.
    """

    announced = True

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        schedule: Schedule,
        node: Node,
        pace: Pace,
        between: float,
        evictor: Evictor,
    ) -> None:
        super().__init__(kernel, name, "node_drain", schedule)
        self.node = node
        self.pace = pace
        self.between = between
        self.evictor = evictor
        self.turns: list[Turn] = []

    def begin(self) -> Sequence[str]:
        self.node.cordons += 1
        here = {
            name: service
            for name, service in self.node.instances.items()
            if not self.evictor.leaving(name, service)
        }
        for number, (name, service) in enumerate(here.items()):
            turn = Turn(self, name, service)
            self.turns.append(turn)
            if number == 0 or self.between == 0.0:
                turn.fire()
            else:
                self.kernel.schedule(turn, number * self.between)
        return list(here)

    def undo(self) -> None:
        for turn in self.turns:
            self.kernel.cancel(turn)
        self.turns.clear()
        self.node.cordons -= 1
        self.evictor.placement.opened()


class Turn(Event):
    """The moment at which an instance is evicted, if its budget allows it, and else tried again."""

    def __init__(self, drain: NodeDrain, name: str, service: str) -> None:
        super().__init__()
        self.drain = drain
        self.name = name
        self.service = service
        self.refused = False

    def fire(self) -> None:
        evictor = self.drain.evictor
        # Somebody else may have been first.
        standing = evictor.placement.standing.get(self.name) is self.drain.node
        if not standing or evictor.leaving(self.name, self.service):
            return
        if evictor.may_evict(self.name, self.service):
            evictor.evict(self.name, self.service, self.drain.pace)
            return
        if not self.refused:
            self.refused = True
            budget = f"the disruption budget of {self.service} does not allow it"
            evictor.note(self.name, f"not evicted from {self.drain.node.name}: {budget}")
        self.drain.kernel.schedule(self, RETRY)
