"""Whom faults hit: somebody there is."""

from __future__ import annotations

from functools import cached_property

from simulator.scenario.building.placing import Standing, instances_of, standings
from simulator.scenario.building.slots import slots_for
from simulator.scenario.check.findings import Findings
from simulator.scenario.model.fault.edge import ends_of
from simulator.scenario.model.fault.link import OnTheWay
from simulator.scenario.model.fault.selector import NARROWING, Selector
from simulator.scenario.model.registry import Static
from simulator.scenario.policies import calls_and_fallbacks, policy_of
from simulator.scenario.problem import few, listed, nearest
from simulator.scenario.source import DataPath


class SelectorCheck:
    """Each part of a selector must name something there is, and all together somebody."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.scenario = findings.scenario
        self.names = findings.names

    @cached_property
    def standing(self) -> list[Standing]:
        """Where everybody is at the start."""
        return list(standings(self.scenario))

    @cached_property
    def nodes(self) -> list[str]:
        """The names of the nodes."""
        platform = self.scenario.platform
        return [] if platform is None else [name for name, _ in platform.places()]

    def whom(self, path: DataPath, selector: Selector) -> None:
        """Whom a fault hits must exist."""
        if selector.service == "registry":
            self.server(path, selector)
            return
        parts = [
            self.service(path, selector.service),
            self.zone((*path, "zone"), selector.zone),
            self.node((*path, "node"), selector.node),
            self.label((*path, "label"), selector.label),
            not isinstance(selector, OnTheWay) or self.edge((*path, "edge"), selector.edge),
        ]
        if all(parts) and self.instance((*path, "instance"), selector):
            self.somebody(path, selector)

    def server(self, path: DataPath, selector: Selector) -> None:
        """There must be a registry, with such a server."""
        registry, instance = self.scenario.registry, selector.instance
        if isinstance(registry, Static):
            self.findings.wrong((*path, "service"), "there is no `registry` in this scenario")
        elif instance is not None:
            known = [f"registry-{each + 1}" for each in range(registry.replicas)]
            if instance not in known:
                hint = nearest(instance, known)
                self.findings.wrong((*path, "instance"), f"unknown instance `{instance}`{hint}")

    def service(self, path: DataPath, service: str | None) -> bool:
        """Whether a service that is given exists."""
        if service is None or service in self.names.services or not self.names.services:
            return True
        services = self.names.services
        hint = nearest(service, [*services, "registry"]) or few(services)
        self.findings.wrong((*path, "service"), f"unknown service `{service}`{hint}")
        return False

    def zone(self, path: DataPath, zone: str | None) -> bool:
        """Whether somebody is in a zone that is given."""
        if zone is None:
            return True
        zones = sorted({each.zone for each in self.standing if each.zone})
        if self.scenario.platform is not None:
            zones = sorted({each for _, each in self.scenario.platform.places() if each})
        if zone in zones:
            return True
        owner = "service has" if self.scenario.platform is None else "pool of nodes has"
        hint = nearest(zone, zones) or ("" if zones else f"; no {owner} `zones`")
        self.findings.wrong(path, f"no instance is in the zone `{zone}`{hint}")
        return False

    def node(self, path: DataPath, node: str | None) -> bool:
        """Whether a node that is given exists."""
        if node is None or node in self.nodes:
            return True
        if self.scenario.platform is None:
            if self.findings.source.at(("platform",)) is not None:
                # It is written down, and wrong.
                return False
            self.findings.wrong(path, f"there is no node `{node}`: the scenario has no `platform`")
        else:
            hint = nearest(node, self.nodes) or few(self.nodes)
            self.findings.wrong(path, f"unknown node `{node}`{hint}")
        return False

    def label(self, path: DataPath, labels: tuple[str, ...] | None) -> bool:
        """Whether there is a service with each label that is given."""
        known = {
            f"{key}={value}": None
            for each in self.scenario.services.values()
            for key, value in each.labels.items()
        }
        right = True
        for place, label in enumerate(labels or ()):
            if label in known:
                continue
            right = False
            several = isinstance(self.findings.source.at(self.findings.in_file(path)), list)
            at = (*path, place) if several else path
            hint = nearest(label, known) or few(known) or "; no service has `labels`"
            self.findings.wrong(at, f"no service has the label `{label}`{hint}")
        return right

    def caller(self, path: DataPath, caller: str, single: bool) -> None:
        """Somebody who sends must exist: a service or a class, or, if `single`, an instance of one."""
        party, _, number = caller.rpartition("-")
        known = caller in self.names.parties
        if known or not single or party not in self.names.parties or not number.isdecimal():
            self.findings.party(path, caller)
            return
        if party in self.scenario.services:
            count = slots_for(self.scenario, party)
        elif party in self.scenario.traffic:
            count = self.scenario.traffic[party].clients
        else:
            # It has a mistake of its own.
            return
        if not (0 < int(number) <= count and caller == f"{party}-{int(number)}"):
            message = f"unknown instance `{caller}`; the last one is `{party}-{count}`"
            self.findings.wrong(path, message)

    def zone_of_callers(self, path: DataPath, zone: str) -> None:
        """Somebody who sends must be in a zone, or may come there."""
        known = {each.zone for each in self.standing if each.zone}
        known |= {each.zone for each in self.scenario.traffic.values() if each.zone}
        # Who checks regions stands in each of them.
        known |= {zone for each in self.scenario.network.regions.values() for zone in each.zones}
        if self.scenario.platform is not None:
            known |= {each for _, each in self.scenario.platform.places() if each}
        if zone not in known:
            hint = nearest(zone, sorted(known)) or ("" if known else "; nobody has a zone")
            self.findings.wrong(path, f"no caller is in the zone `{zone}`{hint}")

    def instance(self, path: DataPath, selector: Selector) -> bool:
        """Whether an instance that is given exists, of the service where that is given."""
        wanted = selector.instance
        if wanted is None:
            return True
        known = [
            name
            for service, model in self.scenario.services.items()
            if selector.whose in (None, service)
            for name in instances_of(service, model)
        ]
        if wanted in known or not known or self.to_come(wanted):
            return True
        self.findings.wrong(path, f"unknown instance `{wanted}`{nearest(wanted, known)}")
        return False

    def to_come(self, instance: str) -> bool:
        """Whether it is not there at the start, and may come."""
        service, _, number = instance.rpartition("-")
        model = self.scenario.services.get(service)
        if model is None or not number.isdecimal() or instance != f"{service}-{int(number)}":
            return False
        return model.replicas < int(number) <= slots_for(self.scenario, service)

    def edge(self, path: DataPath, edge: str | None) -> bool:
        """Whether there are calls on an edge that is given."""
        if edge is None:
            return True
        caller, callee = ends_of(edge)
        wrong = len(self.findings.problems)
        for end, is_caller in ((caller, True), (callee, False)):
            service, dot, _ = end.partition(".")
            if dot:
                self.findings.target(path, end)
            elif is_caller:
                self.findings.party(path, end)
            elif self.names.services and service not in self.names.services:
                hint = nearest(service, self.names.services)
                self.findings.wrong(path, f"unknown service `{service}`{hint}")
        if len(self.findings.problems) > wrong:
            return False
        if not self.whole:
            return True
        asked = set()
        for by, target, own in calls_and_fallbacks(self.scenario):
            service = target.partition(".")[0]
            if caller not in (by, by.partition(".")[0]):
                continue
            if callee not in (target, service):
                asked.add(f"{caller} > {target if '.' in callee else service}")
            elif policy_of(self.scenario, service, own).via != "proxy":
                return True
            else:
                message = f"these calls go to the proxy of `{service}`, which sends those of all"
                self.findings.wrong(path, message)
                return False
        hint = nearest(edge, asked) or few(sorted(asked))
        self.findings.wrong(path, f"there is no call from `{caller}` to `{callee}`{hint}")
        return False

    @property
    def whole(self) -> bool:
        """Whether nothing is missing by which calls are found."""
        scenario = self.scenario
        return (
            not self.findings.problems
            and scenario.services.keys() == self.names.services.keys()
            and set(self.names.policies) == scenario.policies.keys()
        )

    @property
    def moving(self) -> bool:
        """Whether it may change who stands where: by drains, or instances and nodes that come and go."""
        scenario = self.scenario
        return (
            any(each.kind == "node_drain" for each in scenario.faults)
            or any(each.autoscaler is not None for each in scenario.services.values())
            or bool(scenario.deployments)
            or (scenario.platform is not None and scenario.platform.autoscaled)
        )

    def somebody(self, path: DataPath, selector: Selector) -> None:
        """All parts together must mean somebody, if nobody moves before the fault begins."""
        given = [key for key in NARROWING if getattr(selector, key) is not None]
        if not self.whole or given in ([], ["service"]):
            return
        if self.moving and ("zone" in given or "node" in given):
            return
        if selector.instance is not None and self.to_come(selector.instance):
            return
        for each in self.standing:
            labels = self.scenario.services[each.service].labels
            if (
                selector.whose in (None, each.service)
                and selector.zone in (None, each.zone)
                and selector.node in (None, each.node)
                and selector.instance in (None, each.instance)
                and all(labels.get(k) == v for k, _, v in map(_parts, selector.label or ()))
            ):
                return
        if given == ["node"]:
            message = f"nobody stands on the node `{selector.node}`"
        else:
            message = f"nobody is hit: for no instance all of {listed(given, 'and')} hold"
        self.findings.wrong(path, message, key=True)


def _parts(label: str) -> tuple[str, str, str]:
    return label.partition("=")
