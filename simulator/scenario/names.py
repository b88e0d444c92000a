"""The names of a scenario's file, whether or not what they stand for is right."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.scenario.cdn import pop_name, shield_name
from simulator.scenario.model.fault.fault import KINDS
from simulator.scenario.problem import few, found, listed, nearest


class Names:
    """Traffic classes, services and endpoints, as far as the data have them.

    A service whose endpoints cannot be read has every endpoint, so that its one mistake does not
    make a mistake of each call to it. Among the services are the caches of CDNs, which are not
    `written` in the file as such.
    """

    def __init__(self, data: object) -> None:
        self.traffic = list(_mapping(data, "traffic"))
        self.policies = list(_mapping(data, "policies"))
        self.faults = list(_faults(data))
        self.slos = list(_mapping(data, "slos"))
        services = _mapping(data, "services")
        self.written = list(services)
        self.services = {name: _endpoints(model) for name, model in services.items()}
        for name, model in services.items():
            self.services.update(_caches(name, model))
        self.labels = [
            f"{service}.{endpoint}"
            for service, endpoints in self.services.items()
            for endpoint in endpoints or ()
        ]

    @property
    def parties(self) -> list[str]:
        """All that can send a message."""
        return [*self.services, *self.traffic]

    @property
    def subjects(self) -> list[str]:
        """All that an expectation can be about."""
        return [*self.traffic, *self.services, *self.labels]

    def wrong_target(self, target: str) -> str:
        """What is wrong with `service.endpoint`, or nothing."""
        service, dot, endpoint = target.partition(".")
        if not self.services:
            return ""
        if not dot:
            labels = [each for each in self.labels if target in each.split(".")]
            hint = f"; did you mean {listed(labels)}?" if 0 < len(labels) <= 5 else ""
            return f"expected `service.endpoint`, found {found(target)}{hint}"
        if service in self.services:
            known = self.services[service]
            if known is None or endpoint in known:
                return ""
            close = nearest(endpoint, known).replace(" `", f" `{service}.", 1)
            labels = [f"{service}.{name}" for name in known]
            return f"unknown endpoint `{target}`{close or few(labels)}"
        hint = nearest(target, self.labels)
        if not hint:
            hint = f"; there is no service `{service}`{nearest(service, self.services)}"
        return f"unknown endpoint `{target}`{hint}"

    def wrong_subject(self, subject: str) -> str:
        """What is wrong with the subject of an expectation, or nothing."""
        service, dot, _ = subject.partition(".")
        if subject in self.subjects or not (self.services and self.traffic):
            return ""
        if dot and service in self.services:
            return self.wrong_target(subject)
        hint = nearest(subject, self.subjects)
        return f"unknown traffic class, service or endpoint `{subject}`{hint}"

    def wrong_fault(self, name: str) -> str:
        """What is wrong with the name of a fault in an expectation, or nothing."""
        if name in self.faults:
            return ""
        if not self.faults:
            return f"unknown fault `{name}`; the scenario has no `faults`"
        return f"unknown fault `{name}`{nearest(name, self.faults) or few(self.faults)}"

    def wrong_slo(self, name: str) -> str:
        """What is wrong with the name of an objective in an expectation, or nothing."""
        if name in self.slos:
            return ""
        if not self.slos:
            return f"unknown objective `{name}`; the scenario has no `slos`"
        return f"unknown objective `{name}`{nearest(name, self.slos) or few(self.slos)}"


def _mapping(data: object, key: str) -> dict[str, object]:
    inner = data.get(key) if isinstance(data, dict) else None
    return inner if isinstance(inner, dict) else {}


def _faults(data: object) -> Iterator[str]:
    """What the faults are called, by their own names or by kind and number."""
    faults = data.get("faults") if isinstance(data, dict) else None
    for number, fault in enumerate(faults if isinstance(faults, list) else (), 1):
        if not isinstance(fault, dict):
            continue
        kinds = (f"{kind}-{number}" for kind in KINDS if kind in fault)
        name = fault.get("name") or next(kinds, None)
        if isinstance(name, str):
            yield name


def _endpoints(service: object) -> list[str] | None:
    """The endpoints of a service; None if they cannot be told."""
    endpoints = service.get("endpoints") if isinstance(service, dict) else None
    return list(endpoints) if isinstance(endpoints, dict) else None


def _caches(service: str, model: object) -> dict[str, list[str] | None]:
    """The caches of the CDN before a service, if it has one, with their endpoints."""
    cdn = _mapping(model, "cdn")
    kept, endpoints = cdn.get("endpoints"), _endpoints(model)
    if isinstance(kept, list):
        # With one that is not there it cannot be told which are meant.
        known = endpoints is not None and all(each in endpoints for each in kept)
        endpoints = [str(each) for each in kept] if known else None
    names = [pop_name(service, pop) for pop in _mapping(cdn, "pops")]
    if isinstance(cdn.get("shield"), dict):
        names.append(shield_name(service))
    return dict.fromkeys(names, endpoints)
