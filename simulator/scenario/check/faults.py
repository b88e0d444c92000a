"""Whom faults hit, and when."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.scenario.check.findings import Findings
from simulator.scenario.model.base import Model
from simulator.scenario.model.fault.fault import Fault, first_begin
from simulator.scenario.model.fault.link import Latency, OnTheWay, Partition
from simulator.scenario.model.fault.load import CacheFlush, Surge
from simulator.scenario.model.fault.platform import RegistryOutage, ZoneOutage
from simulator.scenario.model.fault.process import Kill, Slow
from simulator.scenario.model.fault.selector import Selector
from simulator.scenario.model.registry import Static
from simulator.scenario.model.traffic import TraceArrivals
from simulator.scenario.problem import nearest
from simulator.scenario.source import DataPath
from simulator.units import format_duration

MOST_TIMES = 10_000
"""That a fault may begin."""
MOST_SURGES = 100
"""The same for a surge, each of which bends the curve of the rate twice."""


class FaultCheck:
    """Each must hit somebody there is, within the run; their names must differ."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.scenario = findings.scenario
        self.names = findings.names

    def faults(self) -> None:
        """Each must hit somebody there is, within the run; their names must differ."""
        seen: set[str] = set()
        for number, fault in enumerate(self.scenario.faults):
            path: DataPath = ("faults", number)
            if fault.known_as(number) in seen:
                place: DataPath = path if fault.name is None else (*path, "name")
                self.findings.wrong(place, f"there is a fault `{fault.known_as(number)}` above")
            seen.add(fault.known_as(number))
            self.harm((*path, fault.kind), fault.harm)
            self.times(path, fault)

    def times(self, path: DataPath, fault: Fault) -> None:
        """A fault must come within the run, and not too often; what it waits for must end."""
        duration = self.scenario.duration
        gap = fault.every
        if fault.random is not None:
            gap = fault.random.mtbf + fault.random.mttr
        most = MOST_TIMES if fault.surge is None else MOST_SURGES
        if gap is not None and duration / gap > most:
            message = f"expected a longer time: it would begin over {most:,} times"
            self.findings.wrong((*path, "random" if fault.every is None else "every"), message)
        faults = {each.known_as(nth): each for nth, each in enumerate(self.scenario.faults)}
        if fault.after is not None and not self.comes(path, fault, faults):
            return
        if first_begin(fault, faults, duration) >= duration:
            message = f"the run is over before this: it lasts {format_duration(duration)}"
            where = [key for key in ("at", "after") if getattr(fault, key) is not None]
            self.findings.wrong((*path, *where[:1]), message)

    def comes(self, path: DataPath, fault: Fault, faults: Mapping[str, Fault]) -> bool:
        """Whether the end that a fault waits for can come; says why not, if that is its own mistake."""
        awaited: list[str] = []
        each = fault
        while each.after is not None:
            name = each.after
            other = faults.get(name)
            if other is fault:
                circle = " -> ".join([*awaited, name])
                self.findings.wrong(
                    (*path, "after"), f"a fault that waits for its own end: {circle}"
                )
                return False
            if other is None or other.repeats or other.for_ is None or name in awaited:
                if each is fault:
                    self.findings.wrong((*path, "after"), self.endless(name, other))
                return False
            awaited.append(name)
            each = other
        return True

    def endless(self, name: str, fault: Fault | None) -> str:
        """Why nothing can begin after the end of a fault; None is one that there is not."""
        if fault is None:
            return self.names.wrong_fault(name) or f"`{name}` has a mistake of its own"
        if fault.repeats:
            return f"`{name}` begins again and again: what waits for its end never begins"
        return f"`{name}` never ends: it needs a `for`"

    def harm(self, path: DataPath, harm: Model) -> None:
        """Whom or what a fault hits must exist."""
        if isinstance(harm, Selector):
            self.selector(path, harm)
        elif isinstance(harm, RegistryOutage):
            if isinstance(self.scenario.registry, Static):
                self.findings.wrong(path, "there is no `registry` in this scenario", key=True)
        elif isinstance(harm, ZoneOutage):
            zones = sorted(
                {zone for each in self.scenario.services.values() for zone in each.zones}
            )
            if harm.zone not in zones:
                hint = nearest(harm.zone, zones) or ("" if zones else "; no service has `zones`")
                self.findings.wrong(
                    (*path, "zone"), f"no instance is in the zone `{harm.zone}`{hint}"
                )
        elif isinstance(harm, CacheFlush):
            self.findings.party((*path, "service"), harm.service)
        elif isinstance(harm, Surge):
            self.surge(path, harm)

    def surge(self, path: DataPath, surge: Surge) -> None:
        """Only the rate of an open loop can be multiplied."""
        name = surge.traffic
        if self.names.traffic and name not in self.names.traffic:
            hint = nearest(name, self.names.traffic)
            self.findings.wrong((*path, "traffic"), f"unknown traffic class `{name}`{hint}")
            return
        traffic = self.scenario.traffic.get(name)
        if traffic is None:
            return
        if traffic.users is not None or isinstance(traffic.arrivals, TraceArrivals):
            message = f"`{name}` has no rate to be multiplied"
            self.findings.wrong((*path, "traffic"), message)

    def selector(self, path: DataPath, selector: Selector) -> None:
        """Whom a fault hits must exist."""
        service, instance = selector.service, selector.instance
        if service != "registry" and service not in self.names.services and self.names.services:
            hint = nearest(service, [*self.names.services, "registry"])
            self.findings.wrong((*path, "service"), f"unknown service `{service}`{hint}")
            return
        registry = self.scenario.registry
        if service == "registry":
            if isinstance(registry, Static):
                self.findings.wrong((*path, "service"), "there is no `registry` in this scenario")
            elif instance is not None:
                known = [f"registry-{each + 1}" for each in range(registry.replicas)]
                if instance not in known:
                    hint = nearest(instance, known)
                    self.findings.wrong((*path, "instance"), f"unknown instance `{instance}`{hint}")
        model = self.scenario.services.get(service)
        if instance is not None and model is not None:
            known = [f"{service}-{each + 1}" for each in range(model.replicas)]
            if instance not in known:
                hint = nearest(instance, known)
                self.findings.wrong((*path, "instance"), f"unknown instance `{instance}`{hint}")
        if isinstance(selector, (Partition, OnTheWay)):
            for place, party in enumerate(selector.from_):
                self.findings.party((*path, "from", place), party)
        if service == "registry" and not isinstance(selector, (Kill, Slow, Partition)):
            message = "only `kill`, `slow` and `partition` can hit the `registry`"
            self.findings.wrong((*path, "service"), message)
        elif isinstance(selector, OnTheWay) and selector.endpoint is not None:
            self.findings.target((*path, "endpoint"), f"{service}.{selector.endpoint}")
        if isinstance(selector, Latency):
            self.findings.measured((*path, "add"), selector.add)
