"""Which node an instance is placed on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import heapify, heapreplace

from simulator.kernel.event import Event
from simulator.platform.node import Node


class Placement:
    """Spreads the instances of each service over the nodes.

    In the real world: the scheduler of Kubernetes, with a topology spread constraint over nodes
    (`topologyKey: kubernetes.io/hostname`).

    Here: an instance goes to the node with the fewest instances of its service, of these to the one
    with the fewest in all, and of these to the first. A service may keep to some zones. Nodes that
    are cordoned or down take nobody; who finds no node is pending, and is placed as soon as one opens.
    Who stands somewhere stays there: nothing is balanced anew.

    Left out: what an instance asks for and a node has.

    Source: Kubernetes, "Pod Topology Spread Constraints".

    Args:
        nodes: all there are.
        zones: for each service, the zones that it keeps to; any for a service that is not there.

    Attributes:
        standing: the node of each instance that has one.
        evicted: the instances that are on their way from one node to another.
        pending: what fires when a node opens, in the order of their asking.
    """

    def __init__(self, nodes: Sequence[Node], zones: Mapping[str, Sequence[str]]) -> None:
        self.nodes = nodes
        self.zones = zones
        self.standing: dict[str, Node] = {}
        self.evicted: set[str] = set()
        self.pending: list[Event] = []

    def node(self, name: str) -> Node:
        """The node of a name that there is."""
        return next(each for each in self.nodes if each.name == name)

    def in_zone(self, zone: str) -> list[Node]:
        """The nodes in a zone."""
        return [each for each in self.nodes if each.zone == zone]

    def allowed(self, service: str) -> list[tuple[int, int, int]]:
        """The nodes that may take an instance of a service, as what they are chosen by.

        That is how many of the service stand there, how many in all, and which node it is.
        """
        zones = self.zones.get(service, ())
        return [
            (node.count_of(service), len(node.instances), number)
            for number, node in enumerate(self.nodes)
            if node.open and (not zones or node.zone in zones)
        ]

    def place(self, instance: str, service: str) -> Node | None:
        """The node that an instance stands on from now on; None if no node may take it."""
        found = self.allowed(service)
        return self.put(instance, service, min(found)[2]) if found else None

    def fill(self, instances: Sequence[str], service: str) -> bool:
        """Place all instances of a service, one after another; False if no node may take them."""
        found = self.allowed(service)
        if not found:
            return False
        heapify(found)
        for instance in instances:
            own, all_, number = found[0]
            self.put(instance, service, number)
            heapreplace(found, (own + 1, all_ + 1, number))
        return True

    def put(self, instance: str, service: str, number: int) -> Node:
        """Let an instance stand on a node."""
        node = self.nodes[number]
        node.instances[instance] = service
        self.standing[instance] = node
        return node

    def remove(self, instance: str) -> None:
        """An instance stands nowhere from now on."""
        del self.standing.pop(instance).instances[instance]

    def opened(self) -> None:
        """A node may have opened: whoever is pending asks again."""
        asking, self.pending = self.pending, []
        for each in asking:
            each.fire()


class Outage:
    """Some nodes go down, and come up again."""

    def __init__(self, placement: Placement, nodes: Sequence[Node]) -> None:
        self.placement = placement
        self.nodes = nodes

    def begin(self) -> None:
        """They are down: nobody is placed on them."""
        for node in self.nodes:
            node.failures += 1

    def end(self) -> None:
        """They are up, if nothing else keeps them down."""
        for node in self.nodes:
            node.failures -= 1
        self.placement.opened()
