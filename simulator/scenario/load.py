"""From a file, or the name of a bundled scenario, to a scenario that can be run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from simulator.scenario.model.scenario import Scenario
from simulator.scenario.problem import Place, Problem, ScenarioError, few, found, nearest
from simulator.scenario.read import LARGEST, read
from simulator.scenario.settings import Setting, apply_settings
from simulator.scenario.validate import validate


@dataclass(frozen=True, slots=True)
class Loaded:
    """A scenario that is right, what looks doubtful about it, and where it came from."""

    scenario: Scenario
    warnings: tuple[Problem, ...]
    folder: Path | None
    """Where the files that it names lie."""


def load(path_or_name: str, settings: Iterable[str | Setting] = ()) -> Loaded:
    """Read a scenario from a path or, if there is no such file, from the bundled ones.

    Raises:
        ScenarioError: with every mistake in it.
    """
    path, name = Path(path_or_name), path_or_name
    try:
        if path_or_name in bundled() and not path.is_file():
            path, name = bundled()[path_or_name], f"{path_or_name}.yaml"
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        hint = nearest(path_or_name, bundled()) or few(list(bundled()))
        message = f"no such file, and no bundled scenario of that name{hint}"
        raise ScenarioError([Problem(Place(name), message)]) from None
    except IsADirectoryError:
        raise ScenarioError([Problem(Place(name), "a folder, not a file")]) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ScenarioError([Problem(Place(name), f"cannot be read: {reason}")]) from None
    return parse(_decoded(content, name), name, settings, path.parent)


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
    source = read(text.removeprefix("\ufeff"), name)
    source.folder = folder
    if not isinstance(source.data, dict):
        message = f"expected a scenario (`key: value`), found {found(source.data)}"
        raise ScenarioError([Problem(source.place(()), message)])
    apply_settings(source, settings)
    scenario, warnings = validate(source)
    return Loaded(scenario, warnings, folder)


def _decoded(content: bytes, name: str) -> str:
    """The text of a file in UTF-8, with a problem that says where it is not one."""
    if len(content) > LARGEST:
        raise ScenarioError([Problem(Place(name), f"larger than {LARGEST // 1024**2} MiB")])
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ScenarioError([Problem(Place(name), "in UTF-16; a scenario is a text in UTF-8")])
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        message = f"not a text in UTF-8: it has the byte 0x{content[error.start]:02X} here"
        raise ScenarioError([Problem(Place(name, line, column), message)]) from None


@cache
def bundled() -> dict[str, Path]:
    """The bundled scenarios by name, in order of name."""
    folder = Path(str(files("scenarios")))
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}
