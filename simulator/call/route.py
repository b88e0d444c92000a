"""One caller instance's way to the instances of one service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.balancing.balancer import Balancer

if TYPE_CHECKING:
    from simulator.service.instance import Instance


class Route:
    """The instances that a caller knows of a service, and its balancer over them."""

    __slots__ = ("balancer", "instances")

    def __init__(self, instances: list[Instance], balancer: Balancer) -> None:
        self.instances = instances
        self.balancer = balancer

    def pick(self) -> Instance | None:
        """The instance for the next attempt; None if none is known."""
        instances = self.instances
        known = len(instances)
        if known == 1:
            return instances[0]
        return instances[self.balancer.pick(known)] if known else None
