"""Who first noticed a fault, and when."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import pairwise

from simulator.fault.fault import Fault
from simulator.scenario.building.world import World

WATCHERS = (
    "outlier",
    "health_check",
    "breaker",
    "registry",
    "callers",
    "autoscaler",
    "name_server",
)
"""Who can notice; of two in the same moment the first is told."""
SIGNS = {
    ("choice", "ejected"): "outlier",
    ("choice", "unhealthy"): "health_check",
    ("breaker", "open"): "breaker",
    ("registry", "delisted"): "registry",
    ("gslb", "unhealthy"): "name_server",
}
"""What entries of the event log give away, by their kind and detail."""
FORESEEN = ("scheduled", "predictive")
"""Autoscalers that act without having noticed anything."""

Notice = tuple[float, str]
"""When, in seconds from the start of the run, and by whom."""


def detection(fault: Fault, services: Collection[str], world: World, until: float) -> Notice | None:
    """After how many seconds a fault was noticed by anything that acts on it, and by what.

    That is the first sign about one of the instances that it hit (or, of a breaker, an autoscaler or a
    name server, about one of `services`: theirs, and those above, to which the trouble comes) before
    `until`: a caller puts it aside or opens its breaker, the registry no longer lists it, no caller
    sends to it any more, an autoscaler asks for more of its service, a region of it fails its checks.
    Where those that it hits leave in good order, that they are no longer listed and asked is no sign.
    Nobody knows from a sign what the fault is; and whoever only retries has noticed nothing.
    """
    if fault.began is None:
        return None
    notices = [
        each
        for each in (
            *_of_deaths(fault, world),
            *_of_log(fault, services, world),
            *_of_scaling(services, world),
        )
        if fault.began <= each[0] <= until
        and not (fault.announced and each[1] in ("registry", "callers"))
    ]
    if not notices:
        return None
    moment, by = min(notices, key=lambda each: (each[0], WATCHERS.index(each[1])))
    return moment - fault.began, by


def _of_deaths(fault: Fault, world: World) -> Iterator[Notice]:
    for death in world.deaths:
        if death.instance not in fault.hit:
            continue
        for moment, by in ((death.registry_knew, "registry"), (death.callers_knew, "callers")):
            if moment is not None:
                yield moment, by


def _of_log(fault: Fault, services: Collection[str], world: World) -> Iterator[Notice]:
    for entry in world.ledger.events.entries:
        by = SIGNS.get((entry.kind, entry.detail))
        whom = entry.subject.rpartition(" > ")[2].partition(" in ")[0]
        of_all = by in ("breaker", "name_server")
        if by is not None and (whom in fault.hit or (of_all and whom in services)):
            yield entry.time, by


def _of_scaling(services: Collection[str], world: World) -> Iterator[Notice]:
    """Where more instances were asked for because of what was measured."""
    for service, workload in world.workloads.items():
        for before, wish in pairwise(workload.wishes):
            more = wish.wanted > before.wanted
            if service in services and more and wish.by not in FORESEEN:
                yield wish.time, "autoscaler"
