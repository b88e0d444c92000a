"""From a file, or the name of a bundled scenario, to a scenario that can be run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from simulator.scenario.check import Checker
from simulator.scenario.explain import explain
from simulator.scenario.model.scenario import Scenario
from simulator.scenario.problem import Place, Problem, ScenarioError, found, nearest
from simulator.scenario.settings import apply_settings
from simulator.scenario.source import Source, read

MOST_PROBLEMS = 50
"""Beyond so many, the rest are counted and not shown."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A scenario that is right, what looks doubtful about it, and where it came from."""

    scenario: Scenario
    warnings: tuple[Problem, ...]
    folder: Path | None
    """Where the files that it names lie."""


def load(path_or_name: str, settings: Iterable[str] = ()) -> Loaded:
    """Read a scenario from a path or, if there is no such file, from the bundled ones.

    Raises:
        ScenarioError: with every mistake in it.
    """
    path = Path(path_or_name)
    if not path.exists() and path_or_name in bundled():
        path = bundled()[path_or_name]
        return parse(path.read_text("utf-8"), path_or_name + ".yaml", settings, path.parent)
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        hint = nearest(path_or_name, bundled())
        message = f"no such file, and no bundled scenario of that name{hint}"
        raise ScenarioError([Problem(Place(path_or_name), message)]) from None
    except IsADirectoryError:
        raise ScenarioError([Problem(Place(path_or_name), "a folder, not a file")]) from None
    except UnicodeDecodeError:
        raise ScenarioError([Problem(Place(path_or_name), "not a text file in UTF-8")]) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ScenarioError([Problem(Place(path_or_name), f"cannot be read: {reason}")]) from None
    return parse(text, path_or_name, settings, path.parent)


def parse(
    text: str, name: str = "<text>", settings: Iterable[str] = (), folder: Path | None = None
) -> Loaded:
    """Read a scenario from a text; `name` stands for it in messages.

    Raises:
        ScenarioError: with every mistake in it.
    """
    source = read(text.removeprefix("\ufeff"), name)
    source.folder = folder
    if not isinstance(source.data, dict):
        place = source.place(())
        message = f"expected a scenario (`key: value`), found {found(source.data)}"
        raise ScenarioError([Problem(place, message)])
    apply_settings(source, settings)
    return validate(source)


def validate(source: Source) -> Loaded:
    """Check the data of a source against the models and everything beyond them.

    Raises:
        ScenarioError: with every mistake in it.
    """
    try:
        scenario = Scenario.model_validate(source.data)
    except ValidationError as error:
        problems = [explain(each, source) for each in error.errors(include_url=False)]
        unique = list(dict.fromkeys(problems))
        if len(unique) > MOST_PROBLEMS:
            more = f"and {len(unique) - MOST_PROBLEMS} more mistakes"
            unique = [*unique[:MOST_PROBLEMS], Problem(Place(source.name, 1 << 30), more)]
        raise ScenarioError(unique) from None
    checker = Checker(scenario, source)
    checker.check()
    if checker.problems:
        raise ScenarioError(checker.problems)
    return Loaded(scenario, tuple(checker.warnings), source.folder)


@cache
def bundled() -> dict[str, Path]:
    """The bundled scenarios by name, in order of name."""
    folder = Path(str(files("scenarios")))
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the scenario language, for editors."""
    schema = Scenario.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
