"""Placing instances close together."""

from __future__ import annotations

from simulator.platform.node import Node
from simulator.platform.room import Request
from simulator.platform.strategy import Rank, Strategy


class Pack(Strategy):
    """The fullest node that has room.

    In the real world: the strategy MostAllocated of Kubernetes' scheduler, bin packing. Few nodes
    are needed, and those that stay empty can be given back; but more falls with each.

    Here: the node of which the greatest share is asked for, cores and memory alike, if the instance
    is on it; of these the one with the most instances.

    Source: Kubernetes, "Resource Bin Packing"; scheduler configuration, NodeResourcesFit,
    `MostAllocated`; GKE, autoscaling profile `optimize-utilization`.
    """

    def rank(self, node: Node, service: str, request: Request) -> Rank:
        return -node.allocated(request), -float(len(node.instances)), 0.0
