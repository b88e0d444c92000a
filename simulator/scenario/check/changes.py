"""Faults of deployments, configuration, secrets, third parties and load: whom they hit."""

from __future__ import annotations

from simulator.scenario.building.pushes import Push
from simulator.scenario.check.findings import Findings
from simulator.scenario.model.base import Model
from simulator.scenario.model.fault.load import AbusiveClient, HotKey, ThunderingHerd
from simulator.scenario.model.fault.platform import BadDeploy, ConfigPush, DependencyOutage
from simulator.scenario.model.guards.fallback import Fallback
from simulator.scenario.model.guards.profile import the
from simulator.scenario.model.policy import Policy
from simulator.scenario.model.traffic import Traffic
from simulator.scenario.policies import calls_and_fallbacks, policy_of
from simulator.scenario.problem import nearest
from simulator.scenario.proxies import AT_THE_PROXY
from simulator.scenario.source import DataPath


class ChangeCheck:
    """Whom or what these faults hit must exist, and be fit for it."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.names = findings.names

    def harm(self, path: DataPath, harm: Model) -> None:
        """Look at one of these; at any other there is nothing to be found."""
        if isinstance(harm, BadDeploy):
            self.callers(path, harm)
        elif isinstance(harm, ConfigPush):
            self.push(path, harm)
        elif isinstance(harm, DependencyOutage):
            self.third_party(path, harm.service)
        elif isinstance(harm, (HotKey, ThunderingHerd, AbusiveClient)):
            traffic = self.traffic((*path, "traffic"), harm.traffic)
            if traffic is not None:
                self.load(path, harm, traffic)

    def push(self, path: DataPath, harm: ConfigPush) -> None:
        """A push must change a call that there is, and what it gives must go with the rest."""
        names = self.names
        self.findings.party((*path, "service"), harm.service)
        if harm.to is not None and harm.to not in names.services:
            if "." in harm.to:
                self.findings.target((*path, "to"), harm.to)
            elif names.services:
                hint = nearest(harm.to, [*names.services, *names.labels])
                self.findings.wrong((*path, "to"), f"unknown service or endpoint `{harm.to}`{hint}")
        if harm.service not in names.parties or harm.to not in (
            None,
            *names.services,
            *names.labels,
        ):
            return
        push = Push("", harm.service, harm.to, harm.policy)
        concerned = [
            (target, own)
            for caller, target, own in calls_and_fallbacks(self.findings.scenario)
            if push.concerns(caller.partition(".")[0], target)
        ]
        for target, own in concerned:
            self.pushed(path, push, target, own)
        if not concerned:
            whom = "nobody" if harm.to is None else f"`{harm.to}` nothing"
            self.findings.wrong(path, f"`{harm.service}` asks {whom}: no call is changed", key=True)

    def pushed(self, path: DataPath, push: Push, target: str, own: Policy) -> None:
        """What a push makes of one call must go together."""
        scenario = self.findings.scenario
        if target.partition(".")[0] not in scenario.services:
            return
        policy = push.over(policy_of(scenario, target.partition(".")[0], own), own)
        place: DataPath = (*path, "policy")
        if policy.via == "proxy":
            for key in AT_THE_PROXY:
                if key in push.policy.model_fields_set:
                    message = f"the proxy before `{target}` has the `{key}` of this call"
                    self.findings.wrong((*place, key), message)
        fallback = None if policy.fallback is None else the(Fallback, policy.fallback)
        if fallback is not None and fallback.stale is not None and policy.cache is None:
            message = f"the call of `{target}` would fall back on stale answers without a `cache`"
            self.findings.wrong(place, message)

    def callers(self, path: DataPath, harm: BadDeploy) -> None:
        """The callers that are turned away, and the endpoint that does it, must exist."""
        for place, caller in enumerate(harm.breaks):
            self.findings.party((*path, "breaks", place), caller)
        if harm.endpoint is not None and harm.service in self.names.services:
            self.findings.target((*path, "endpoint"), f"{harm.service}.{harm.endpoint}")

    def third_party(self, path: DataPath, service: str) -> None:
        """The service that stands for a third party must exist."""
        if self.names.services and service not in self.names.services:
            hint = nearest(service, self.names.services)
            self.findings.wrong((*path, "service"), f"unknown service `{service}`{hint}")

    def traffic(self, path: DataPath, name: str) -> Traffic | None:
        """The class of a name; says so if there is none."""
        if self.names.traffic and name not in self.names.traffic:
            hint = nearest(name, self.names.traffic)
            self.findings.wrong(path, f"unknown traffic class `{name}`{hint}")
        return self.findings.scenario.traffic.get(name)

    def load(
        self, path: DataPath, harm: HotKey | ThunderingHerd | AbusiveClient, traffic: Traffic
    ) -> None:
        """A class must have what a fault of load needs."""
        name = harm.traffic
        if isinstance(harm, HotKey):
            if traffic.key is None:
                message = f"the requests of `{name}` are about nothing: give it a `key`"
                self.findings.wrong((*path, "traffic"), message)
            elif harm.key > traffic.key.zipf.items:
                message = f"`{name}` has only {traffic.key.zipf.items:,} keys"
                self.findings.wrong((*path, "key"), message)
        elif isinstance(harm, AbusiveClient):
            if harm.client > traffic.clients:
                has = f"has only {traffic.clients:,}" if traffic.clients > 1 else "has only one"
                message = f"there is no client {harm.client:,}: `{name}` {has}"
                self.findings.wrong((*path, "client"), message)
            elif harm.rate == 0.0:
                self.findings.wrong((*path, "rate"), "expected a rate above 0")
        elif traffic.users is not None and harm.requests is not None:
            message = f"`{name}` is a closed loop, of which all users who think ask: drop this"
            self.findings.wrong((*path, "requests"), message)
        elif traffic.users is None and harm.requests is None:
            message = f"expected `requests`: `{name}` is an open loop, to which so many come"
            self.findings.wrong(path, message, key=True)
