"""Whom users and endpoints ask, and how."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.scenario.check.findings import Findings
from simulator.scenario.cycles import endless_cycles
from simulator.scenario.model.guards.fallback import Fallback
from simulator.scenario.model.guards.profile import the
from simulator.scenario.model.policy import NamedPolicy, Policy
from simulator.scenario.model.step import Call, Work
from simulator.scenario.policies import calls as every_call
from simulator.scenario.policies import instead_of, policy_of
from simulator.scenario.problem import nearest
from simulator.scenario.proxies import AT_THE_CALLER
from simulator.scenario.source import DataPath

MOST_SHOWN = 8
"""Endpoints of a circle that a message lists."""


class CallCheck:
    """Targets and policies must exist, policies must go together, and calls must end."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.scenario = findings.scenario
        self.names = findings.names

    def names_and_steps(self) -> None:
        """Each name must stand for something."""
        self.shared_names()
        self.targets()
        self.policies()
        self.steps()

    def policies_agree(self) -> None:
        """Policies must go together."""
        self.stale_answers()
        self.shared_proxies()

    def shared_names(self) -> None:
        for name in self.scenario.traffic:
            if name in self.names.services:
                message = f"`{name}` is a service too; expectations need different names"
                self.findings.wrong(("traffic", name), message, key=True)

    def targets(self) -> None:
        for name, traffic in self.scenario.traffic.items():
            if traffic.target is not None:
                self.findings.target(("traffic", name, "target"), traffic.target)
            for target in traffic.mix or ():
                self.findings.target(("traffic", name, "mix", target), target, key=True)

    def steps(self) -> None:
        for _, path, step in self.findings.every_step():
            if isinstance(step, Call):
                self.findings.target((*path, "call"), step.call)
            elif isinstance(step, Work):
                self.findings.measured((*path, "work"), step.work)

    def policies(self) -> None:
        """Named policies must exist, and so must what is asked when a call has failed."""
        scenario = self.scenario
        for name, traffic in scenario.traffic.items():
            self.policy(("traffic", name), traffic)
        self.policy(("defaults",), scenario.defaults)
        for name, policy in scenario.policies.items():
            self.policy(("policies", name), policy)
        for name, service in scenario.services.items():
            if isinstance(service.policy, str):
                self.known_policy(("services", name, "policy"), service.policy)
            elif service.policy is not None:
                self.policy(("services", name, "policy"), service.policy)
        for _, path, step in self.findings.every_step():
            if isinstance(step, Call):
                self.policy(path, step)

    def policy(self, path: DataPath, policy: Policy) -> None:
        """What a policy names must exist."""
        if isinstance(policy, NamedPolicy) and policy.policy is not None:
            self.known_policy((*path, "policy"), policy.policy)
        if policy.fallback is not None:
            other = the(Fallback, policy.fallback).call
            if other is not None:
                self.findings.target((*path, "fallback", "call"), other)

    def stale_answers(self) -> None:
        """A call that falls back on old answers must keep some."""
        for path, target, own in self.every_call():
            policy = policy_of(self.scenario, target.partition(".")[0], own)
            if policy.fallback is None or policy.cache is not None:
                continue
            if the(Fallback, policy.fallback).stale is not None:
                message = f"the call of `{target}` falls back on stale answers, but has no `cache`"
                self.findings.wrong(path, message)

    def shared_proxies(self) -> None:
        """A proxy has one policy for each endpoint, whoever asks."""
        agreed: dict[str, Policy] = {}
        for path, target, own in self.every_call():
            policy = policy_of(self.scenario, target.partition(".")[0], own)
            if policy.via != "proxy":
                continue
            first = agreed.setdefault(target, policy)
            for key in Policy.model_fields:
                if key not in (*AT_THE_CALLER, "deadline") and getattr(policy, key) != getattr(
                    first, key
                ):
                    message = (
                        f"the proxy before `{target}` has one `{key}` for all who ask, and this call "
                        "has another than one above; put it into the service's `policy`"
                    )
                    self.findings.wrong(path, message)
                    break

    def every_call(self) -> Iterator[tuple[DataPath, str, Policy]]:
        """Each call, of users and of endpoints: where it stands, whom it asks, its own policy."""
        for name, traffic in self.scenario.traffic.items():
            path: DataPath = ("traffic", name)
            if traffic.target is not None:
                yield (*path, "target"), traffic.target, traffic
            for target in traffic.mix or ():
                yield (*path, "mix", target), target, traffic
        for _, place, step in self.findings.every_step():
            if isinstance(step, Call):
                yield (*place, "call"), step.call, step

    def known_policy(self, path: DataPath, name: str) -> None:
        """There must be a policy of that name."""
        known = self.names.policies
        if name not in known:
            hint = nearest(name, known) or ("" if known else "; the scenario has no `policies`")
            self.findings.wrong(path, f"unknown policy `{name}`{hint}")

    def cycles(self) -> None:
        """Calls that lead back to themselves for certain would never end."""
        programs = {
            f"{service}.{endpoint}": steps
            for service, model in self.scenario.services.items()
            for endpoint, steps in model.endpoints.items()
        }
        for circle, closing, path in endless_cycles(programs):
            service, _, endpoint = closing.partition(".")
            shown = circle if len(circle) <= MOST_SHOWN else [*circle[:MOST_SHOWN], "..."]
            message = (
                f"calls that never end: {' -> '.join(shown)}; "
                "a circle needs a way out, such as `maybe` or `either`"
            )
            self.findings.wrong(("services", service, "endpoints", endpoint, *path), message)

    def unreachable(self) -> None:
        """Warn of services and endpoints that no request can reach."""
        reached = self.reached()
        for service, model in self.scenario.services.items():
            lost = [name for name in model.endpoints if f"{service}.{name}" not in reached]
            path: DataPath = ("services", service)
            if not model.on_nodes:
                # The caches of CDNs have a check of their own.
                continue
            if len(lost) == len(model.endpoints):
                self.findings.warn(path, f"nothing calls the service `{service}`")
                continue
            for name in lost:
                message = f"nothing calls the endpoint `{service}.{name}`"
                self.findings.warn((*path, "endpoints", name), message)

    def reached(self) -> set[str]:
        """The endpoints that a request can come to."""
        calls: dict[str, set[str]] = {endpoint: set() for endpoint in self.names.labels}
        ahead: list[str] = []
        for caller, target, own in every_call(self.scenario):
            policy = policy_of(self.scenario, target.partition(".")[0], own)
            asked = [each for each in (target, instead_of(policy)) if each is not None]
            if caller in calls:
                calls[caller].update(asked)
            else:
                ahead.extend(asked)
        reached: set[str] = set()
        while ahead:
            endpoint = ahead.pop()
            if endpoint not in reached:
                reached.add(endpoint)
                ahead.extend(calls[endpoint])
        return reached
