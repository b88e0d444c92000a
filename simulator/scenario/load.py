"""From a file, or the name of a bundled scenario, to a scenario that can be run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from simulator.scenario.extend import extended, read_mapping
from simulator.scenario.model.scenario import Scenario
from simulator.scenario.problem import Problem
from simulator.scenario.settings import Setting, apply_settings
from simulator.scenario.text import bundled, read_text
from simulator.scenario.validate import validate


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
    return _loaded(read_text(path, name), name, settings, path.parent, path)


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
    return _loaded(text.removeprefix("\ufeff"), name, settings, folder, None)


def _loaded(
    text: str,
    name: str,
    settings: Iterable[str | Setting],
    folder: Path | None,
    path: Path | None,
) -> Loaded:
    source = extended(read_mapping(text, name, folder), path)
    apply_settings(source, settings)
    scenario, warnings = validate(source)
    return Loaded(scenario, warnings, folder, tuple(source.files)[1:])
