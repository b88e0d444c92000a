"""Faults of deployments, configuration, secrets, third parties and load: whom they hit."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.scenario.building.pushes import Push, pushes_of
from simulator.scenario.check.findings import Findings
from simulator.scenario.check.geography import GeographyCheck
from simulator.scenario.model.balancer import BalancerChoice, chosen
from simulator.scenario.model.base import Model
from simulator.scenario.model.fault.load import AbusiveClient, HotKey, ThunderingHerd
from simulator.scenario.model.fault.platform import (
    BadDeploy,
    ConfigPush,
    DependencyOutage,
    ForceBreaker,
)
from simulator.scenario.model.guards.fallback import Fallback
from simulator.scenario.model.guards.profile import the
from simulator.scenario.model.policy import Policy
from simulator.scenario.model.traffic import Traffic
from simulator.scenario.policies import calls_and_fallbacks, is_to, policy_of
from simulator.scenario.problem import few, nearest
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
        elif isinstance(harm, ForceBreaker):
            self.breakers(path, harm)
        elif isinstance(harm, DependencyOutage):
            self.third_party(path, harm.service)
        elif isinstance(harm, (HotKey, ThunderingHerd, AbusiveClient)):
            traffic = self.traffic((*path, "traffic"), harm.traffic)
            if traffic is not None:
                self.load(path, harm, traffic)

    def push(self, path: DataPath, harm: ConfigPush) -> None:
        """A push must change a call that there is, and what it gives must go with the rest."""
        push = Push("", harm.service, harm.to, harm.policy)
        for target, own in self.concerned(path, harm, "no call is changed"):
            self.pushed(path, push, target, own)

    def concerned(
        self, path: DataPath, harm: ConfigPush | ForceBreaker, otherwise: str
    ) -> list[tuple[str, Policy]]:
        """The calls of a caller to whom a fault names; says so if there are none."""
        names, to = self.names, harm.to
        self.findings.party((*path, "service"), harm.service)
        if to is not None and to not in names.services:
            if "." in to:
                self.findings.target((*path, "to"), to)
            elif names.services:
                hint = nearest(to, [*names.services, *names.labels])
                self.findings.wrong((*path, "to"), f"unknown service or endpoint `{to}`{hint}")
        if harm.service not in names.parties or to not in (None, *names.services, *names.labels):
            return []
        found = [
            (target, own)
            for caller, target, own in calls_and_fallbacks(self.findings.scenario)
            if caller.partition(".")[0] == harm.service and is_to(to, target)
        ]
        if not found:
            whom = "nobody" if to is None else f"`{to}` nothing"
            self.findings.wrong(path, f"`{harm.service}` asks {whom}: {otherwise}", key=True)
        return found

    def breakers(self, path: DataPath, harm: ForceBreaker) -> None:
        """Somebody must have a breaker that can be set."""
        concerned = self.concerned(path, harm, "no breaker is set")
        if not concerned or any(self.breaks(harm.service, *each) for each in concerned):
            return
        scenario, service = self.findings.scenario, harm.service
        first, own = concerned[0]
        callee = first.partition(".")[0]
        if callee in scenario.services and policy_of(scenario, callee, own).via == "proxy":
            message = f"the proxy before `{first}` has the `breaker` of this call"
            self.findings.wrong((*path, "service"), message)
            return
        others = [
            target
            for caller, target, own in calls_and_fallbacks(scenario)
            if caller.partition(".")[0] == service and self.breaks(service, target, own)
        ]
        whom = "" if harm.to is None else f" to `{harm.to}`"
        message = f"no call of `{service}`{whom} has a `breaker`"
        if others:
            message += few(dict.fromkeys(others))
            self.findings.wrong((*path, "to"), message)
        else:
            message += f": give the call of `{first}` one, such as `breaker: resilience4j`"
            self.findings.wrong((*path, "service"), message)

    def breaks(self, party: str, target: str, own: Policy) -> bool:
        """Whether a call has a breaker at its caller, at least while something is pushed."""
        scenario, callee = self.findings.scenario, target.partition(".")[0]
        if callee not in scenario.services:
            return True
        policy = policy_of(scenario, callee, own)
        pushes = (each for each in pushes_of(scenario) if each.concerns(party, target))
        return policy.via != "proxy" and any(
            each.breaker is not None for each in (policy, *(push.policy for push in pushes))
        )

    def pushed(self, path: DataPath, push: Push, target: str, own: Policy) -> None:
        """What a push makes of one call must go together."""
        scenario = self.findings.scenario
        if target.partition(".")[0] not in scenario.services:
            return
        policy = push.over(policy_of(scenario, target.partition(".")[0], own), own)
        place: DataPath = (*path, "policy")
        if policy.via == "proxy":
            for key in (*AT_THE_PROXY, "balancer"):
                if key in push.policy.model_fields_set:
                    message = f"the proxy before `{target}` has the `{key}` of this call"
                    self.findings.wrong((*place, key), message)
        if push.balancer is not None and policy.via != "proxy":
            for message in self.balanced(target, policy, push.balancer):
                self.findings.wrong((*place, "balancer"), message)
        fallback = None if policy.fallback is None else the(Fallback, policy.fallback)
        if fallback is not None and fallback.stale is not None and policy.cache is None:
            message = f"the call of `{target}` would fall back on stale answers without a `cache`"
            self.findings.wrong(place, message)

    def balanced(self, target: str, policy: Policy, pushed: BalancerChoice | str) -> Iterator[str]:
        """Why a call cannot be balanced otherwise from one moment to the next, if so."""
        if chosen(policy.balancer)[0] == "join_idle_queue":
            yield (
                f"the call of `{target}` goes by reports that idle instances make all along "
                "(`join_idle_queue`): its balancer cannot be replaced"
            )
        meanwhile = policy.model_copy(update={"balancer": pushed})
        for message in GeographyCheck(self.findings).failing_over(meanwhile):
            yield f"the call of `{target}` {message}"

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
