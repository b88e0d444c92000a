"""From what was done to the scenario in which it stands."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from simulator.live.branch import Deed
from simulator.scenario.model.autoscaler.autoscaler import Autoscaler
from simulator.scenario.model.fault.fault import Fault, lasting
from simulator.scenario.model.scenario import Scenario, with_faults
from simulator.scenario.model.service import Service
from simulator.units import format_duration


def changed(base: Scenario, deeds: Sequence[Deed]) -> Scenario:
    """The scenario with all that was done.

    Its faults are those of the scenario, then those that the world is built with, then those that
    join it while it runs: in this order they have their places among ties.
    """
    structural = [each for each in deeds if each.structural]
    live = [each for each in deeds if not each.structural]
    faults = list(base.faults)
    faults += [fault_of(each) for each in (*structural, *live) if each.what == "inject"]
    names = names_of(faults)
    for deed in deeds:
        if deed.what == "end":
            number = names.index(deed.name)
            faults[number] = lasting(faults[number], deed.lasts)
    scenario = with_faults(base, tuple(faults)) if faults else base
    services = {
        name: scaled(base.services[name], appointments)
        for name, appointments in scalings(deeds).items()
    }
    if not services:
        return scenario
    return scenario.model_copy(update={"services": {**base.services, **services}})


def fault_of(deed: Deed) -> Fault:
    """The fault that was injected."""
    return Fault.model_validate(json.loads(deed.fault))


def names_of(faults: Iterable[Fault]) -> list[str]:
    """What the faults of a scenario are called, in their order."""
    return [each.known_as(number) for number, each in enumerate(faults)]


# Scaling: appointments of an autoscaler that goes by the clock.


def scalings(deeds: Iterable[Deed]) -> dict[str, dict[float, int]]:
    """By service that was scaled, how many instances were asked for when."""
    found: dict[str, dict[float, int]] = {}
    for deed in deeds:
        if deed.what == "scale":
            found.setdefault(deed.name, {})[deed.time] = deed.replicas
    return found


def appointments_of(service: Service) -> dict[float, int]:
    """The times at which a service is scaled by the clock, with the numbers of instances."""
    given = None if service.autoscaler is None else service.autoscaler.scheduled
    return {} if given is None else {each.at: each.replicas for each in given.schedule}


def scaled(service: Service, further: Mapping[float, int]) -> Service:
    """A service with further appointments; the bounds of its autoscaler make room for them.

    Before the first there are as many instances as the service has.
    """
    schedule = sorted((appointments_of(service) | dict(further)).items())
    given = None if service.autoscaler is None else service.autoscaler.scheduled
    numbers = [service.replicas, *further.values()]
    if given is not None:
        numbers += [given.min, given.max]
    settings = {
        "min": min(numbers),
        "max": max(numbers),
        "schedule": [{"at": format_duration(at), "replicas": number} for at, number in schedule],
    }
    autoscaler = Autoscaler.model_validate({"scheduled": settings})
    return service.model_copy(update={"autoscaler": autoscaler})
