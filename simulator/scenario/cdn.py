"""Content delivery networks: caches near users, which these ask instead of a service."""

from __future__ import annotations

from typing import Any, ClassVar

from simulator.scenario.building.places import atlas_of
from simulator.scenario.model import step as steps
from simulator.scenario.model.cdn import Cdn
from simulator.scenario.model.distribution import Constant, Dist
from simulator.scenario.model.guards.cache import Cache
from simulator.scenario.model.guards.fallback import Fallback
from simulator.scenario.model.network import Link
from simulator.scenario.model.scenario import Scenario
from simulator.scenario.model.service import Service
from simulator.scenario.model.traffic import Traffic


class CacheOfCdn(Service):
    """A point of presence, or a shield: a service that is made for the CDN of another."""

    on_nodes: ClassVar[bool] = False


def pop_name(service: str, pop: str) -> str:
    """What the cache of a service at a point of presence is called."""
    return f"{service}-cdn-{pop}"


def shield_name(service: str) -> str:
    """What the cache behind all points of presence is called."""
    return f"{service}-shield"


def with_cdns(scenario: Scenario) -> Scenario:
    """The scenario with a service more for each cache of a CDN, which users ask instead.

    A cache has one instance, whose memory is the `cache` of its call to what is behind it. Users are
    those of the traffic classes; services that ask the service go there without a detour, as inside
    of a data centre. A class goes to one point of presence (`nearest`); one that has none asks the
    service itself, which is a mistake that the checks find.
    """
    with_one = {name: model for name, model in scenario.services.items() if model.cdn is not None}
    if not with_one:
        return scenario
    services = dict(scenario.services)
    links: list[Link] = []
    traffic = dict(scenario.traffic)
    for service, model in with_one.items():
        cdn = model.cdn
        assert cdn is not None
        behind, ttl, capacity = service, cdn.ttl, cdn.capacity
        if cdn.shield is not None:
            behind, shield = shield_name(service), cdn.shield
            services[behind] = _cache(
                model, cdn, service, shield.zone, shield.ttl or ttl, shield.capacity or capacity
            )
            links += _link(behind, service, shield.to_origin)
        for name, pop in cdn.pops.items():
            pop_service = pop_name(service, name)
            services[pop_service] = _cache(
                model, cdn, behind, pop.zone, ttl, pop.capacity or capacity
            )
            links += _link(pop_service, behind, pop.to_origin)
        for user, its in traffic.items():
            nearest = nearest_pop(scenario, user, its, cdn)
            if nearest is not None and asks(its, service, model):
                traffic[user] = _sent_to(its, service, model, pop_name(service, nearest))
                links += _link(user, pop_name(service, nearest), cdn.pops[nearest].latency)
    # What the file says of these ways wins: it comes later.
    network = scenario.network.model_copy(update={"links": (*links, *scenario.network.links)})
    return scenario.model_copy(
        update={"services": services, "traffic": traffic, "network": network}
    )


def nearest_pop(scenario: Scenario, user: str, traffic: Traffic, cdn: Cdn) -> str | None:
    """The point of presence of a traffic class.

    That is the one that `serves` it; else the only one; else the one in its zone; else, where the
    network has places, the one at the least distance from there. None if it is none of these.
    """
    for name, pop in cdn.pops.items():
        if user in pop.serves:
            return name
    free = {name: pop for name, pop in cdn.pops.items() if not pop.serves}
    if len(cdn.pops) == 1 and free:
        return next(iter(free))
    zone = traffic.zone
    if zone is None:
        return None
    for name, pop in free.items():
        if pop.zone == zone:
            return name
    atlas = atlas_of(scenario.network)
    placed = [(name, pop.zone) for name, pop in free.items() if pop.zone is not None]
    if atlas is None or not placed:
        return None
    return min(placed, key=lambda each: atlas.distance(zone, each[1]).seconds)[0]


def cached_endpoints(model: Service) -> tuple[str, ...]:
    """The endpoints of a service whose answers its CDN keeps."""
    return () if model.cdn is None else model.cdn.endpoints or tuple(model.endpoints)


def asks(traffic: Traffic, service: str, model: Service) -> bool:
    """Whether a traffic class asks for anything that the CDN of a service keeps."""
    kept = {f"{service}.{endpoint}" for endpoint in cached_endpoints(model)}
    return bool(kept.intersection(traffic.mix or (str(traffic.target),)))


def _sent_to(traffic: Traffic, service: str, model: Service, pop: str) -> Traffic:
    """A traffic class that asks a point of presence for what this keeps."""
    moved = {f"{service}.{each}": f"{pop}.{each}" for each in cached_endpoints(model)}
    if traffic.mix is None:
        target = str(traffic.target)
        return traffic.model_copy(update={"target": moved.get(target, target)})
    mix = {moved.get(target, target): weight for target, weight in traffic.mix.items()}
    return traffic.model_copy(update={"mix": mix})


def _cache(
    model: Service, cdn: Cdn, behind: str, zone: str | None, ttl: float, capacity: int
) -> Service:
    """A cache before the service `behind`, which may be a cache itself."""
    own: dict[str, Any] = {
        "cache": Cache.model_construct(
            ttl=ttl,
            capacity=capacity,
            coalesce=cdn.coalesce,
            stale_while_revalidate=cdn.stale_while_revalidate,
        )
    }
    if cdn.stale_if_error > 0.0:
        own["fallback"] = Fallback.model_construct(None, stale=ttl + cdn.stale_if_error)
    endpoints: dict[str, tuple[steps.AnyStep, ...]] = {}
    for name in cached_endpoints(model):
        call = steps.Call.model_construct(None, call=f"{behind}.{name}", optional=False, **own)
        endpoints[name] = (call,)
        if cdn.work > 0.0:
            work = Constant.model_construct(constant=cdn.work)
            endpoints[name] = (steps.Work.model_construct(work=work), call)
    return CacheOfCdn.model_construct(
        None, replicas=1, zones=() if zone is None else (zone,), endpoints=endpoints
    )


def _link(one: str, other: str, latency: Dist | None) -> list[Link]:
    """The way between a cache and those before or behind it, where it has a latency of its own."""
    if latency is None:
        return []
    return [Link.model_construct(None, from_=one, to=other, latency=latency, one_way=False)]
