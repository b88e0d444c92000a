"""Where mistakes are collected, and the questions that many checks ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from simulator.scenario.files import FileError, measured_values
from simulator.scenario.model.distribution import Dist, Empirical
from simulator.scenario.model.scenario import Scenario
from simulator.scenario.model.step import AnyStep
from simulator.scenario.names import Names
from simulator.scenario.problem import Place, Problem, nearest
from simulator.scenario.source import DataPath, Source
from simulator.scenario.walk import walk


class Findings:
    """All that is wrong with one scenario, or looks wrong.

    The scenario may be what is left of one with mistakes: names are those of the file, and
    `in_file` leads from a path in the scenario to the one in the file.
    """

    def __init__(
        self,
        scenario: Scenario,
        source: Source,
        in_file: Callable[[DataPath], DataPath],
    ) -> None:
        self.scenario = scenario
        self.source = source
        self.in_file = in_file
        self.names = Names(source.data)
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

    def wrong(self, path: DataPath, message: str, *, key: bool = False) -> None:
        self.problems.append(Problem(self.source.place(self.in_file(path), key=key), message))

    def warn(self, path: DataPath, message: str) -> None:
        self.warnings.append(Problem(self.source.place(path, key=True), message))

    def fault(self, number: int) -> str:
        """What a fault that is left is called: by its place in the file, where it has no name."""
        _, in_file = self.in_file(("faults", number))
        assert isinstance(in_file, int)
        return self.scenario.faults[number].known_as(in_file)

    def file(self, name: str) -> Path:
        return (self.source.folder or Path()) / name

    def readable(self, path: DataPath, reader: Callable[[], object]) -> None:
        """A file must hold what it is named for."""
        try:
            reader()
        except FileError as error:
            self.wrong(path, str(error))

    def measured(self, path: DataPath, given: Dist) -> None:
        """A file of measured durations must be readable."""
        if isinstance(given, Empirical) and given.empirical.csv is not None:
            file, column = self.file(given.empirical.csv), given.empirical.column
            self.readable((*path, "empirical", "csv"), lambda: measured_values(file, column))

    def party(self, path: DataPath, name: str) -> None:
        """One end of a link must exist."""
        if self.names.services and name not in self.names.parties:
            hint = nearest(name, self.names.parties)
            self.wrong(path, f"unknown service or traffic class `{name}`{hint}")

    def target(self, path: DataPath, target: str, *, key: bool = False) -> None:
        """An endpoint that something asks for must exist."""
        message = self.names.wrong_target(target)
        if message:
            self.wrong(path, message, key=key)

    def within(self, path: DataPath, text: str, column: int, length: int) -> Place:
        """A place inside the text of a value."""
        place = self.source.place(path)
        if not place.line:
            return place
        at = place.text.find(text, place.column - 1)
        # A text that goes on over several lines, or has escapes, is pointed at as a whole.
        return place if at < 0 else place.within(at - (place.column - 1) + column, length)

    def every_step(self) -> Iterator[tuple[str, DataPath, AnyStep]]:
        """Each step with its endpoint and its path."""
        for service, model in self.scenario.services.items():
            for endpoint, steps in model.endpoints.items():
                path: DataPath = ("services", service, "endpoints", endpoint)
                for place, step in walk(steps, path):
                    yield f"{service}.{endpoint}", place, step
