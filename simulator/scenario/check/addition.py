"""Faults that are added to a scenario which is right already."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from simulator.scenario.cdn import with_cdns
from simulator.scenario.check.faults import FaultCheck
from simulator.scenario.check.findings import Findings
from simulator.scenario.explain import data_path, explain
from simulator.scenario.model.fault.fault import Fault
from simulator.scenario.model.scenario import Scenario, with_faults
from simulator.scenario.problem import Place, Problem, ScenarioError
from simulator.scenario.read import read
from simulator.scenario.source import DataPath, Source, paths_in
from simulator.scenario.write import resolved_yaml


class AdditionCheck:
    """Looks at one more fault of a scenario as `validate` does, without looking at all the rest again.

    A place is where something stands within the fault, such as `latency.add`.

    Args:
        scenario: the one that the faults are added to; it may have others by then.
        folder: where the files lie that it names.
    """

    def __init__(self, scenario: Scenario, folder: Path | None) -> None:
        self.data = read(resolved_yaml(scenario), "").data
        self.folder = folder

    def fault(self, scenario: Scenario, entry: Mapping[str, Any]) -> tuple[Fault, list[Problem]]:
        """The fault that an entry of the list `faults` is, as the last one, and what looks doubtful.

        Raises:
            ScenarioError: with every mistake in it.
        """
        number = len(scenario.faults)
        source = self.source(scenario, entry)
        try:
            fault = Fault.model_validate(entry)
        except ValidationError as error:
            raise ScenarioError(
                explain(each, ("faults", number, *data_path(each["loc"], entry)), source)
                for each in error.errors(include_url=False)
            ) from None
        findings = Findings(
            with_cdns(with_faults(scenario, (*scenario.faults, fault))), source, _unmoved
        )
        FaultCheck(findings).faults()
        if findings.problems:
            raise ScenarioError(findings.problems)
        return fault, findings.warnings

    def source(self, scenario: Scenario, entry: Mapping[str, Any]) -> Source:
        """The data of the scenario with the fault."""
        assert isinstance(self.data, dict)
        number = len(scenario.faults)
        others = [
            {"name": each.known_as(nth), each.kind: {}} for nth, each in enumerate(scenario.faults)
        ]
        source = Source("", [], {**self.data, "faults": [*others, dict(entry)]}, folder=self.folder)
        for path in paths_in(dict(entry), ("faults", number)):
            source.values[path] = Place(".".join(map(str, path[2:])))
        return source


def _unmoved(path: DataPath) -> DataPath:
    return path
