"""What is expected, of whom, and when."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.scenario.check.findings import Findings
from simulator.scenario.expectation import Expectation, ExpectationError, parse_expectation
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
        texts = self.findings.source.at(("expect",))
        for number, text in enumerate(texts if isinstance(texts, list) else ()):
            if not isinstance(text, str):
                continue
            path: DataPath = ("expect", number)
            try:
                expectation = parse_expectation(text)
            except ExpectationError as error:
                place = self.findings.within(path, text, error.column, error.length)
                self.findings.problems.append(Problem(place, str(error)))
                continue
            for message, column, length in self.doubts(expectation):
                self.findings.problems.append(
                    Problem(self.findings.within(path, text, column, length), message)
                )

    def doubts(self, expectation: Expectation) -> Iterator[tuple[str, int, int]]:
        """What is wrong with an expectation, and where in its text."""
        text, subject, fault = expectation.text, expectation.subject, expectation.fault
        if fault is not None and (message := self.names.wrong_fault(fault)):
            yield message, text.rindex(fault, 0, text.index(expectation.op)), len(fault)
        if subject is not None and (message := self.names.wrong_subject(subject)):
            yield message, text.index(subject), len(subject)
        elif expectation.measure == "utilization":
            message = self.no_utilization(subject)
            if message:
                yield message, text.index("utilization"), len("utilization")
        if expectation.window is not None and expectation.window[1] > self.scenario.duration:
            start = text.index("[")
            lasts = format_duration(self.scenario.duration)
            yield f"the run is over before this: it lasts {lasts}", start, len(text) - start

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
