"""What is expected, of whom, and when."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.scenario.check.findings import Findings
from simulator.scenario.expectation import (
    OF_RUNS,
    OF_SLOS,
    TABLE,
    Expectation,
    ExpectationError,
    Phase,
    parse_expectation,
)
from simulator.scenario.problem import Problem
from simulator.scenario.source import DataPath
from simulator.units import format_duration


class ExpectationCheck:
    """Each must be readable, of something there is, and within the run."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.scenario = findings.scenario
        self.names = findings.names

    def expectations(self) -> None:
        """Each must be readable, of something there is, and within the run."""
        given = self.findings.source.at(("expect",))
        for number, each in enumerate(given if isinstance(given, list) else ()):
            path: DataPath = ("expect", number)
            if isinstance(each, dict):
                path, each = (*path, "expect"), each.get("expect")
            if isinstance(each, str):
                self.expectation(path, each)

    def expectation(self, path: DataPath, text: str) -> None:
        """One of them."""
        try:
            expectation = parse_expectation(text)
        except ExpectationError as error:
            place = self.findings.within(path, text, error.column, error.length)
            self.findings.problems.append(Problem(place, str(error)))
            return
        for message, column, length in self.doubts(expectation):
            self.findings.problems.append(
                Problem(self.findings.within(path, text, column, length), message)
            )

    def doubts(self, expectation: Expectation) -> Iterator[tuple[str, int, int]]:
        """What is wrong with an expectation, and where in its text."""
        text, subject = expectation.text, expectation.subject
        comparison = text.index(expectation.op)
        if (fault := expectation.fault) and (message := self.names.wrong_fault(fault)):
            yield message, text.rindex(fault, 0, comparison), len(fault)
        if (slo := expectation.slo) and (message := self.names.wrong_slo(slo)):
            yield message, text.rindex(slo, 0, comparison), len(slo)
        elif expectation.measure in OF_SLOS and not self.names.slos:
            message = f"there is no `{expectation.measure}`: the scenario has no `slos`"
            yield message, text.index(expectation.measure), len(expectation.measure)
        elif expectation.measure in OF_RUNS and not self.priced():
            message = f"there is no `{expectation.measure}`: no service and no node has a `price`"
            yield message, text.index(expectation.measure), len(expectation.measure)
        if subject is not None and (message := self.names.wrong_subject(subject)):
            yield message, text.index(subject), len(subject)
        elif message := self.wrong_owner(expectation):
            measure = expectation.measure
            yield message, text.rindex(measure, 0, comparison), len(measure)
        if expectation.window is not None and expectation.window[1] > self.scenario.duration:
            start = text.index("[")
            lasts = format_duration(self.scenario.duration)
            yield f"the run is over before this: it lasts {lasts}", start, len(text) - start
        if expectation.phase is not None and (message := self.wrong_phase(expectation.phase)):
            word = expectation.phase.fault or expectation.phase.kind
            yield message, text.rindex(word), len(word)

    def priced(self) -> bool:
        """Whether anything has a price, or might have if it were right."""
        platform = self.scenario.platform
        if platform is None and self.findings.source.at(("platform",)) is not None:
            return True
        pools = () if platform is None else platform.nodes.values()
        services = self.scenario.services.values()
        return any(each.price is not None for each in services) or any(
            each.price > 0.0 for each in pools
        )

    def wrong_phase(self, phase: Phase) -> str:
        """What is wrong with a phase that hangs on faults, if anything."""
        if phase.kind == "always":
            return ""
        if phase.fault is None:
            return "" if self.names.faults else f"nothing is {phase.kind}: there are no `faults`"
        message = self.names.wrong_fault(phase.fault)
        if message or phase.kind != "after":
            return message
        for number, fault in enumerate(self.scenario.faults):
            endless = fault.for_ is None and fault.random is None and not fault.momentary
            if endless and self.findings.fault(number) == phase.fault:
                return f"nothing is after `{phase.fault}`: it has no `for`, and so no end"
        return ""

    def wrong_owner(self, expectation: Expectation) -> str:
        """Why the subject cannot have the measure, if so."""
        subject, measure = expectation.subject, expectation.measure
        owner = TABLE[measure].owner
        if measure == "utilization":
            return self.no_utilization(subject)
        a_service = subject in self.names.services
        if owner == "service" and not a_service:
            return f"only a service has `{measure}`, as in `shop.{measure} <= 3`"
        if owner == "all or service" and subject is not None and not a_service:
            return f"only a service, or all of them, has `{measure}`, as in `shop.{measure} <= 5%`"
        if owner == "all or class" and subject is not None and subject not in self.names.traffic:
            return f"only a traffic class, or all traffic, has `{measure}`"
        return ""

    def no_utilization(self, subject: str | None) -> str:
        """Why `subject` has no utilization, if so."""
        if subject is None or subject not in self.names.services:
            return "only a service has a utilization, as in `shop.utilization <= 80%`"
        model = self.scenario.services.get(subject)
        if model is None or model.cores is not None or model.concurrency is not None:
            return ""
        return (
            f"`{subject}` has no utilization: neither its `cores` nor its `concurrency` is limited"
        )

    def slos(self) -> None:
        """Each must be about something that there is."""
        for name, slo in self.scenario.slos.items():
            if slo.of is not None and (message := self.names.wrong_subject(slo.of)):
                self.findings.wrong(("slos", name, "of"), message)
