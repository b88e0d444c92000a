"""Instances as the tables show them, and one of them in detail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import inf
from typing import Final

from simulator.call.route import Member
from simulator.live.snapshot import BreakerView, Figures, InstanceDetail, InstanceView, SeenBy
from simulator.live.views.levels import USED, Levels
from simulator.platform.workload import ABSENT, PENDING, STARTING, STOPPING
from simulator.scenario.building.world import BuiltService, World
from simulator.service.instance import UNLIMITED, Instance

FROZEN: Final = 1e-6
"""What is left of the speed, at most, of one that is paused."""


def shown(world: World, service: BuiltService) -> list[Instance]:
    """The instances that there are: asked for, or on their way out; and whoever stands in for them."""
    workload = world.workloads.get(service.name)
    if workload is None:
        there = [each for each in service.instances if each.there]
    else:
        there = [each.instance for each in workload.replicas if each.phase != ABSENT]
    return there if service.activator is None else [*there, service.activator]


def instance_view(
    world: World,
    service: BuiltService,
    instance: Instance,
    levels: Levels,
    figures: Figures,
    callers: int,
    ejected: int,
    breakers: Sequence[BreakerView],
) -> InstanceView:
    """One instance, now; so many callers know it, and so many of them have put it aside."""
    node = None if world.placement is None else world.placement.standing.get(instance.name)
    stands_in = instance is service.activator
    return InstanceView(
        name=instance.name,
        zone=instance.zone or None,
        node=None if node is None else node.name,
        state=state_of(world, service, instance),
        since=instance.since,
        busy=instance.busy,
        concurrency=None
        if stands_in or instance.concurrency >= UNLIMITED
        else instance.concurrency,
        queued=instance.queued,
        queue_limit=None if instance.queue_limit >= UNLIMITED else instance.queue_limit,
        utilization=None if stands_in else levels.utilization(service, _place(service, instance)),
        weight=instance.weight,
        callers=callers,
        ejected=ejected,
        figures=figures,
        breakers=tuple(breakers),
    )


def _place(service: BuiltService, instance: Instance) -> slice:
    """An instance among all of the world."""
    number = service.first + instance.number
    return slice(number, number + 1)


def state_of(world: World, service: BuiltService, instance: Instance) -> str:
    """In one word; of several that are true the one that matters most to whoever asks it."""
    workload = world.workloads.get(service.name)
    ready = True
    if workload is not None and instance is not service.activator:
        replica = workload.of(instance)
        if replica.phase in (PENDING, STARTING):
            return "starting"
        if replica.phase == STOPPING:
            return "draining"
        ready = replica.ready
    if not instance.up:
        return "down"
    if instance.speed <= instance.full_speed * FROZEN:
        return "paused"
    if not ready:
        return "not ready"
    return "slow" if instance.speed < instance.full_speed else "up"


def is_down(world: World, service: BuiltService, instance: Instance) -> bool:
    """Whether it has run and does not run now, though it is to; one that starts anew has."""
    workload = world.workloads.get(service.name)
    if workload is None:
        return not instance.up
    replica = workload.of(instance)
    return not instance.up and replica.started < inf


def instance_detail(
    service: BuiltService,
    instance: Instance,
    view: InstanceView,
    levels: Levels,
    members: Mapping[str, Member | None],
) -> InstanceDetail:
    """All about one instance; `members` is what each caller of its service thinks of it."""
    points = [each.site.point.edge for each in instance.inside]
    processor = instance.processor
    return InstanceDetail(
        name=instance.name,
        service=service.name,
        view=view,
        inside=dict(Counter(each.callee.name for each in points if each.counted)),
        seen_by=tuple(_seen_by(caller, member) for caller, member in members.items()),
        cores=None if processor is None else instance.capacity,
        cores_used=None if processor is None else levels.mean(_place(service, instance), USED),
        work=instance.work,
        wasted=instance.wasted,
    )


def _seen_by(caller: str, member: Member | None) -> SeenBy:
    if member is None:
        return SeenBy(caller, False, 0.0, 0, False, False)
    return SeenBy(
        caller, not member.gone, member.weight, member.active, member.checked, member.ejected
    )
