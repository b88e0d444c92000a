"""From the platform of a scenario to who stands where at the start."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from simulator.platform.node import Node
from simulator.platform.pack import Pack
from simulator.platform.placement import Demand, Placement
from simulator.platform.room import Request, millicores
from simulator.platform.spread import Spread
from simulator.platform.strategy import Strategy
from simulator.scenario.model.platform import Platform
from simulator.scenario.model.scenario import Scenario
from simulator.scenario.model.service import Service


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an instance is at the start: its zone ("" for nowhere in particular) and node, if any."""

    instance: str
    service: str
    zone: str
    node: str | None


STRATEGIES: dict[str, Strategy] = {"spread": Spread(), "pack": Pack()}


def placement_of(scenario: Scenario) -> Placement | None:
    """The nodes of a scenario with the instances on them; None where there are no nodes.

    An instance that no node may take stands nowhere.
    """
    platform = scenario.platform
    if platform is None:
        return None
    demands = {name: demand_of(platform, model) for name, model in scenario.services.items()}
    placement = Placement(nodes_of(platform), demands)
    for service, model in scenario.services.items():
        if model.on_nodes:
            placement.fill(instances_of(service, model), service)
    return placement


def nodes_of(platform: Platform) -> list[Node]:
    """Every node that there may ever be, pool by pool; those that may be added are absent."""
    nodes = []
    for pool, model in platform.nodes.items():
        kind = model.kind(pool)
        for number in range(model.most):
            node = Node(f"{pool}-{number + 1}", model.zone_of(number), kind)
            if number >= model.count:
                node.present = False
                node.since = inf
            nodes.append(node)
    return nodes


def demand_of(platform: Platform, service: Service) -> Demand:
    """What the instances of a service ask of their node."""
    request = Request(millicores(service.requested_cpu), service.requested_memory)
    strategy = STRATEGIES[service.placement or platform.placement]
    return Demand(request, service.zones, service.anti_affinity or "", strategy)


def instances_of(service: str, model: Service) -> list[str]:
    """The names of a service's instances."""
    return [f"{service}-{number + 1}" for number in range(model.replicas)]


def standings(scenario: Scenario) -> Iterator[Standing]:
    """Where every instance is."""
    placement = placement_of(scenario)
    for service, model in scenario.services.items():
        for number, instance in enumerate(instances_of(service, model)):
            zone, name = zone_of(model, number), None
            if placement is not None and instance in placement.standing:
                node = placement.standing[instance]
                zone, name = node.zone, node.name
            yield Standing(instance, service, zone, name)


def zone_of(service: Service, number: int) -> str:
    """Where replica `number` is, if nodes do not decide it."""
    return service.zones[number % len(service.zones)] if service.zones else ""
