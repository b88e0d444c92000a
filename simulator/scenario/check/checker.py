"""Every check of a scenario, in the order in which they make sense."""

from __future__ import annotations

from collections.abc import Callable

from simulator.scenario.cdn import with_cdns
from simulator.scenario.check.autoscalers import AutoscalerCheck
from simulator.scenario.check.calls import CallCheck
from simulator.scenario.check.cdn import CdnCheck
from simulator.scenario.check.conditions import ConditionCheck
from simulator.scenario.check.deployments import DeploymentCheck
from simulator.scenario.check.expectations import ExpectationCheck
from simulator.scenario.check.faults import FaultCheck
from simulator.scenario.check.findings import Findings
from simulator.scenario.check.geography import GeographyCheck
from simulator.scenario.check.links import LinkCheck
from simulator.scenario.check.platform import PlatformCheck
from simulator.scenario.check.recordings import RecordingCheck
from simulator.scenario.check.routing import RoutingCheck
from simulator.scenario.model.scenario import Scenario
from simulator.scenario.source import DataPath, Source


def check(
    scenario: Scenario, source: Source, in_file: Callable[[DataPath], DataPath], *, whole: bool
) -> Findings:
    """Look at everything; at what takes a `whole` scenario only if this is one."""
    findings = Findings(with_cdns(scenario), source, in_file)
    CdnCheck(findings, scenario).caches()
    calls = CallCheck(findings)
    calls.names_and_steps()
    LinkCheck(findings).links()
    geography = GeographyCheck(findings)
    geography.places()
    PlatformCheck(findings).nodes()
    AutoscalerCheck(findings).autoscalers()
    RecordingCheck(findings).recordings()
    routing = RoutingCheck(findings)
    routing.rules()
    FaultCheck(findings).faults()
    deployments = DeploymentCheck(findings)
    deployments.deployments()
    promises = ExpectationCheck(findings)
    promises.expectations()
    promises.slos()
    ConditionCheck(findings).stops()
    for further in (
        calls.policies_agree,
        geography.calls,
        calls.cycles,
        calls.unreachable,
        routing.callers,
        deployments.callers,
        routing.cohorts,
    ):
        if whole and not findings.problems:
            further()
    return findings
