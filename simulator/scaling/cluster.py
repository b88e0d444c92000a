"""The arithmetic of a cluster autoscaler: how many nodes are needed, and which are not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from simulator.platform.node import Node
from simulator.platform.placement import Placement
from simulator.platform.room import NodeKind, Request


@dataclass(frozen=True, slots=True)
class Waiting:
    """An instance without a node."""

    instance: str
    service: str


@dataclass(frozen=True, slots=True)
class Expansion:
    """More nodes of one pool, and whom they would take.

    Attributes:
        kind: what each of the nodes has.
        nodes: those that would be added.
        helped: what the instances ask for that would stand on them.
    """

    kind: NodeKind
    nodes: tuple[Node, ...]
    helped: tuple[Request, ...]

    @property
    def waste(self) -> float:
        """The shares of the cores and of the memory of the new nodes that nobody asks for, added up."""
        return _idle(self.kind.cpu, len(self.nodes), sum(each.cpu for each in self.helped)) + _idle(
            self.kind.memory, len(self.nodes), sum(each.memory for each in self.helped)
        )


def _idle(size: int | None, count: int, asked: int) -> float:
    return 0.0 if size is None else (size * count - asked) / (size * count)


def sketch_of(placement: Placement) -> Placement:
    """The nodes as they are, to try things out on."""
    return Placement([_copy(each) for each in placement.nodes], placement.demands)


def _copy(node: Node) -> Node:
    copy = Node(node.name, node.zone, node.kind)
    copy.instances = dict(node.instances)
    copy.requests = dict(node.requests)
    copy.counts = dict(node.counts)
    copy.cpu, copy.memory = node.cpu, node.memory
    copy.cordons, copy.failures, copy.present = node.cordons, node.failures, node.present
    return copy


def left_over(
    waiting: Iterable[Waiting], nodes: Sequence[Node], sketch: Placement
) -> list[Waiting]:
    """Those that do not fit on some nodes, each tried in turn; the others stand there afterwards."""
    left = []
    for each in waiting:
        demand = sketch.demand_of(each.service)
        for node in nodes:
            if sketch.may_take(node, each.service, demand):
                sketch.put(each.instance, each.service, node, demand.request)
                break
        else:
            left.append(each)
    return left


def estimate(
    waiting: Sequence[Waiting], spare: Sequence[Node], kind: NodeKind, sketch: Placement
) -> Expansion:
    """How many more nodes of one kind those that wait need: first fit decreasing.

    In the real world: the cluster autoscaler sorts the pods by the sum of the shares of a node's
    cores and memory that they ask for, the largest first, and puts each on the first of the new
    nodes that takes it, or else on one more. That needs at most 11/9 of the fewest nodes, and 6/9 of
    one, where one size is scarce. Pods that no such node takes, or for which the pool has no more
    nodes, are left.

    Source: kubernetes/autoscaler, cluster-autoscaler/estimator (BinpackingNodeEstimator).

    Args:
        waiting: whoever has no node.
        spare: the nodes that may be added, in the order in which they would be; of the `sketch`.
        kind: what each of them has.
        sketch: all nodes, to try things out on.
    """

    def size(each: Waiting) -> float:
        request = sketch.demand_of(each.service).request
        cpu = request.cpu / kind.cpu if kind.cpu else 0.0
        return cpu + (request.memory / kind.memory if kind.memory else 0.0)

    opened: list[Node] = []
    helped: list[Request] = []
    for each in sorted(waiting, key=size, reverse=True):
        demand = sketch.demand_of(each.service)
        fresh = (node for node in spare if node not in opened)
        for node in (*opened, *fresh):
            if sketch.may_take(node, each.service, demand):
                sketch.put(each.instance, each.service, node, demand.request)
                helped.append(demand.request)
                if node not in opened:
                    opened.append(node)
                break
    return Expansion(kind, tuple(opened), tuple(helped))


def least_waste(options: Sequence[Expansion]) -> list[Expansion]:
    """Those of several that would waste least; more than one if they are alike.

    Source: kubernetes/autoscaler, cluster-autoscaler/expander/waste.
    """
    least = min(each.waste for each in options)
    return [each for each in options if each.waste == least]


def removable(
    candidates: Sequence[Node], sketch: Placement, allowed: Callable[[str], int | None]
) -> list[Node]:
    """Which of some nodes could be taken away together: whoever stands there fits elsewhere.

    In the real world: the cluster autoscaler tries out one node after the other, and remembers where
    their pods went; those of the next must fit beside them. A node with a pod whose disruption
    budget allows no eviction stays.

    Source: kubernetes/autoscaler, FAQ, "How does scale-down work?"; core/scaledown/planner.

    Args:
        candidates: in the order in which they are tried; of the `sketch`.
        sketch: all nodes, to try things out on.
        allowed: how many instances of a service may be evicted now; None for any number.
    """
    gone: list[Node] = []
    for node in candidates:
        if any(allowed(service) == 0 for service in node.instances.values()):
            continue
        moved: list[tuple[str, Node]] = []
        others = [each for each in sketch.nodes if each.open and each not in gone]
        for instance, service in list(node.instances.items()):
            request = node.requests[instance]
            node.release(instance)
            moved.append((instance, node))
            demand = sketch.demand_of(service)
            for other in others:
                if other is not node and sketch.may_take(other, service, demand):
                    other.take(instance, service, request)
                    moved[-1] = (instance, other)
                    break
            else:
                _put_back(node, moved, service, request)
                break
        else:
            gone.append(node)
    return gone


def _put_back(
    node: Node, moved: Sequence[tuple[str, Node]], service: str, request: Request
) -> None:
    """The last one has found no place: all return to where they were."""
    last, _ = moved[-1]
    for instance, other in moved[:-1]:
        own, asked = other.instances[instance], other.requests[instance]
        other.release(instance)
        node.take(instance, own, asked)
    node.take(last, service, request)


class Unneeded:
    """Since when which nodes have been unneeded, without a break.

    Attributes:
        since: in seconds, by the name of the node.
    """

    def __init__(self) -> None:
        self.since: dict[str, float] = {}

    def update(self, names: Iterable[str], now: float) -> None:
        """These are unneeded now, and no others."""
        self.since = {name: self.since.get(name, now) for name in names}

    def ripe(self, now: float, patience: Mapping[str, float]) -> list[str]:
        """Those that have been for as long as it takes, each by its own patience in seconds."""
        return [name for name, since in self.since.items() if now - since >= patience[name]]
