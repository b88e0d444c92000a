"""Which node an instance is placed on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heapreplace
from typing import Protocol

from mypy_extensions import mypyc_attr

from simulator.kernel.event import Event
from simulator.platform.node import Node
from simulator.platform.room import NOTHING, Request
from simulator.platform.spread import Spread
from simulator.platform.strategy import Rank, Strategy
from simulator.service.instance import Instance


@dataclass(frozen=True, slots=True)
class Demand:
    """What the instances of a service ask of the node that they are placed on.

    Attributes:
        request: what must be free there.
        zones: those it may be in; any if there are none.
        apart: "node" or "zone" where no two instances of the service may be on one; "" otherwise.
        strategy: which of those that will do is taken.
    """

    request: Request = NOTHING
    zones: tuple[str, ...] = ()
    apart: str = ""
    strategy: Strategy = field(default_factory=Spread)


@dataclass(frozen=True, slots=True)
class Pending:
    """An instance that no node may take for now; `placed` fires once it stands on one."""

    instance: str
    service: str
    placed: Event


class Keeps(Protocol):
    """Whoever keeps processes dead while their node is down."""

    def keeps(self, instance: Instance) -> bool:
        """Whether it keeps this one dead."""

    def let_go(self, instance: Instance) -> None:
        """It keeps this one dead no more."""


@mypyc_attr(allow_interpreted_subclasses=True)
class NodeListener:
    """Hears of nodes that go down and come up."""

    def went_down(self, node: Node) -> None:
        """A node that was up is down from now on."""

    def came_up(self, node: Node) -> None:
        """A node that was down is up from now on."""


class Placement:
    """Places instances on nodes, one after another.

    In the real world: the scheduler of Kubernetes, which filters nodes and scores those that are
    left. An instance that no node may take is pending, and is looked at again when a node comes or
    room is freed.

    Here: a node may take an instance if it is up and not cordoned, in one of the zones that the
    service keeps to, has room for what the instance asks for, and if that is demanded, has none of
    its kind, in itself or in its zone. Which it is of those is up to the service's strategy. Whoever
    stands somewhere stays there: nothing is balanced anew. Deciding takes no time.

    Left out: priorities and preemption, affinity to other services, taints.

    Source: Kubernetes, "Kubernetes Scheduler", "Assigning Pods to Nodes" (required anti-affinity).

    Args:
        nodes: all there are, and all that may be added.
        demands: what each service asks for; one that is not there takes whatever there is.

    Attributes:
        standing: the node of each instance that has one.
        evicted: the instances that are on their way from one node to another.
        pending: who waits for a node, by instance, in the order of their asking.
        outages: those that are on.
        listeners: whoever hears of nodes.
    """

    def __init__(self, nodes: Sequence[Node], demands: Mapping[str, Demand]) -> None:
        self.nodes = nodes
        self.demands = dict(demands)
        self.standing: dict[str, Node] = {}
        self.evicted: set[str] = set()
        self.pending: dict[str, Pending] = {}
        self.outages: list[Outage] = []
        self.listeners: list[NodeListener] = []
        self.anything = Demand()

    def node(self, name: str) -> Node:
        """The node of a name that there is."""
        return next(each for each in self.nodes if each.name == name)

    def in_zone(self, zone: str) -> list[Node]:
        """The nodes in a zone."""
        return [each for each in self.nodes if each.zone == zone]

    def demand_of(self, service: str) -> Demand:
        """What the instances of a service ask for."""
        return self.demands.get(service, self.anything)

    def may_take(self, node: Node, service: str, demand: Demand) -> bool:
        """Whether a node may take one more instance of a service, if it is open."""
        if demand.zones and node.zone not in demand.zones:
            return False
        if not node.fits(demand.request):
            return False
        if demand.apart == "node":
            return node.count_of(service) == 0
        if demand.apart == "zone":
            return not any(each.zone == node.zone and each.count_of(service) for each in self.nodes)
        return True

    def allowed(self, service: str, demand: Demand) -> list[tuple[Rank, int]]:
        """The nodes that may take an instance of a service: how they rank, and which they are."""
        rank = demand.strategy.rank
        return [
            (rank(node, service, demand.request), number)
            for number, node in enumerate(self.nodes)
            if node.open and self.may_take(node, service, demand)
        ]

    def place(self, instance: str, service: str) -> Node | None:
        """The node that an instance stands on from now on; None if no node may take it."""
        demand = self.demand_of(service)
        found = self.allowed(service, demand)
        if not found:
            return None
        node = self.nodes[min(found)[1]]
        self.put(instance, service, node, demand.request)
        return node

    def fill(self, instances: Sequence[str], service: str) -> list[str]:
        """Place all instances of a service, one after another; those that no node may take are left.

        As by `place`, but in a time that grows with the nodes and the instances, not their product.
        """
        demand = self.demand_of(service)
        found = self.allowed(service, demand)
        heapify(found)
        for turn, instance in enumerate(instances):
            # What has no room for one has none for the next, which asks for the same.
            while found and not self.may_take(self.nodes[found[0][1]], service, demand):
                heappop(found)
            if not found:
                return list(instances[turn:])
            number = found[0][1]
            node = self.nodes[number]
            self.put(instance, service, node, demand.request)
            heapreplace(found, (demand.strategy.rank(node, service, demand.request), number))
        return []

    def put(self, instance: str, service: str, node: Node, request: Request) -> None:
        """Let an instance stand on a node."""
        node.take(instance, service, request)
        self.standing[instance] = node

    def remove(self, instance: str) -> None:
        """An instance stands nowhere from now on; whoever did that says `opened` when it is through."""
        self.standing.pop(instance).release(instance)

    # Waiting for a node.

    def wait(self, instance: str, service: str, placed: Event) -> None:
        """An instance that no node may take is placed when one opens; `placed` fires then."""
        self.pending[instance] = Pending(instance, service, placed)

    def give_up(self, instance: str) -> None:
        """An instance waits no more, if it does."""
        self.pending.pop(instance, None)

    def opened(self) -> None:
        """A node has opened, or room is free: whoever is pending is looked at again, in turn."""
        without: set[str] = set()
        for each in list(self.pending.values()):
            # What one finds no room for, the next of its service does not either; and the start of
            # one may be the end of another's waiting.
            if each.service in without or self.pending.get(each.instance) is not each:
                continue
            if self.place(each.instance, each.service) is None:
                without.add(each.service)
            else:
                del self.pending[each.instance]
                each.placed.fire()


class Outage:
    """Some nodes go down, and come up again.

    Attributes:
        keeper: who keeps the processes on them dead, if anybody does.
    """

    def __init__(self, placement: Placement, nodes: Sequence[Node]) -> None:
        self.placement = placement
        self.nodes = nodes
        self.keeper: Keeps | None = None

    def begin(self) -> None:
        """They are down: nobody is placed on them."""
        self.placement.outages.append(self)
        for node in self.nodes:
            node.failures += 1
            if node.failures == 1:
                for listener in self.placement.listeners:
                    listener.went_down(node)

    def let_go(self, instance: Instance) -> None:
        """An instance is taken off a node that is down: it may start elsewhere."""
        if self.keeper is not None and self.keeper.keeps(instance):
            self.keeper.let_go(instance)

    def end(self) -> None:
        """They are up, if nothing else keeps them down."""
        self.placement.outages.remove(self)
        for node in self.nodes:
            node.failures -= 1
            if node.failures == 0:
                for listener in self.placement.listeners:
                    listener.came_up(node)
        self.placement.opened()
