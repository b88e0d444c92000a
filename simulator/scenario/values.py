"""A scenario as Python values, such as a notebook has them, instead of as a text."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral, Real
from os import PathLike, fspath
from pathlib import Path

from simulator.scenario.problem import Place, Problem, ScenarioError
from simulator.scenario.read import DEEPEST
from simulator.scenario.source import DataPath, Source, paths_in


def source_of(values: Mapping[str, object], name: str, folder: Path | None = None) -> Source:
    """The data of a scenario, in which the place of each piece is its key: `services.shop.replicas`.

    Raises:
        ScenarioError: if there is something in it that no file could hold.
    """
    source = Source(name, [], plain(values), folder=folder)
    for path in paths_in(source.data, ()):
        source.keys[path] = source.values[path] = Place(dotted(path) or name)
    return source


def plain(value: object, path: DataPath = ()) -> object:
    """A value as a file would have it: numbers of NumPy become Python's, tuples lists, paths texts.

    Raises:
        ScenarioError: if there is something in it that no file could hold; `path` leads to it.
    """
    if len(path) > DEEPEST:
        raise ScenarioError([Problem(_place(path[:6]), f"nested deeper than {DEEPEST} levels")])
    if value is None or isinstance(value, (bool, str)):
        # A plain `str`, where it is one of NumPy.
        return str(value) if isinstance(value, str) else value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    if isinstance(value, PathLike):
        return str(fspath(value))
    if isinstance(value, Mapping):
        return {str(key): plain(inner, (*path, str(key))) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner, (*path, number)) for number, inner in enumerate(value)]
    expected = "expected a text, a number, True, False, None, a list or a dict"
    kind = type(value).__name__
    raise ScenarioError([Problem(_place(path), f"{expected}, found a value of type `{kind}`")])


def dotted(path: DataPath) -> str:
    """A path as `--set` has it; a part with a dot in it stands in quotes."""
    return ".".join(f'"{part}"' if "." in str(part) else str(part) for part in path)


def _place(path: DataPath) -> Place:
    return Place(dotted(path) or "the scenario")
