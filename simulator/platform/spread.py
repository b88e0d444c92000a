"""Placing instances far apart."""

from __future__ import annotations

from simulator.platform.node import Node
from simulator.platform.room import Request
from simulator.platform.strategy import Rank, Strategy


class Spread(Strategy):
    """The node with the fewest of the service; of these the emptiest.

    In the real world: the default of Kubernetes' scheduler. A topology spread constraint over nodes
    (`topologyKey: kubernetes.io/hostname`) keeps the instances of a service apart, and
    LeastAllocated prefers the nodes of which the least is asked for. Few instances fall with one
    node, and each has air around it.

    Here: one after the other: the count of the service first, then the share of cores and memory
    that is asked for, then the count in all. Nodes without a size are told apart by counts alone.

    Left out: that Kubernetes adds weighted scores up, and spreads over zones as well.

    Source: Kubernetes, "Pod Topology Spread Constraints"; scheduler configuration,
    NodeResourcesFit, `LeastAllocated`.
    """

    def rank(self, node: Node, service: str, request: Request) -> Rank:
        return float(node.count_of(service)), node.allocated(request), float(len(node.instances))
