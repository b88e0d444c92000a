"""From the platform of a scenario to who stands where at the start."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from simulator.platform.node import Node
from simulator.platform.placement import Placement
from simulator.scenario.model.scenario import Scenario
from simulator.scenario.model.service import Service


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an instance is at the start: its zone ("" for nowhere in particular) and node, if any."""

    instance: str
    service: str
    zone: str
    node: str | None


def placement_of(scenario: Scenario) -> Placement | None:
    """The nodes of a scenario with the instances on them; None where there are no nodes.

    An instance that no node may take stands nowhere.
    """
    if scenario.platform is None:
        return None
    nodes = [Node(name, zone) for name, zone in scenario.platform.places()]
    zones = {name: model.zones for name, model in scenario.services.items()}
    placement = Placement(nodes, zones)
    for service, model in scenario.services.items():
        placement.fill(instances_of(service, model), service)
    return placement


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
