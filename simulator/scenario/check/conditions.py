"""What a run is watched for: what faults wait for, and what stops it."""

from __future__ import annotations

from simulator.scenario.check.expectations import ExpectationCheck
from simulator.scenario.check.findings import Findings
from simulator.scenario.condition import Condition, parse_condition
from simulator.scenario.expectation import ExpectationError
from simulator.scenario.problem import Problem
from simulator.scenario.source import DataPath
from simulator.units import format_duration


class ConditionCheck:
    """Each must be readable, of something there is, and come within the run."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.scenario = findings.scenario

    def stops(self) -> None:
        """What stops the run."""
        for number, text in enumerate(self.scenario.stop_when):
            self.condition(("stop_when", number), text)

    def condition(self, path: DataPath, text: str) -> None:
        """One condition, at a path of the scenario."""
        place = self.findings.in_file(path)
        try:
            condition = parse_condition(text)
        except ExpectationError as error:
            where = self.findings.within(place, text, error.column, error.length)
            self.findings.problems.append(Problem(where, str(error)))
            return
        for message, column, length in ExpectationCheck(self.findings).doubts(
            condition.expectation
        ):
            where = self.findings.within(place, text, column, length)
            self.findings.problems.append(Problem(where, message))
        self.in_time(place, condition)

    def in_time(self, place: DataPath, condition: Condition) -> None:
        """A run must be long enough for a first look, whose seconds lie behind the warm-up."""
        if self.scenario.warmup + condition.span < self.scenario.duration:
            return
        lasts = format_duration(self.scenario.duration)
        message = f"the run is over before the first look at this: it lasts {lasts}"
        if self.scenario.warmup:
            message += f", of which {format_duration(self.scenario.warmup)} are warm-up"
        where = self.findings.within(place, condition.text, 0, len(condition.text))
        self.findings.problems.append(Problem(where, message))
