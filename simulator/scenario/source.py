"""A scenario's text as plain data, and where in the file each piece of it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from simulator.scenario.problem import Place

Key = str | int
DataPath = tuple[Key, ...]
"""Keys and list indexes that lead from the whole scenario to a piece of it."""


@dataclass
class Source:
    """The data of a file, with the place of every key and value.

    `settings` are paths that were set from outside the file, with the words that set them.
    """

    name: str
    lines: list[str]
    data: object = None
    keys: dict[DataPath, Place] = field(default_factory=dict)
    values: dict[DataPath, Place] = field(default_factory=dict)
    written: dict[DataPath, str] = field(default_factory=dict)
    """Scalars as they are written, where that differs from what they read as."""
    settings: dict[DataPath, str] = field(default_factory=dict)
    folder: Path | None = None
    """Where the file lies; the files it names are looked for here."""
    files: dict[str, int] = field(default_factory=dict)
    """The file and those that it extends, by name, with their numbers of lines."""

    def __post_init__(self) -> None:
        self.files = self.files or {self.name: len(self.lines)}

    def place(self, path: Sequence[Key], *, key: bool = False) -> Place:
        """Where the value (or the key) at `path` stands, or the nearest thing around it."""
        exact = tuple(path)
        for length in range(len(exact), 0, -1):
            if (flag := self.settings.get(exact[:length])) is not None:
                return Place(flag)
        if key and exact in self.keys:
            return self.keys[exact]
        if exact in self.values:
            return self.values[exact]
        for length in range(len(exact) - 1, 0, -1):
            around = self.keys.get(exact[:length]) or self.values.get(exact[:length])
            if around is not None:
                return around
        return self.spot(0, 0, 1)

    def spot(self, line: int, column: int, length: int) -> Place:
        """A place by line and column from 0."""
        text = self.lines[line] if line < len(self.lines) else ""
        return Place(self.name, line + 1, column + 1, max(1, length), text)

    def at(self, path: Sequence[Key]) -> object:
        """The data at `path`, or None where there is none."""
        here: object = self.data
        for part in path:
            inside = value_in(here, part)
            if inside is None:
                return None
            here = inside[0]
        return here

    def forget(self, path: DataPath) -> None:
        """Drop all that is known of the places at and below `path`, which was set from outside."""
        for known in [each for each in self.values if each[: len(path)] == path]:
            self.keys.pop(known, None)
            self.written.pop(known, None)
            del self.values[known]

    def take(
        self, path: DataPath, old: object, new: object = None, other: Source | None = None
    ) -> None:
        """Know of the places of `new`, as `other` does, and no longer of those of `old`.

        Both values are at `path`.
        """
        for at in paths_in(old, path):
            for places in (self.keys, self.values, self.written):
                places.pop(at, None)
        if other is None:
            return
        for at in paths_in(new, path):
            self.values[at] = other.values[at]
            if at in other.keys:
                self.keys[at] = other.keys[at]
            if at in other.written:
                self.written[at] = other.written[at]


def paths_in(value: object, path: DataPath) -> Iterator[DataPath]:
    """The path of a value, and those of all that is inside of it."""
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths_in(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from paths_in(inner, (*path, number))


def value_in(data: object, part: Key) -> tuple[object] | None:
    """What a mapping or list holds at `part`, alone in a tuple; None if it holds nothing there."""
    if isinstance(data, dict):
        return (data[part],) if part in data else None
    if isinstance(data, list) and isinstance(part, int) and 0 <= part < len(data):
        return (data[part],)
    return None
