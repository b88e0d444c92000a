"""What services run on: nodes, in zones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from simulator.platform.room import NodeKind, millicores
from simulator.scenario.model.base import (
    Duration,
    Mistake,
    Model,
    Name,
    PositiveDuration,
    Share,
    Size,
    number,
    whole,
)
from simulator.scenario.model.resources import Cores

MOST_NODES = 10_000

PlacementName = Literal["spread", "pack"]


class PoolAutoscaling(Model):
    """Between how many nodes the cluster autoscaler may choose, and when it takes one away."""

    min: Annotated[int, whole(0, MOST_NODES)] = Field(1, description="The fewest nodes.")
    max: Annotated[int, whole(1, MOST_NODES)] = Field(description="The most nodes.")
    provision: Duration = Field(
        90.0, description="How long a node takes from the wish for it to the first instance on it."
    )
    scale_down_unneeded: Duration = Field(
        600.0, description="How long a node must have been unneeded before it is taken away."
    )
    scale_down_utilization: Share = Field(
        0.5,
        description="A node of which less is asked for, of cores and of memory, may be unneeded.",
    )

    def rules(self) -> Iterator[Mistake]:
        if self.max < self.min:
            yield Mistake(f"expected `min`, {self.min}, or more", ("max",))


class NodePool(Model):
    """Nodes that are alike, as a node pool of GKE or a node group of EKS."""

    count: Annotated[int, whole(0, MOST_NODES)] = Field(
        description="How many, at the start: they are named after the pool, `general-1` and so on."
    )
    zones: Annotated[tuple[Name, ...], Field(strict=False)] = Field(
        (), description="Where they are: the first in the first zone, and so on round."
    )
    cores: Cores | None = Field(
        None, description="Cores that instances may ask for; left out: room for any number."
    )
    memory: Size | None = Field(
        None, description="Memory that instances may ask for; left out: room for any number."
    )
    price: Annotated[float, number(most=1e6)] = Field(
        0.0, description="What one node costs in an hour, in any currency."
    )
    autoscaling: PoolAutoscaling | None = Field(
        None, description="Nodes are added and taken away; left out: there are always `count`."
    )

    def rules(self) -> Iterator[Mistake]:
        bounds = self.autoscaling
        if bounds is None:
            if self.count == 0:
                message = "expected a whole number of at least 1, or `autoscaling` that adds nodes"
                yield Mistake(message, ("count",))
        elif not bounds.min <= self.count <= bounds.max:
            message = f"expected {bounds.min} to {bounds.max} nodes, as `autoscaling` says"
            yield Mistake(message, ("count",))

    @property
    def most(self) -> int:
        """How many there may ever be."""
        return self.count if self.autoscaling is None else self.autoscaling.max

    def zone_of(self, number: int) -> str:
        """Where node `number` (from 0) is; "" for nowhere in particular."""
        return self.zones[number % len(self.zones)] if self.zones else ""

    def kind(self, pool: str) -> NodeKind:
        """What each of them has."""
        cpu = None if self.cores is None else millicores(self.cores)
        return NodeKind(pool, cpu, self.memory, self.price)


class ClusterAutoscaler(Model):
    """How the pools with `autoscaling` are looked after; the flags of the cluster autoscaler."""

    scan: PositiveDuration = Field(
        10.0, description="How often it looks for instances without a node, and nodes without use."
    )
    expander: Literal["least_waste", "random"] = Field(
        "least_waste", description="Which of several pools that would do gets more nodes."
    )
    scale_down_delay_after_add: Duration = Field(
        600.0, description="How long after nodes were added none is taken away."
    )
    scale_down_delay_after_failure: Duration = Field(
        180.0, description="How long after a node could not be emptied none is taken away."
    )


class Platform(Model):
    """The machines under the services."""

    nodes: dict[Name, NodePool] = Field(
        min_length=1, description="The nodes, by the name of their pool."
    )
    placement: PlacementName = Field(
        "spread",
        description="Which node an instance is placed on, unless its service says otherwise: "
        "`spread`, where fewest of its service are; `pack`, where least is free.",
    )
    unreachable_after: Duration = Field(
        40.0, description="How long a node must be down before the platform knows of it."
    )
    eviction_after: Duration | None = Field(
        300.0,
        description="How long after that its instances are started elsewhere; `null`: never.",
    )
    autoscaler: ClusterAutoscaler = Field(
        default_factory=ClusterAutoscaler,
        description="How the pools with `autoscaling` are looked after.",
    )

    def rules(self) -> Iterator[Mistake]:
        if "autoscaler" in self.model_fields_set and not self.autoscaled:
            yield Mistake("no pool of nodes has `autoscaling`", ("autoscaler",))

    @property
    def autoscaled(self) -> bool:
        """Whether nodes are added and taken away."""
        return any(each.autoscaling is not None for each in self.nodes.values())

    def places(self) -> Iterator[tuple[str, str]]:
        """Every node that there may ever be with its zone, pool by pool."""
        for pool, model in self.nodes.items():
            for turn in range(model.most):
                yield f"{pool}-{turn + 1}", model.zone_of(turn)
