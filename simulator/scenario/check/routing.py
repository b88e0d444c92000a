"""Who is sent to which version: there are such requests, and callers who can tell them apart."""

from __future__ import annotations

from simulator.scenario.check.findings import Findings
from simulator.scenario.model import balancer
from simulator.scenario.model.routing import Match
from simulator.scenario.policies import calls_and_fallbacks, policy_of
from simulator.scenario.problem import few, nearest
from simulator.scenario.source import DataPath


class RoutingCheck:
    """Rules must name classes and callers that there are, and callers must look at each request."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.scenario = findings.scenario
        self.names = findings.names

    def rules(self) -> None:
        """Whatever rules name must exist."""
        for service, model in self.scenario.services.items():
            for number, rule in enumerate(() if model.routing is None else model.routing.match):
                path: DataPath = ("services", service, "routing", "match", number)
                for place, name in enumerate(rule.class_):
                    if name not in self.names.traffic:
                        known = self.names.traffic
                        hint = nearest(name, known) or few(known)
                        at = self.one_or_list((*path, "class"), place)
                        self.findings.wrong(at, f"unknown traffic class `{name}`{hint}")
                for place, name in enumerate(rule.from_):
                    self.findings.party(self.one_or_list((*path, "from"), place), name)

    def one_or_list(self, path: DataPath, place: int) -> DataPath:
        """Where one of several stands, which a single one does without a list."""
        several = isinstance(self.findings.source.at(self.findings.in_file(path)), list)
        return (*path, place) if several else path

    def callers(self) -> None:
        """What chooses once for many requests cannot send each of them where it belongs."""
        done = set()
        for _, target, own in calls_and_fallbacks(self.scenario):
            service = target.partition(".")[0]
            if self.scenario.services[service].routing is None or service in done:
                continue
            policy = policy_of(self.scenario, service, own)
            path: DataPath = ("services", service, "routing")
            name, _ = balancer.chosen(policy.balancer)
            if policy.via in ("connection", "dns"):
                done.add(service)
                message = (
                    f"`routing` looks at each request, and a call of `{target}` with "
                    f"`via: {policy.via}` chooses once for many"
                )
                self.findings.wrong(path, message, key=True)
            elif name == "join_idle_queue":
                done.add(service)
                message = (
                    "idle instances report to callers whatever their version: "
                    "`join_idle_queue` does not go with `routing`"
                )
                self.findings.wrong(path, message, key=True)

    def cohorts(self) -> None:
        """Warn of users who are all one to a service that keeps each of them to a version."""
        for service, model in self.scenario.services.items():
            routing = model.routing
            if routing is None or not routing.sticky or len(routing.split) < 2:
                continue
            sent = {each for rule in routing.match if _of_class_alone(rule) for each in rule.class_}
            for name, traffic in self.scenario.traffic.items():
                if name in sent:
                    continue
                if traffic.users is None and traffic.key is None and traffic.clients == 1:
                    message = (
                        f"`{name}` has neither `users` nor a `key` nor several `clients`: "
                        f"all of it meets one version of `{service}`"
                    )
                    self.findings.warn(("services", service, "routing", "sticky"), message)


def _of_class_alone(rule: Match) -> bool:
    """Whether a rule matches all requests of its classes."""
    return not (rule.from_ or rule.key or rule.priority)
