"""What the instances and nodes of a run cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from simulator.experiment.result import CostFigures, ServiceFigures, TrafficFigures
from simulator.scenario.building.world import BuiltService, World

if TYPE_CHECKING:
    from simulator.experiment.measurement import Measurement

HOUR = 3600.0
MILLION = 1e6


def cost_of(
    measurement: Measurement, total: TrafficFigures, services: Mapping[str, ServiceFigures]
) -> CostFigures | None:
    """What was paid from the warm-up to the end of the run; None where nothing has a price.

    An instance is paid for from the moment at which it begins to start until it is gone, a node from
    its order on. Where both have prices both are paid.
    """
    world, begin, end = measurement.world, measurement.windows[0].start, measurement.end
    priced = {
        name: model.price
        for name, model in world.scenario.services.items()
        if model.price is not None
    }
    hours = {
        name: instance_seconds(world, world.services[name], begin, end) / HOUR for name in priced
    }
    pools = node_seconds(world, begin, end)
    if not priced and not pools:
        return None
    of_services = {name: hours[name] * price for name, price in priced.items()}
    of_nodes = {name: seconds / HOUR * price for name, (seconds, price) in pools.items()}
    paid = sum(of_services.values()) + sum(of_nodes.values())
    good = total.goodput * (end - begin)
    return CostFigures(
        instance_hours=hours,
        node_hours={name: seconds / HOUR for name, (seconds, _) in pools.items()},
        services=of_services,
        nodes=of_nodes,
        total=paid,
        per_hour=paid / (end - begin) * HOUR if end > begin else 0.0,
        per_million_good=paid / good * MILLION if good > 0.0 else None,
        wasted=wasted(measurement, of_services, services),
    )


def instance_seconds(world: World, service: BuiltService, begin: float, end: float) -> float:
    """Seconds for which instances of a service are paid for between two moments, all together."""
    workload = world.workloads.get(service.name)
    if workload is None:
        return len(service.instances) * (end - begin)
    return sum(overlap(begin, end, each.placed, each.ended) for each in workload.presence)


def overlap(begin: float, end: float, since: float, until: float) -> float:
    """Seconds that two spans have in common."""
    return max(0.0, min(end, until) - max(begin, since))


def node_seconds(world: World, begin: float, end: float) -> dict[str, tuple[float, float]]:
    """By pool with a price: the seconds for which its nodes are paid for, and the price of an hour."""
    found: dict[str, tuple[float, float]] = {}
    if world.placement is None:
        return found
    for node in world.placement.nodes:
        if node.kind.price > 0.0:
            seconds, price = found.get(node.kind.pool, (0.0, node.kind.price))
            found[node.kind.pool] = (seconds + node.seconds_between(begin, end), price)
    return found


def wasted(
    measurement: Measurement, costs: Mapping[str, float], services: Mapping[str, ServiceFigures]
) -> float | None:
    """The share of what instances cost that paid for capacity which nobody used.

    Nobody can use what is still being pulled and booted.
    """
    idle = paid = 0.0
    for name, cost in costs.items():
        used = services[name].utilization
        if used is not None:
            there = 1.0 - booting(measurement, name)
            # What a limit allows is reckoned by its periods, of which a window may hold a part more.
            idle += cost * max(0.0, 1.0 - used * there)
            paid += cost
    return idle / paid if paid else None


def booting(measurement: Measurement, service: str) -> float:
    """The share of the time paid for in which instances of a service were not running yet."""
    world, begin, end = measurement.world, measurement.windows[0].start, measurement.end
    paid = instance_seconds(world, world.services[service], begin, end)
    workload = world.workloads.get(service)
    if workload is None or not paid:
        return 0.0
    spans = (
        overlap(begin, end, each.placed, min(each.started, each.ended))
        for each in workload.presence
    )
    return sum(spans) / paid
