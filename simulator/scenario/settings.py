"""`--set services.payments.replicas=4`: changing a value of the file from outside."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from simulator.scenario.problem import Place, Problem, ScenarioError, few, found, nearest
from simulator.scenario.read import read_value
from simulator.scenario.shape import container_at, keys_at
from simulator.scenario.source import Key, Source, value_in
from simulator.scenario.write import FILE_KEYS, named_files

_PART = re.compile(r'\s*(?:"([^"]*)"|\'([^\']*)\'|([^."\'=\s]+(?:\s+[^."\'=\s]+)*))\s*')

EXAMPLE = "`path=value`, such as `services.shop.replicas=4`"


@dataclass(frozen=True, slots=True)
class Setting:
    """A value to be put at a path, and the words of the command line that ask for it."""

    path: str
    value: str
    words: str

    @classmethod
    def parse(cls, text: str) -> Setting:
        """Of `path=value`, as `--set` takes it; without a `=` the path is empty."""
        end = _end_of_path(text)
        if end < 0:
            return cls("", "", f"--set {text}")
        return cls(text[:end], text[end + 1 :], f"--set {text}")


def apply_settings(source: Source, settings: Iterable[str | Setting]) -> None:
    """Change the data of `source` as each setting says, in order.

    Raises:
        ScenarioError: if a path leads nowhere or a value is not YAML.
    """
    problems: list[Problem] = []
    for each in settings:
        setting = Setting.parse(each) if isinstance(each, str) else each
        message = _apply(source, setting)
        if message:
            problems.append(Problem(Place(setting.words), message))
    if problems:
        raise ScenarioError(problems)


def names_file(setting: str) -> bool:
    """Whether `path=value` puts the path of a file somewhere, which would then be read."""
    given = Setting.parse(setting)
    if _split(given.path)[-1:] in [[key] for key in FILE_KEYS]:
        return True
    try:
        return any(True for _ in named_files(read_value(given.value)))
    except ScenarioError:
        # It is told to be wrong, and read no further.
        return False


def _apply(source: Source, setting: Setting) -> str:
    """Apply one setting; returns what is wrong with it, or nothing."""
    parts = _split(setting.path)
    if not parts:
        return f"expected {EXAMPLE}"
    if parts == ["extends"]:
        return "what a scenario extends is said in its file; it cannot be set from outside"
    try:
        value = read_value(setting.value)
    except ScenarioError as error:
        return f"the value cannot be read: {error.problems[0].message}"
    return _Walk(source, setting.words).put(parts, value)


def _end_of_path(text: str) -> int:
    """Where the `=` stands that ends the path; one in quotes does not."""
    quote = ""
    for number, char in enumerate(text):
        if char == quote:
            quote = ""
        elif not quote and char in "\"'":
            quote = char
        elif not quote and char == "=":
            return number
    return -1


def _split(path: str) -> list[str]:
    """The parts of a dotted path; nothing if it is not one."""
    parts, at = [], 0
    while match := _PART.match(path, at):
        parts.append(next(group for group in match.groups() if group is not None))
        at = match.end()
        if at == len(path):
            return parts
        if path[at] != ".":
            return []
        at += 1
    return []


class _Walk:
    """Goes down the data along a path, and puts a value at its end."""

    def __init__(self, source: Source, words: str) -> None:
        self.source = source
        self.words = words
        self.path: list[Key] = []

    def put(self, parts: list[str], value: object) -> str:
        """Put `value`; returns what is wrong with the path, or nothing."""
        here = self.source.data
        key: Key
        while parts:
            if isinstance(here, dict):
                key, parts = _longest(parts, here)
            elif isinstance(here, list):
                word, *parts = parts
                wrong = self._bad_index(word, here, last=not parts)
                if wrong:
                    return wrong
                key = int(word)
            else:
                return f"{self._here()} is {found(here)}, with nothing inside"
            if not parts:
                _put(here, key, value)
            elif (value_in(here, key) or (None,))[0] is None:
                # Only what has a name of the language is made: a new service would lack the rest.
                made = self._made(key)
                if made is None:
                    return self._nothing(key, here)
                _put(here, key, made)
            self.path.append(key)
            here = (value_in(here, key) or (None,))[0]
        self.source.forget(tuple(self.path))
        self.source.settings[tuple(self.path)] = self.words
        return ""

    def _here(self) -> str:
        return f"`{'.'.join(map(str, self.path))}`" if self.path else "the scenario"

    def _bad_index(self, word: str, here: list[object], *, last: bool) -> str:
        """What is wrong with an index; one past the end adds to the list."""
        known = word.isdecimal() and len(word) < 10
        if known and int(word) < len(here) + last:
            return ""
        if not here:
            return f"{self._here()} is an empty list; expected 0, found `{word}`"
        return (
            f"{self._here()} is a list; expected a number from 0 to {len(here) - 1}, found `{word}`"
        )

    def _made(self, key: Key) -> dict[str, object] | list[object] | None:
        """What may be left out of a file, so that setting something inside of it makes it."""
        if key not in keys_at(self.path, self.source.data):
            return None
        return container_at((*self.path, key), self.source.data)

    def _nothing(self, key: Key, here: object) -> str:
        there = list(here) if isinstance(here, dict) else []
        known = dict.fromkeys([*there, *keys_at(self.path, self.source.data)])
        names = [name for name in known if name != key]
        return f"there is no `{key}` in {self._here()}{nearest(key, names) or few(names)}"


def _longest(parts: list[str], here: dict[str, object]) -> tuple[str, list[str]]:
    """The next key, which may be several parts long, as `shop.home` in a mix; and what is left."""
    for length in range(len(parts), 1, -1):
        key = ".".join(parts[:length])
        if key in here:
            return key, parts[length:]
    return parts[0], parts[1:]


def _put(here: object, key: Key, value: object) -> None:
    if isinstance(here, dict):
        here[key] = value
    elif isinstance(here, list):
        here[int(key) : int(key) + 1] = [value]
