"""The caches before services: each has users, and each user has one."""

from __future__ import annotations

from simulator.scenario.cdn import asks, nearest_pop, pop_name, shield_name
from simulator.scenario.check.findings import Findings
from simulator.scenario.model.scenario import Scenario
from simulator.scenario.model.service import Service
from simulator.scenario.problem import few, listed, nearest
from simulator.scenario.source import DataPath


class CdnCheck:
    """Points of presence must be told apart, and be near to somebody.

    `scenario` is that of the file, without the services that stand for caches.
    """

    def __init__(self, findings: Findings, scenario: Scenario) -> None:
        self.findings = findings
        self.scenario = scenario
        self.names = findings.names

    def caches(self) -> None:
        """Look at every CDN."""
        for service, model in self.scenario.services.items():
            if model.cdn is not None:
                self.named(service, model)
                self.served(service, model)

    def named(self, service: str, model: Service) -> None:
        """No service of the file is called as a cache is."""
        assert model.cdn is not None
        path: DataPath = ("services", service, "cdn")
        caches = {pop_name(service, pop): (*path, "pops", pop) for pop in model.cdn.pops}
        if model.cdn.shield is not None:
            caches[shield_name(service)] = (*path, "shield")
        for name, at in caches.items():
            if name in self.names.written:
                message = f"there is a service `{name}`, as this cache is called"
                self.findings.wrong(at, message, key=True)
        for pop, its in model.cdn.pops.items():
            for place, user in enumerate(its.serves):
                if user not in self.names.traffic:
                    at = (*path, "pops", pop, "serves")
                    if isinstance(self.findings.source.at(self.findings.in_file(at)), list):
                        at = (*at, place)
                    hint = nearest(user, self.names.traffic) or few(self.names.traffic)
                    self.findings.wrong(at, f"unknown traffic class `{user}`{hint}")

    def served(self, service: str, model: Service) -> None:
        """Each class that asks for what is kept has a point of presence, and the other way round."""
        cdn = model.cdn
        assert cdn is not None
        serving = set()
        lost = False
        for user, traffic in self.scenario.traffic.items():
            if not asks(traffic, service, model):
                continue
            pop = nearest_pop(self.scenario, user, traffic, cdn)
            serving.add(pop)
            if pop is None:
                lost = True
                message = (
                    f"`{user}` is nearest to none of {listed(list(cdn.pops), 'and')}: give it the "
                    "`zone` of one, or name it in the `serves` of one"
                )
                self.findings.wrong(("traffic", user), message, key=True)
        for pop in cdn.pops:
            if pop not in serving and not lost:
                path: DataPath = ("services", service, "cdn", "pops", pop)
                message = f"`{pop}` is nearest to no traffic class: nobody asks it"
                self.findings.warn(path, message)
