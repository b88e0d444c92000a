"""From a file, or the name of a bundled scenario, to a scenario that can be run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from simulator.scenario.extend import extended, read_mapping
from simulator.scenario.model.scenario import Scenario
from simulator.scenario.problem import Problem
from simulator.scenario.settings import Setting, apply_settings
from simulator.scenario.source import Source
from simulator.scenario.text import bundled, read_text
from simulator.scenario.validate import validate
from simulator.scenario.values import source_of


@dataclass(frozen=True, slots=True)
class Loaded:
    """A scenario that is right, what looks doubtful about it, and where it came from."""

    scenario: Scenario
    warnings: tuple[Problem, ...]
    folder: Path | None
    """Where the files that it names lie."""
    extends: tuple[str, ...] = ()
    """The files that it is laid over, the nearest first."""


def load(path_or_name: str, settings: Iterable[str | Setting] = ()) -> Loaded:
    """Read a scenario from a path or, if there is no such file, from the bundled ones.

    Raises:
        ScenarioError: with every mistake in it.
    """
    path, name = Path(path_or_name), path_or_name
    try:
        is_file = path.is_file()
    except ValueError:
        is_file = False
    if path_or_name in bundled() and not is_file:
        path, name = bundled()[path_or_name], f"{path_or_name}.yaml"
    return _loaded(read_mapping(read_text(path, name), name, path.parent), settings, path)


def parse(
    text: str,
    name: str = "<text>",
    settings: Iterable[str | Setting] = (),
    folder: Path | None = None,
) -> Loaded:
    """Read a scenario from a text; `name` stands for it in messages.

    Raises:
        ScenarioError: with every mistake in it.
    """
    return _loaded(read_mapping(text.removeprefix("\ufeff"), name, folder), settings, None)


def load_values(
    values: Mapping[str, object],
    name: str,
    settings: Iterable[str | Setting] = (),
    folder: Path | None = None,
) -> Loaded:
    """Read a scenario from Python values, with the keys of a file; messages tell mistakes by key.

    Raises:
        ScenarioError: with every mistake in it.
    """
    return _loaded(source_of(values, name, folder), settings, None)


def _loaded(source: Source, settings: Iterable[str | Setting], path: Path | None) -> Loaded:
    source = extended(source, path)
    apply_settings(source, settings)
    scenario, warnings = validate(source)
    return Loaded(scenario, warnings, source.folder, tuple(source.files)[1:])
