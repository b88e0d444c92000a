"""`extends: online-store`: a file that says only what is different from another.

It is laid over the other as a JSON merge patch (RFC 7396) is: mappings are merged key by key, lists
and plain values are replaced, and `null` takes out what is there. So do Helm with values and docker
compose with overrides. Two things are more careful than the RFC:

- `null` for a key that the other file does not have is a mistake, and not ignored: it is misspelt.
- A policy's `null` stays: it switches the policy off, as in any scenario and as with `--set`, where
  taking it out would leave the one of `defaults`.

Everything keeps the place where it is written, so that a mistake is told in the file that has it.
"""

from __future__ import annotations

from pathlib import Path

from simulator.scenario.model.policy import Policy
from simulator.scenario.problem import Place, Problem, ScenarioError, few, found, nearest
from simulator.scenario.read import read
from simulator.scenario.shape import kind_at, may_be_none
from simulator.scenario.source import DataPath, Source
from simulator.scenario.text import bundled, no_such_file, read_text
from simulator.scenario.write import named_files

KEY = "extends"
DEEPEST = 10
"""So many files may extend one another; more is a mistake, or an attempt to keep us reading."""


def read_mapping(text: str, name: str, folder: Path | None) -> Source:
    """The data of a file, which is a mapping.

    Raises:
        ScenarioError: if it is not.
    """
    source = read(text, name)
    source.folder = folder
    if not isinstance(source.data, dict):
        message = f"expected a scenario (`key: value`), found {found(source.data)}"
        raise ScenarioError([Problem(source.place(()), message)])
    return source


def extended(source: Source, path: Path | None) -> Source:
    """A file's data laid over those of the file that it extends, and so on; `path` is its own.

    Raises:
        ScenarioError: if one of the files is missing, no scenario, or extends itself.
    """
    sources = [source]
    paths = [] if path is None else [path.resolve()]
    while (base := _asked_for(sources[-1])) is not None:
        file, name, place = base
        _no_circle(file, place, paths, sources)
        paths.append(file.resolve())
        sources.append(read_mapping(read_text(file, name, place), name, file.parent))
    merged = sources.pop()
    while sources:
        merged = lay_over(sources.pop(), merged)
    return merged


def lay_over(child: Source, base: Source) -> Source:
    """The data of `base`, changed as `child` says.

    Raises:
        ScenarioError: if `child` takes out what is not there.
    """
    merged = Source(child.name, child.lines, base.data, folder=child.folder)
    merged.files = {**child.files, **base.files}
    merged.keys, merged.values, merged.written = base.keys, base.values, base.written
    if _home(base.folder) != _home(child.folder):
        for mapping, key in named_files(base.data):
            mapping[key] = str(_home(base.folder) / mapping[key])
    problems: list[Problem] = []
    _lay(child.data, merged.data, (), child, merged, problems)
    merged.values[()] = child.place(())
    if problems:
        raise ScenarioError(problems)
    return merged


def _asked_for(source: Source) -> tuple[Path, str, Place] | None:
    """The file that `source` extends: its path, its name for messages, and where it is named."""
    assert isinstance(source.data, dict)
    if KEY not in source.data:
        return None
    place, given = source.place((KEY,)), source.data.pop(KEY)
    if not isinstance(given, str) or not given.strip():
        message = "expected the name of a bundled scenario or the path of a file"
        raise ScenarioError([Problem(place, f"{message}, found {found(given)}")])
    path = _home(source.folder) / given
    try:
        if path.exists():
            return path, str(Path(source.name).parent / given), place
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ScenarioError([Problem(place, f"cannot be read: {reason}")]) from None
    if given in bundled():
        return bundled()[given], f"{given}.yaml", place
    raise ScenarioError([Problem(place, no_such_file(given))])


def _no_circle(file: Path, place: Place, paths: list[Path], sources: list[Source]) -> None:
    """Raises ScenarioError if `file` is among the files that lead to it, or if those are many."""
    if file.resolve() in paths:
        # A text of its own, which has no path, may lead to them.
        names = [each.name for each in sources[paths.index(file.resolve()) - len(paths) :]]
        message = f"`{names[0]}` cannot extend itself"
        if len(names) > 1:
            between = ", which extends ".join(f"`{name}`" for name in [*names[1:], names[0]])
            message = f"a circle: `{names[0]}` extends {between}"
        raise ScenarioError([Problem(place, message)])
    if len(sources) > DEEPEST:
        message = f"more than {DEEPEST} files extend one another"
        raise ScenarioError([Problem(place, message)])


def _lay(
    over: object,
    under: object,
    path: DataPath,
    child: Source,
    merged: Source,
    problems: list[Problem],
) -> None:
    """Change the mapping `under` as the mapping `over` says; both are at `path`."""
    assert isinstance(over, dict)
    assert isinstance(under, dict)
    for key, value in over.items():
        at = (*path, key)
        here = under.get(key)
        if value is None and not _is_off(at, merged.data):
            if key in under:
                merged.take(at, under.pop(key))
            else:
                hint = nearest(key, under) or few(list(under))
                message = f"there is no `{key}` to take out{hint}"
                problems.append(Problem(child.place(at, key=True), message))
        elif isinstance(value, dict) and isinstance(here, dict):
            merged.keys[at], merged.values[at] = child.keys[at], child.values[at]
            _lay(value, here, at, child, merged, problems)
        else:
            merged.take(at, here, value, child)
            under[key] = value


def _is_off(path: DataPath, data: object) -> bool:
    """Whether `null` at `path` is a value: that of a policy that is switched off."""
    kind, key = kind_at(path[:-1], data), path[-1]
    return (
        isinstance(kind, type)
        and issubclass(kind, Policy)
        and key in Policy.model_fields
        and may_be_none(Policy.model_fields[str(key)].annotation)
    )


def _home(folder: Path | None) -> Path:
    return (folder or Path()).resolve()
