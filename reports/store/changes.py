"""What differs between two scenarios, by the paths that `--set` takes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

from reports.stored import SCENARIO, StoredError, StoredRun
from simulator.scenario.problem import ScenarioError
from simulator.scenario.read import read, scalar

Kind = Literal["changed", "added", "removed"]

LONGEST: Final = 60
"""Characters of a value that are shown."""


@dataclass(frozen=True, slots=True)
class Change:
    """One value that is another, or that only one of the two scenarios has."""

    path: str
    kind: Kind
    before: object = None
    after: object = None

    def __str__(self) -> str:
        if self.kind == "added":
            return f"{self.path}: {shown(self.after)} (added)"
        if self.kind == "removed":
            return f"{self.path}: {shown(self.before)} (removed)"
        return f"{self.path}: {shown(self.before)} -> {shown(self.after)}"

    def to_json(self) -> dict[str, object]:
        """As `--json` has it: `before` and `after` where there is one."""
        found: dict[str, object] = {"path": self.path, "kind": self.kind}
        if self.kind != "added":
            found["before"] = self.before
        if self.kind != "removed":
            found["after"] = self.after
        return found


def changes(first: StoredRun, second: StoredRun) -> list[Change]:
    """What the scenario of the second run has otherwise than that of the first.

    The order of keys does not count, that of lists does.

    Raises:
        StoredError: if one of them is damaged.
    """
    return list(_changes(_data(first), _data(second), ""))


def inline(value: object) -> str:
    """A value in one line, as YAML has it within a line."""
    plain = isinstance(value, str) and scalar(value) == value
    return str(value) if plain else json.dumps(value, ensure_ascii=False)


def shown(value: object) -> str:
    """The same, cut if it is long."""
    text = inline(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def _data(run: StoredRun) -> object:
    file = run.folder / SCENARIO
    try:
        return read(run.scenario, str(file)).data
    except ScenarioError as error:
        raise StoredError(f"{file}: damaged: {error.problems[0].message}") from None


def _changes(before: object, after: object, path: str) -> Iterator[Change]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys((*before, *after)):
            where = _joined(path, key)
            if key not in after:
                yield _alone(where, "removed", before[key])
            elif key not in before:
                yield _alone(where, "added", after[key])
            else:
                yield from _changes(before[key], after[key], where)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _changes_of_lists(before, after, path)
    elif before != after or isinstance(before, bool) != isinstance(after, bool):
        yield Change(path, "changed", before, after)


def _changes_of_lists(
    before: Sequence[object], after: Sequence[object], path: str
) -> Iterator[Change]:
    """Items that are the same stay beside each other, wherever something was put in or taken out."""
    one, two = ([_canonical(item) for item in items] for items in (before, after))
    match = SequenceMatcher(None, one, two, autojunk=False)
    for tag, start, end, begin, until in match.get_opcodes():
        if tag == "equal":
            continue
        both = min(end - start, until - begin)
        for offset in range(both):
            where = _joined(path, str(begin + offset))
            yield from _changes(before[start + offset], after[begin + offset], where)
        for place in range(start + both, end):
            yield _alone(_joined(path, str(place)), "removed", before[place])
        for place in range(begin + both, until):
            yield _alone(_joined(path, str(place)), "added", after[place])


def _alone(path: str, kind: Literal["added", "removed"], value: object) -> Change:
    """What only one of them has; a mapping of a single key is not worth a mapping's braces."""
    while isinstance(value, Mapping) and len(value) == 1:
        ((key, value),) = value.items()
        path = _joined(path, key)
    return Change(path, kind, after=value) if kind == "added" else Change(path, kind, before=value)


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _joined(path: str, key: str) -> str:
    """A key with dots is quoted, as `--set` wants it."""
    part = f'"{key}"' if "." in key else key
    return f"{path}.{part}" if path else part
