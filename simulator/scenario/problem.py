"""Mistakes in a scenario, and how they are shown."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from unicodedata import combining, east_asian_width

from simulator.errors import SimulatorError

WIDEST = 160
"""Characters of a line that are shown; a longer one is cut around the caret."""

_UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: a file's line and column (from 1), or words of the command line."""

    source: str
    line: int = 0
    column: int = 0
    length: int = 1
    text: str = ""
    """The whole line, to show with a caret below."""

    def __str__(self) -> str:
        return f"{self.source}:{self.line}:{self.column}" if self.line else self.source

    def within(self, start: int, length: int) -> Place:
        """A part of this place, `start` characters in."""
        return Place(self.source, self.line, self.column + start, max(1, length), self.text)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or (a warning) looks wrong."""

    place: Place
    message: str

    def __str__(self) -> str:
        head = f"{_shown(str(self.place))}: {_shown(self.message)}"
        place = self.place
        if not place.line or not place.text.strip():
            return head
        begin = place.column - 1
        first = 0 if len(place.text) <= WIDEST else max(0, begin - WIDEST // 2)
        window = _shown(place.text[first : first + WIDEST].rstrip())
        start = min(begin - first, len(window))
        marked = window[start : start + place.length]
        gap = " " * _width(window[:start])
        carets = "^" * max(1, _width(marked))
        return f"{head}\n{place.line:>5} | {window}\n{' ' * 5} | {gap}{carets}"


class ScenarioError(SimulatorError):
    """A scenario cannot be used; `problems` says why, one entry for each mistake."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(in_order(problems))
        super().__init__("\n".join(str(each) for each in self.problems))


def in_order(problems: Iterable[Problem], files: Iterable[str] = ()) -> list[Problem]:
    """Problems file by file, from top to bottom, after those that stand in no line of a file.

    The files come in the order of `files`, or else in that in which the problems name them.
    """
    given = list(problems)
    order = list(dict.fromkeys([*files, *(each.place.source for each in given)]))

    def key(each: Problem) -> tuple[int, int, int]:
        place = each.place
        return (1 + order.index(place.source) if place.line else 0, place.line, place.column)

    return sorted(given, key=key)


def nearest(name: object, names: Iterable[str]) -> str:
    """`; did you mean ...?` for the right name closest to `name`, or nothing."""
    wrong = str(name)[:100]
    names = list(names)
    close = get_close_matches(wrong, names, n=1, cutoff=0.6)
    if not close:
        # A slip of the shift key is further away than its letters are.
        by_lower = {each.lower(): each for each in names}
        close = [
            by_lower[each] for each in get_close_matches(wrong.lower(), by_lower, n=1, cutoff=0.75)
        ]
    return f"; did you mean `{close[0]}`?" if close else ""


def listed(names: Sequence[str], word: str = "or") -> str:
    """`a`, `b` or `c`."""
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {word} {quoted[-1]}"


def found(value: object) -> str:
    """What was found, for a message."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    text = str(value)
    return f"`{text if len(text) <= 60 else text[:57] + '...'}`" if text else "an empty text"


def few(names: Collection[str], most: int = 12) -> str:
    """`; expected ...` with all the names that would be right, if they are few."""
    return f"; expected {listed(list(names))}" if 0 < len(names) <= most else ""


def _shown(text: str) -> str:
    """A text with nothing in it that a terminal would obey."""
    return _UNSHOWN.sub(lambda each: " " if each[0] == "\t" else "\ufffd", text)


def _width(text: str) -> int:
    """Columns of a terminal that `text` takes."""
    wide = sum(east_asian_width(each) in "WF" for each in text)
    return len(text) + wide - sum(combining(each) != 0 for each in text)
