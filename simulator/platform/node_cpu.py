"""The cores of a node, shared by the instances that stand on it."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Final

from simulator.platform.placement import Placement
from simulator.service.processor import CoreShare, Processor

LEAST_WEIGHT: Final = 2 / 1024
"""The weight of an instance that requests no CPU, in cores."""


class NodeCpu:
    """The cores of one node.

    In the real world: each container is a control group with a weight that follows its CPU request.
    As long as cores are free anybody may use them, far beyond the request. When the node is short of
    them, the kernel's fair scheduler gives each group a part in proportion to its weight, and what
    one does not use is for the others. A request is what an instance gets in the worst case; one
    that requests nothing gets next to nothing when others compute.

    Here: weighted max-min fairness over whole cores, in the limit of short time slices. An instance
    that wants less than its part gets what it wants, and the rest is shared by the others.
    Instances that stand still by their CPU limit want nothing.

    Left out: the groups of quality of service between the node and its containers; that a weight
    counts on each core by itself, between the threads that happen to run there; caches, memory
    bandwidth and hyper-threads that are shared too; what the system itself needs.

    Source: Linux, Documentation/admin-guide/cgroup-v2.rst (`cpu.weight`); Kubernetes, "Resource
    Management for Pods and Containers" (`cpu.shares` = 1024 x request, at least 2); Bertsekas and
    Gallager, Data Networks (1992), section 6.5.2.

    Attributes:
        computing: whoever wants any cores now.
        short: whether they want more than there are.
    """

    __slots__ = ("computing", "cores", "short")

    def __init__(self, cores: float) -> None:
        self.cores = cores
        self.computing: dict[NodeShare, None] = {}
        self.short = False

    def settle(self, asking: NodeShare) -> None:
        """Give each its part, now that one of them wants something else."""
        wanted = 0.0
        for each in self.computing:
            wanted += each.wanted
        short = wanted > self.cores
        if not short and not self.short:
            return
        self.short = short
        level = self.level() if short else inf
        changed: list[NodeShare] = []
        for each in self.computing:
            part = each.weight * level
            if part >= each.wanted:
                part = inf
            if part != each.part:
                each.part = part
                if each is not asking:
                    changed.append(each)
        for each in changed:
            each.processor.renew()

    def level(self) -> float:
        """Cores for each unit of weight, for those who get less than they want."""
        left = self.cores
        weight = 0.0
        for each in self.computing:
            weight += each.weight
        for each in sorted(self.computing, key=_thirst):
            if each.wanted * weight > each.weight * left:
                return left / weight
            left -= each.wanted
            weight -= each.weight
        # Only rounding gets here: there is enough for all.
        return inf


class NodeShare(CoreShare):
    """What one instance may use of the cores of the node that it stands on.

    Args:
        nodes: those with a number of cores, by name.
        weight: its CPU request, in cores.
    """

    def __init__(
        self,
        processor: Processor,
        instance: str,
        placement: Placement,
        nodes: Mapping[str, NodeCpu],
        weight: float,
    ) -> None:
        self.processor = processor
        self.instance = instance
        self.placement = placement
        self.nodes = nodes
        self.weight = max(LEAST_WEIGHT, weight)
        self.node: NodeCpu | None = None
        self.wanted = 0.0
        self.part = inf

    def wants(self, cores: float) -> float:
        if cores == self.wanted:
            return self.part
        if self.wanted == 0.0:
            # It may have moved since it last computed.
            stands = self.placement.standing.get(self.instance)
            self.node = None if stands is None else self.nodes.get(stands.name)
        self.wanted = cores
        node = self.node
        if node is None:
            return inf
        if cores == 0.0:
            node.computing.pop(self, None)
            self.part = inf
        else:
            node.computing[self] = None
        node.settle(self)
        return self.part

    def request(self, cores: float) -> None:
        """It requests so many cores from now on."""
        self.weight = max(LEAST_WEIGHT, cores)
        if self.node is not None and self.wanted > 0.0:
            self.node.settle(self)
            self.processor.renew()


def cpus_of(placement: Placement) -> dict[str, NodeCpu]:
    """The cores of those nodes that have a number of them, by the node's name."""
    return {
        each.name: NodeCpu(each.kind.cpu / 1000.0)
        for each in placement.nodes
        if each.kind.cpu is not None
    }


def _thirst(share: NodeShare) -> float:
    """Who is satisfied first as the level rises."""
    return share.wanted / share.weight
