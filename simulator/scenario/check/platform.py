"""The nodes under the services."""

from __future__ import annotations

from simulator.platform.node import Node
from simulator.platform.placement import Demand
from simulator.platform.room import NodeKind
from simulator.scenario.building.placing import demand_of, nodes_of, standings
from simulator.scenario.check.findings import Findings
from simulator.scenario.model.service import Service
from simulator.scenario.problem import few, nearest
from simulator.scenario.source import DataPath
from simulator.units import format_size

OF_NODES = ("placement", "anti_affinity", "disruption_budget")
"""What a service says about nodes, and is nothing without them."""


class PlatformCheck:
    """Every instance must be able to stand somewhere, sooner or later."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.scenario = findings.scenario

    def nodes(self) -> None:
        """What services ask of nodes must be there."""
        platform = self.scenario.platform
        if platform is None:
            if self.findings.source.at(("platform",)) is None:
                self.needless()
            return
        before = len(self.findings.problems)
        self.zones()
        nodes = nodes_of(platform)
        for service, model in self.scenario.services.items():
            self.room(service, model, demand_of(platform, model), nodes)
        if len(self.findings.problems) == before and not platform.autoscaled:
            self.pending()

    def needless(self) -> None:
        """Without nodes nothing can be said about them."""
        for service, model in self.scenario.services.items():
            for key in OF_NODES:
                if getattr(model, key) is not None:
                    message = f"`{key}` is about nodes: the scenario has no `platform`"
                    self.findings.wrong(("services", service, key), message, key=True)

    def zones(self) -> None:
        """Every zone that a service keeps to must have a node."""
        assert self.scenario.platform is not None
        zones = sorted({zone for _, zone in self.scenario.platform.places() if zone})
        for service, model in self.scenario.services.items():
            for number, zone in enumerate(model.zones if model.on_nodes else ()):
                if zone not in zones:
                    hint = nearest(zone, zones) or few(zones) or "; no pool of nodes has `zones`"
                    path = ("services", service, "zones", number)
                    self.findings.wrong(path, f"no node is in the zone `{zone}`{hint}")

    def room(self, service: str, model: Service, demand: Demand, nodes: list[Node]) -> None:
        """Some node must be large enough for an instance, if nobody else is on it."""
        there = [each for each in nodes if not demand.zones or each.zone in demand.zones]
        if not there or any(each.fits(demand.request) for each in there):
            return
        where: DataPath = ("services", service)
        path = (*where, "limits" if model.requests is None else "requests")
        found = ", ".join(dict.fromkeys(told(each.kind) for each in there))
        self.findings.wrong(path, f"no node is large enough for an instance: {found}")

    def pending(self) -> None:
        """Who finds no node at the start waits for one."""
        waiting: dict[str, int] = {}
        for each in standings(self.scenario):
            if each.node is None and self.scenario.services[each.service].on_nodes:
                waiting[each.service] = waiting.get(each.service, 0) + 1
        for service, count in waiting.items():
            replicas = self.scenario.services[service].replicas
            message = (
                f"{count} of {replicas} instances of `{service}` find no node, and wait for one"
            )
            self.findings.warn(("services", service), message)


def told(kind: NodeKind) -> str:
    """What the nodes of a pool have."""
    sizes = []
    if kind.cpu is not None:
        sizes.append(f"{kind.cpu / 1000:g} core{'s' * (kind.cpu != 1000)}")
    if kind.memory is not None:
        sizes.append(format_size(kind.memory))
    return f"those of `{kind.pool}` have {' and '.join(sizes)}"
