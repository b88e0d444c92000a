"""All mistakes of a scenario at once, though one of them may hide others.

A model whose values are wrong cannot say whether they go together, and a scenario that is no model
has no calls to follow. So what was found to be wrong is taken out of the data, and the rest is
looked at again, until it is a scenario in which names, files and cycles can be checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from functools import cache
from typing import Any

from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails

from simulator.scenario.check.checker import check
from simulator.scenario.explain import KINDS, data_path, explain
from simulator.scenario.groups import lay_flat
from simulator.scenario.model.base import Duration, Name
from simulator.scenario.model.scenario import Scenario
from simulator.scenario.model.service import Service
from simulator.scenario.model.traffic import Traffic
from simulator.scenario.problem import Place, Problem, ScenarioError, in_order
from simulator.scenario.source import DataPath, Key, Source, value_in

MOST_PROBLEMS = 50
"""Beyond so many, the rest are counted and not shown."""
MOST_ROUNDS = 12
COMES_OF_OTHERS = ("mistake", "missing", "too_short", *KINDS)
"""What pydantic may find only because something was taken out."""


def validate(source: Source) -> tuple[Scenario, tuple[Problem, ...]]:
    """The scenario that a source holds, and what looks doubtful about it.

    Raises:
        ScenarioError: with every mistake in it.
    """
    groups = lay_flat(source)
    remains = _Remains(source)
    remains.problems += groups
    scenario = remains.scenario()
    problems = remains.problems
    if scenario is None:
        raise ScenarioError(_shown(problems, source))
    findings = check(scenario, source, remains.in_file, whole=not problems)
    problems = [*problems, *findings.problems]
    if problems:
        raise ScenarioError(_shown(problems, source))
    return scenario, tuple(findings.warnings)


def _shown(problems: Sequence[Problem], source: Source) -> list[Problem]:
    unique = in_order(dict.fromkeys(problems), source.files)
    if len(unique) <= MOST_PROBLEMS:
        return unique
    more = f"and {len(unique) - MOST_PROBLEMS} more mistakes"
    last = unique[MOST_PROBLEMS - 1].place.source
    end = Place(last, source.files[last] + 1) if last in source.files else Place(source.name)
    return [*unique[:MOST_PROBLEMS], Problem(end, more)]


class _Remains:
    """What is left of the data as mistakes are taken out of it, and the mistakes."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.data: Any = source.data
        self.problems: list[Problem] = []
        self.numbers: dict[DataPath, list[int]] = {}
        """For a list that lost entries, by its path in the file: the numbers of those left."""
        self.touched: set[DataPath] = set()
        """The mappings and lists, by their paths in the file, that something was taken from."""

    def scenario(self) -> Scenario | None:
        """The scenario, or what is right in it; None if nothing can be made of it."""
        model: type[Scenario] = Scenario
        for _ in range(MOST_ROUNDS):
            try:
                return model.model_validate(self.data)
            except ValidationError as error:
                if model is Scenario:
                    self.data = deepcopy(self.data)
                errors = error.errors(include_url=False)
                paths = [data_path(each["loc"], self.data) for each in errors]
                wrong = [self.in_file(path) for path in paths]
                for each, path in zip(errors, wrong, strict=True):
                    # What is wrong does not count, and so there may seem to be nothing.
                    lacks = each["type"] == "too_short" and self.inside(path, wrong)
                    if not lacks:
                        self.note(each, path)
                # From the back, so that the numbers of list entries still to go stay right.
                for path in sorted(set(paths), key=_order, reverse=True):
                    self.take_out(path)
                model = _lenient()
        return None

    def note(self, error: ErrorDetails, path: DataPath) -> None:
        """Keep a mistake, unless it comes of what was taken out."""
        whole = path[:-1] if error["type"] == "missing" else path
        if error["type"] not in COMES_OF_OTHERS or self.touched.isdisjoint(
            (whole, path[:-1], path[:-2])
        ):
            self.problems.append(explain(error, path, self.source))

    def inside(self, path: DataPath, wrong: Sequence[DataPath]) -> bool:
        """Whether something in a list or mapping is wrong, or was, and is gone."""
        depth = len(path)
        gone = any(each[:depth] == path for each in self.touched)
        return gone or any(each[:depth] == path and len(each) > depth for each in wrong)

    def in_file(self, path: DataPath) -> DataPath:
        """Where in the file stands what is at `path` of what is left."""
        whole: list[Key] = []
        for part in path:
            numbers = self.numbers.get(tuple(whole))
            whole.append(numbers[part] if numbers and isinstance(part, int) else part)
        return tuple(whole)

    def take_out(self, path: DataPath) -> None:
        """Take out what is at `path`, or the mapping that lacks it."""
        here: Any = self.data
        for depth, part in enumerate(path):
            inside = value_in(here, part)
            if inside is None:
                return self.take_out(path[:depth])
            if depth < len(path) - 1:
                here = inside[0]
        if not path:
            return None
        parent = self.in_file(path[:-1])
        self.touched.add(parent)
        if isinstance(here, list):
            numbers = self.numbers.setdefault(parent, list(range(len(here))))
            del numbers[int(path[-1])]
        del here[path[-1]]
        return None


def _order(path: DataPath) -> tuple[tuple[bool, Key], ...]:
    return tuple((isinstance(part, int), part) for part in path)


@cache
def _lenient() -> type[Scenario]:
    """A scenario that may lack anything; made only once something is wrong."""

    class Lenient(Scenario):
        scenario: Name = "nameless"
        duration: Duration = Field(36_500 * 86_400.0)
        traffic: dict[Name, Traffic] = Field(default_factory=dict)
        services: dict[Name, Service] = Field(default_factory=dict)

    return Lenient
