"""Faults of processes that need something of the services they hit."""

from __future__ import annotations

from simulator.scenario.check.findings import Findings
from simulator.scenario.model.fault.process import DiskFull, Slow
from simulator.scenario.model.fault.selector import Selector
from simulator.scenario.model.service import Service
from simulator.scenario.source import DataPath


class ProcessCheck:
    """Cores that are stolen, and endpoints that write, must be there."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.scenario = findings.scenario
        self.names = findings.names

    def harm(self, path: DataPath, harm: Selector) -> None:
        """Look at one of these; at any other there is nothing to be found."""
        if isinstance(harm, DiskFull):
            if harm.service in self.names.services:
                for place, endpoint in enumerate(harm.endpoints):
                    target = f"{harm.service}.{endpoint}"
                    self.findings.target((*path, "endpoints", place), target)
        elif isinstance(harm, Slow) and harm.cores is not None:
            for name, service in self.scenario.services.items():
                if self.may_be_hit(harm, name, service):
                    why = lacks(name, service, harm.cores)
                    if why:
                        self.findings.wrong((*path, "cores"), why)
                        return

    def may_be_hit(self, harm: Selector, name: str, service: Service) -> bool:
        """Whether one of a service's instances may be among those that are hit."""
        if harm.instance is not None and harm.instance.rpartition("-")[0] != name:
            return False
        wanted = [label.partition("=") for label in harm.label or ()]
        return harm.service in (None, name) and all(
            service.labels.get(key) == value for key, _, value in wanted
        )


def lacks(name: str, service: Service, cores: float) -> str:
    """Why so many cores cannot be stolen from a service; empty if they can."""
    if service.cores is None:
        return f"`{name}` has no `cores` that could be used by somebody else"
    if cores >= service.cores:
        return f"expected less than {service.cores:g}, the `cores` of `{name}`"
    if service.sharing == "fcfs" and cores % 1:
        return f"`{name}` has `sharing: fcfs`, and loses whole cores"
    return ""
