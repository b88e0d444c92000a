"""Whom faults hit, and when."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.scenario.check.changes import ChangeCheck
from simulator.scenario.check.conditions import ConditionCheck
from simulator.scenario.check.findings import Findings
from simulator.scenario.check.processes import ProcessCheck
from simulator.scenario.check.selectors import SelectorCheck
from simulator.scenario.model.base import Model
from simulator.scenario.model.fault.fault import Fault, begins_of
from simulator.scenario.model.fault.link import Latency, OnTheWay, Partition
from simulator.scenario.model.fault.load import CacheFlush, Surge
from simulator.scenario.model.fault.platform import NodeDrain, RegistryOutage, ZoneOutage
from simulator.scenario.model.fault.process import Kill, Slow
from simulator.scenario.model.fault.selector import Selector
from simulator.scenario.model.registry import Static
from simulator.scenario.model.traffic import TraceArrivals
from simulator.scenario.policies import calls, policy_of
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
        self.selectors = SelectorCheck(findings)
        self.changes = ChangeCheck(findings)
        self.processes = ProcessCheck(findings)

    def faults(self) -> None:
        """Each must hit somebody there is, within the run; their names must differ."""
        named = self.findings.fault
        faults = {named(nth): each for nth, each in enumerate(self.scenario.faults)}
        begins = begins_of(faults, self.scenario.duration)
        seen: set[str] = set()
        for number, fault in enumerate(self.scenario.faults):
            path: DataPath = ("faults", number)
            name = named(number)
            if name in seen:
                place: DataPath = path if fault.name is None else (*path, "name")
                self.findings.wrong(place, f"there is a fault `{name}` above")
            seen.add(name)
            self.harm((*path, fault.kind), fault.harm)
            self.often_enough(path, fault)
            self.awaited(path, fault, faults)
            if fault.when is not None:
                self.condition(path, fault, fault.when)
            if begins.get(name, 0.0) >= self.scenario.duration:
                lasts = format_duration(self.scenario.duration)
                where = [key for key in ("at", "after") if getattr(fault, key) is not None]
                message = f"the run is over before this: it lasts {lasts}"
                self.findings.wrong((*path, *where[:1]), message)

    def often_enough(self, path: DataPath, fault: Fault) -> None:
        """A fault must not come too often."""
        gap = fault.every
        if fault.random is not None:
            gap = fault.random.mtbf + fault.random.mttr
        most = MOST_TIMES if fault.surge is None else MOST_SURGES
        if gap is not None and self.scenario.duration / gap > most:
            message = f"expected a longer time: it would begin over {most:,} times"
            self.findings.wrong((*path, "random" if fault.every is None else "every"), message)

    def awaited(self, path: DataPath, fault: Fault, faults: Mapping[str, Fault]) -> None:
        """Whatever a fault waits for must end, and nothing waits for its own end."""
        known = True
        for place, name in enumerate(fault.after or ()):
            why = self.endless(name, faults.get(name))
            if why:
                only = fault.after is not None and len(fault.after) == 1
                at: DataPath = (*path, "after") if only else (*path, "after", place)
                self.findings.wrong(at, why)
                known = False
        circle = circle_through(fault, faults) if known else []
        if circle:
            message = f"a fault that waits for its own end: {' -> '.join(circle)}"
            self.findings.wrong((*path, "after"), message)

    def endless(self, name: str, fault: Fault | None) -> str:
        """Why nothing can begin after the end of a fault, if so; None is one that there is not.

        What has a mistake of its own makes no mistake of what waits for it.
        """
        if fault is None:
            return self.names.wrong_fault(name)
        if fault.when is not None:
            return f"`{name}` waits for a condition: nobody knows beforehand when it ends"
        if fault.repeats:
            return f"`{name}` begins again and again: what waits for its end never begins"
        return f"`{name}` never ends: it needs a `for`" if fault.lasts is None else ""

    def condition(self, path: DataPath, fault: Fault, text: str) -> None:
        """What a fault waits for must be something that can be seen while the run is on."""
        ConditionCheck(self.findings).condition((*path, "when"), text)
        if fault.surge is not None:
            message = "a `surge` cannot wait for a condition: who comes is settled before the run"
            self.findings.wrong((*path, "when"), message)

    def harm(self, path: DataPath, harm: Model) -> None:
        """Whom or what a fault hits must exist."""
        self.changes.harm(path, harm)
        if isinstance(harm, Selector):
            self.selector(path, harm)
        elif isinstance(harm, RegistryOutage):
            if isinstance(self.scenario.registry, Static):
                self.findings.wrong(path, "there is no `registry` in this scenario", key=True)
        elif isinstance(harm, ZoneOutage):
            self.selectors.zone((*path, "zone"), harm.zone)
        elif isinstance(harm, NodeDrain):
            self.selectors.node((*path, "node"), harm.node)
        elif isinstance(harm, CacheFlush):
            self.flush(path, harm)
        elif isinstance(harm, Surge):
            self.surge(path, harm)

    def flush(self, path: DataPath, harm: CacheFlush) -> None:
        """A caller should have a cache that can be flushed."""
        self.findings.party((*path, "service"), harm.service)
        policies = [
            policy_of(self.scenario, target.partition(".")[0], own)
            for caller, target, own in calls(self.scenario)
            if caller.partition(".")[0] == harm.service
        ]
        if policies and all(each.cache is None for each in policies):
            message = f"no call of `{harm.service}` has a `cache`: nothing is flushed"
            self.findings.warn(self.findings.in_file(path), message)

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
        service = selector.service
        self.selectors.whom(path, selector)
        self.processes.harm(path, selector)
        if isinstance(selector, (Partition, OnTheWay)):
            for place, caller in enumerate(selector.from_):
                self.selectors.caller((*path, "from", place), caller, service != "registry")
            for place, zone in enumerate(selector.from_zones):
                self.selectors.zone_of_callers((*path, "from_zones", place), zone)
        if service == "registry" and not isinstance(selector, (Kill, Slow, Partition)):
            message = "only `kill`, `slow` and `partition` can hit the `registry`"
            self.findings.wrong((*path, "service"), message)
        elif (
            isinstance(selector, OnTheWay)
            and selector.endpoint is not None
            and service in self.names.services
        ):
            self.findings.target((*path, "endpoint"), f"{service}.{selector.endpoint}")
        if isinstance(selector, Latency):
            self.findings.measured((*path, "add"), selector.add)


def circle_through(fault: Fault, faults: Mapping[str, Fault]) -> list[str]:
    """The names, one waiting for the next, that lead from a fault back to itself; none if none do."""
    ways = [[name] for name in fault.after or ()]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        other = faults.get(way[-1])
        if other is fault:
            return way
        if other is not None and way[-1] not in seen:
            seen.add(way[-1])
            ways += [[*way, name] for name in other.after or ()]
    return []
