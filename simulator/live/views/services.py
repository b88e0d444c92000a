"""Services as the overview shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from simulator.live.snapshot import Figures, ServiceView
from simulator.live.views.instances import is_down
from simulator.live.views.levels import QUEUED, Levels
from simulator.scenario.building.world import BuiltService, World
from simulator.service.instance import Instance

BUSY: Final = 0.8
"""The utilization from which a service is busy."""
FAILING: Final = 0.05
"""The share of failures from which it is failing."""


def wanted_of(world: World, service: BuiltService) -> list[Instance]:
    """The instances that there are to be: neither places that nobody has taken nor those let go."""
    workload = world.workloads.get(service.name)
    if workload is None:
        return [each for each in service.instances if each.there]
    return [each.instance for each in workload.existing()]


def service_view(
    world: World,
    service: BuiltService,
    layer: int,
    figures: Figures,
    levels: Levels,
    faults: Sequence[str],
) -> ServiceView:
    """One service, now.

    Of several states that are true it is in the worst. One queue counts as such if on the average
    each instance has one request waiting; those that start are not down, if they did not run before.
    """
    model = world.scenario.services[service.name]
    workload = world.workloads.get(service.name)
    members = wanted_of(world, service)
    up = sum(each.up for each in members)
    dead = any(is_down(world, service, each) for each in members)
    numbers = slice(service.first, service.first + len(service.instances))
    utilization = levels.utilization(service, numbers)
    busy = sum(each.busy for each in service.instances)
    queued = sum(each.queued for each in service.everyone)
    waiting = levels.mean(numbers, QUEUED) >= max(1, up)
    if members and not up and service.activator is None:
        state = "down"
    elif figures.failed >= FAILING:
        state = "failing"
    elif dead:
        state = "partial"
    elif waiting or (utilization or 0.0) >= BUSY:
        state = "busy"
    else:
        state = "ok" if figures.throughput or busy or queued else "idle"
    return ServiceView(
        name=service.name,
        layer=layer,
        replicas=len(members),
        up=up,
        wanted=None if workload is None else workload.wanted,
        scaler=None if model.autoscaler is None else model.autoscaler.kind,
        utilization=utilization,
        busy=busy,
        queued=queued,
        state=state,
        figures=figures,
        faults=tuple(faults),
    )
