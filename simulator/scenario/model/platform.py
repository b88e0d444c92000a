"""What services run on: nodes, in zones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from simulator.scenario.model.base import Model, Name, whole


class NodePool(Model):
    """Nodes that are alike, as a node pool of GKE or a node group of EKS."""

    count: Annotated[int, whole(1, 10_000)] = Field(
        description="How many: they are named after the pool, `general-1` and so on."
    )
    zones: Annotated[tuple[Name, ...], Field(strict=False)] = Field(
        (), description="Where they are: the first in the first zone, and so on round."
    )

    def zone_of(self, number: int) -> str:
        """Where node `number` (from 0) is; "" for nowhere in particular."""
        return self.zones[number % len(self.zones)] if self.zones else ""


class Platform(Model):
    """The machines under the services."""

    nodes: dict[Name, NodePool] = Field(
        min_length=1, description="The nodes, by the name of their pool."
    )

    def places(self) -> Iterator[tuple[str, str]]:
        """Every node with its zone, pool by pool."""
        for pool, model in self.nodes.items():
            for number in range(model.count):
                yield f"{pool}-{number + 1}", model.zone_of(number)
