"""Every check of a scenario, in the order in which they make sense."""

from __future__ import annotations

from collections.abc import Callable

from simulator.scenario.check.calls import CallCheck
from simulator.scenario.check.conditions import ConditionCheck
from simulator.scenario.check.expectations import ExpectationCheck
from simulator.scenario.check.faults import FaultCheck
from simulator.scenario.check.findings import Findings
from simulator.scenario.check.links import LinkCheck
from simulator.scenario.check.platform import PlatformCheck
from simulator.scenario.check.recordings import RecordingCheck
from simulator.scenario.model.scenario import Scenario
from simulator.scenario.source import DataPath, Source


def check(
    scenario: Scenario, source: Source, in_file: Callable[[DataPath], DataPath], *, whole: bool
) -> Findings:
    """Look at everything; at what takes a `whole` scenario only if this is one."""
    findings = Findings(scenario, source, in_file)
    calls = CallCheck(findings)
    calls.names_and_steps()
    LinkCheck(findings).links()
    PlatformCheck(findings).zones()
    RecordingCheck(findings).recordings()
    FaultCheck(findings).faults()
    promises = ExpectationCheck(findings)
    promises.expectations()
    promises.slos()
    ConditionCheck(findings).stops()
    for further in (calls.policies_agree, calls.cycles, calls.unreachable):
        if whole and not findings.problems:
            further()
    return findings
