"""What the versions of a service do otherwise, and which instances are of them from the start."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.network.toxic.refusal import Refusal
from simulator.network.toxic.wrong_answer import WrongAnswer
from simulator.outcome import ERROR
from simulator.scenario.model.service import Service
from simulator.scenario.model.version import Version
from simulator.service.impairment import Impairment
from simulator.service.instance import Instance


def version_known_as(model: Service, name: str) -> str:
    """A version as instances know it: "" for the one that the service begins with."""
    return "" if name == model.version else name


def first_versions(service: str, model: Service) -> dict[str, str]:
    """The version of each instance that begins with another than the rest: the last instances."""
    number = model.replicas - sum(each.replicas for each in model.versions.values())
    found = {}
    for name, version in model.versions.items():
        for _ in range(version.replicas):
            number += 1
            found[f"{service}-{number}"] = name
    return found


def impairment_of(service: str, name: str, version: Version) -> Impairment:
    """What the instances of a version do otherwise than those that the service begins with."""
    what = f"version/{service}/{name}"
    return otherwise(what, service, version.speed, version.errors, version.breaks, version.endpoint)


def otherwise(
    name: str,
    service: str | None,
    speed: float,
    errors: float,
    breaks: Sequence[str],
    endpoint: str | None,
) -> Impairment:
    """Another speed, a share of errors and callers that are turned away, under the name of a cause."""
    endpoints = None if endpoint is None else frozenset({f"{service}.{endpoint}"})
    broken = frozenset(breaks)
    return Impairment(
        speed,
        [lambda: WrongAnswer(name, None, endpoints, errors)] if errors > 0.0 else [],
        [lambda: Refusal(name, broken, endpoints, 1.0, outcome=ERROR)] if broken else [],
    )


def put_on_versions(
    service: str, model: Service, instances: Sequence[Instance]
) -> dict[str, Impairment]:
    """Make those instances that begin with another version what they are.

    Returns what each version does otherwise, to be put on others too.
    """
    of = first_versions(service, model)
    made = {name: impairment_of(service, name, version) for name, version in model.versions.items()}
    for instance in instances:
        if instance.name in of:
            made[of[instance.name]].put_on(instance)
    return made
