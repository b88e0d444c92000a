"""What the nodes that may take an instance are chosen by."""

from __future__ import annotations

from mypy_extensions import mypyc_attr

from simulator.platform.node import Node
from simulator.platform.room import Request

Rank = tuple[float, float, float]
"""The least comes first; of equals the first node."""


@mypyc_attr(allow_interpreted_subclasses=True)
class Strategy:
    """The scoring of a scheduler."""

    def rank(self, node: Node, service: str, request: Request) -> Rank:
        """How well a node suits an instance of a service that fits there: the least is the best."""
        raise NotImplementedError
