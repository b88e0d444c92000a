"""What is deployed where, and when."""

from __future__ import annotations

from simulator.scenario.building.deployments import routed_by_version
from simulator.scenario.check.conditions import ConditionCheck
from simulator.scenario.check.findings import Findings
from simulator.scenario.condition import ENDED, LEVELS, parse_condition
from simulator.scenario.expectation import ExpectationError
from simulator.scenario.expectation.measures import OF_CALLS, OUTCOMES
from simulator.scenario.model import balancer
from simulator.scenario.model.deployment import Deployment, Strategy
from simulator.scenario.model.service import Service
from simulator.scenario.policies import calls_and_fallbacks, policy_of
from simulator.scenario.problem import Problem, few, nearest
from simulator.scenario.source import DataPath
from simulator.units import format_duration


class DeploymentCheck:
    """Each must be of a version that there is, in time, and by a strategy that the service allows."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.scenario = findings.scenario
        self.names = findings.names

    def deployments(self) -> None:
        """Look at all of them."""
        self.versions()
        for number, each in enumerate(self.scenario.deployments):
            path: DataPath = ("deployments", number)
            if each.offset(self.scenario.duration) >= self.scenario.duration:
                lasts = format_duration(self.scenario.duration)
                message = f"the run is over before this: it lasts {lasts}"
                self.findings.wrong((*path, "at"), message)
            if each.when is not None:
                ConditionCheck(self.findings).condition((*path, "when"), each.when)
            if each.service not in self.names.services:
                hint = nearest(each.service, self.names.services) or few(list(self.names.services))
                self.findings.wrong((*path, "service"), f"unknown service `{each.service}`{hint}")
            if each.service in self.scenario.services:
                self.deployment(path, each, self.scenario.services[each.service])

    def versions(self) -> None:
        """The callers and endpoints that versions name must exist."""
        for service, model in self.scenario.services.items():
            for name, version in model.versions.items():
                path: DataPath = ("services", service, "versions", name)
                for place, caller in enumerate(version.breaks):
                    self.findings.party((*path, "breaks", place), caller)
                if version.endpoint is not None:
                    self.findings.target((*path, "endpoint"), f"{service}.{version.endpoint}")

    def deployment(self, path: DataPath, given: Deployment, service: Service) -> None:
        """Look at one, of a service that there is."""
        known = [service.version, *service.versions]
        if given.version is not None and given.version not in known:
            hint = nearest(given.version, known) or few(known)
            if not service.versions:
                hint = f"; `{given.service}` has no `versions`"
            self.findings.wrong((*path, "version"), f"unknown version `{given.version}`{hint}")
        if given.rollback and not self.anything_before(given):
            message = (
                f"there is nothing to go back from: no version of `{given.service}` is deployed"
            )
            self.findings.wrong((*path, "rollback"), message, key=True)
        self.strategy((*path, "strategy"), given, given.how, service)

    def anything_before(self, rollback: Deployment) -> bool:
        """Whether a version of the same service is deployed at all."""
        return any(
            each.service == rollback.service and each.version is not None
            for each in self.scenario.deployments
        )

    def strategy(
        self, path: DataPath, given: Deployment, strategy: Strategy, service: Service
    ) -> None:
        """What a strategy needs of a service, and what does not go with it."""
        name = given.service
        if strategy.divides and service.autoscaler is not None:
            message = (
                f"`{strategy.kind}` keeps two full sets of instances of `{name}`, and its "
                "`autoscaler` would have to size each: expected `rolling` or `recreate`"
            )
            self.findings.wrong(path, message)
        if not strategy.divides and routed_by_version(service) and not given.rollback:
            at = path if "strategy" in given.model_fields_set else path[:-1]
            message = (
                f"the `routing` of `{name}` sends requests to versions, and `{strategy.kind}` "
                "changes no routing: expected `canary` or `blue_green`"
            )
            self.findings.wrong(at, message, key=True)
        if strategy.analysis is None:
            return
        for number, text in enumerate(strategy.analysis.fail_when):
            self.fail_when((*path, strategy.kind, "analysis", "fail_when", number), text)

    def fail_when(self, path: DataPath, text: str) -> None:
        """A condition, of the new version where it says of nothing else."""
        place = self.findings.in_file(path)
        try:
            expectation = parse_condition(text).expectation
        except ExpectationError as error:
            where = self.findings.within(place, text, error.column, error.length)
            self.findings.problems.append(Problem(where, str(error)))
            return
        measure = expectation.measure
        if expectation.subject is not None:
            ConditionCheck(self.findings).condition(path, text)
        elif measure in LEVELS or OUTCOMES.get(measure) in OF_CALLS:
            why = "of the whole service" if measure in LEVELS else "before an instance is asked"
            known = ", ".join(f"`{each}`" for each in (*ENDED, "p99"))
            message = (
                f"`{measure}` of a version is not known: it is {why}; expected {known} or `error`"
            )
            where = self.findings.within(place, text, text.index(measure), len(measure))
            self.findings.problems.append(Problem(where, message))

    def callers(self) -> None:
        """What chooses once for many requests cannot give a version a share of them."""
        for number, each in enumerate(self.scenario.deployments):
            if each.how.divides:
                message = self.unfit(each.service)
                if message:
                    path: DataPath = ("deployments", number, "strategy")
                    self.findings.wrong(path, f"`{each.how.kind}` {message}", key=True)

    def unfit(self, service: str) -> str:
        """Why the callers of a service cannot divide their requests among its versions, if so."""
        for _, target, own in calls_and_fallbacks(self.scenario):
            if target.partition(".")[0] != service:
                continue
            policy = policy_of(self.scenario, service, own)
            name, _ = balancer.chosen(policy.balancer)
            if policy.via in ("connection", "dns"):
                return (
                    f"divides requests one by one, and a call of `{target}` with "
                    f"`via: {policy.via}` chooses once for many"
                )
            if policy.gslb is not None:
                return f"divides requests among versions, and those to `{target}` go by regions (`gslb`)"
            if name == "join_idle_queue":
                return (
                    f"divides requests among versions, and idle instances report to callers of "
                    f"`{target}` whatever their version (`join_idle_queue`)"
                )
        return ""
