"""Mistakes in a scenario, and how they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from simulator.errors import SimulatorError


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: a file's line and column (from 1), or a `--set` on the command line."""

    source: str
    line: int = 0
    column: int = 0
    length: int = 1
    text: str = ""
    """The whole line, to show with a caret below."""

    def __str__(self) -> str:
        return f"{self.source}:{self.line}:{self.column}" if self.line else self.source


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or (a warning) looks wrong."""

    place: Place
    message: str

    def __str__(self) -> str:
        head = f"{self.place}: {self.message}"
        place = self.place
        if not place.line or not place.text:
            return head
        number = f"{place.line:>5}"
        shown = place.text.replace("\t", " ")
        carets = max(1, min(place.length, len(shown) - place.column + 1))
        gap = " " * (place.column - 1)
        return f"{head}\n{number} | {shown}\n{' ' * 5} | {gap}{'^' * carets}"


class ScenarioError(SimulatorError):
    """A scenario cannot be used; `problems` says why, one entry for each mistake."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(
            sorted(problems, key=lambda each: (each.place.line, each.place.column))
        )
        super().__init__("\n".join(str(each) for each in self.problems))


def nearest(name: str, names: Iterable[str]) -> str:
    """`; did you mean ...?` for the right name closest to `name`, or nothing."""
    found = get_close_matches(name, list(names), n=1, cutoff=0.6)
    return f"; did you mean `{found[0]}`?" if found else ""


def listed(names: Sequence[str]) -> str:
    """`a`, `b` or `c`."""
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def found(value: object) -> str:
    """What was found, for a message."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    text = str(value)
    return f"`{text if len(text) <= 60 else text[:57] + '...'}`"
