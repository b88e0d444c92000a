"""YAML read with care: plain data, and where in the file each piece stands.

The rules are those of YAML 1.2's core schema, so that `on`, `12:30` and `010` are what they look
like. A key that comes twice, an alias that explodes and a tag that asks for code are mistakes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from simulator.scenario.problem import Place, Problem, ScenarioError

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # PyYAML was built without libyaml
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

LARGEST = 4 * 1024 * 1024
"""Bytes; a scenario is written by hand."""
MOST_NODES = 200_000
DEEPEST = 60

Key = str | int
Path_ = tuple[Key, ...]

_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NULLS = ("", "~", "null", "Null", "NULL")
_TRUE = ("true", "True", "TRUE")
_FALSE = ("false", "False", "FALSE")


@dataclass
class Source:
    """A scenario's text as data, with the place of every key and value.

    `settings` are paths that were set from outside the file, with the words that set them.
    """

    name: str
    lines: list[str]
    data: object
    keys: dict[Path_, Place] = field(default_factory=dict)
    values: dict[Path_, Place] = field(default_factory=dict)
    settings: dict[Path_, str] = field(default_factory=dict)
    folder: Path | None = None
    """Where the file lies; the files it names are looked for here."""

    def place(self, path: Sequence[Key], *, key: bool = False) -> Place:
        """Where the value (or the key) at `path` stands, or the nearest thing around it."""
        exact = tuple(path)
        for length in range(len(exact), 0, -1):
            if (flag := self.settings.get(exact[:length])) is not None:
                return Place(flag)
        if key and exact in self.keys:
            return self.keys[exact]
        for length in range(len(exact), -1, -1):
            if length < len(exact) and exact[:length] in self.keys:
                return self.keys[exact[:length]]
            if exact[:length] in self.values:
                return self.values[exact[:length]]
        return Place(self.name, 1, 1, 1, self.lines[0] if self.lines else "")


def read(text: str, name: str) -> Source:
    """The data of one YAML document.

    Raises:
        ScenarioError: if the text is not one, or not one that is safe to read.
    """
    source = Source(name, text.split("\n"), None)
    if len(text) > LARGEST:
        raise ScenarioError([Problem(Place(name), f"larger than {LARGEST // 1024**2} MiB")])
    try:
        node = _compose(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line if mark else 0
        place = _place(source, line, mark.column if mark else 0, 1)
        raise ScenarioError([Problem(place, f"not YAML: {_reason(error, source, line)}")]) from None
    except yaml.YAMLError as error:
        reason = str(error).splitlines()[0]
        raise ScenarioError([Problem(Place(name), f"not YAML: {reason}")]) from None
    except RecursionError:
        raise ScenarioError(
            [Problem(Place(name), f"nested deeper than {DEEPEST} levels")]
        ) from None
    if node is None:
        raise ScenarioError([Problem(Place(name, 1, 1), "empty: expected a scenario")])
    reader = _Reader(source)
    source.data = reader.convert(node, (), 0)
    if reader.problems:
        raise ScenarioError(reader.problems)
    return source


def read_value(text: str) -> object:
    """The value of a `--set`, by the same rules as in a file.

    Raises:
        ScenarioError: if it is not YAML.
    """
    return read(text, "").data if text.strip() else None


def _compose(text: str) -> yaml.Node | None:
    loader = Loader(text)
    try:
        node: yaml.Node | None = loader.get_single_node()
        return node
    finally:
        loader.dispose()


def _reason(error: yaml.MarkedYAMLError, source: Source, line: int) -> str:
    text = source.lines[line] if line < len(source.lines) else ""
    if "\t" in text[: len(text) - len(text.lstrip())] or "character that cannot start" in str(
        error
    ):
        return "tabs cannot indent; use spaces" if "\t" in text else str(error.problem)
    if error.context and "expected a single document" in error.context:
        return "more than one document (`---`) in one file"
    return f"{error.problem}" + (f" ({error.context})" if error.context else "")


def _place(source: Source, line: int, column: int, length: int) -> Place:
    text = source.lines[line] if line < len(source.lines) else ""
    return Place(source.name, line + 1, column + 1, max(1, length), text)


class _Reader:
    """Turns nodes into data, noting places and mistakes."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.nodes = 0
        self.open: set[int] = set()

    def at(self, node: yaml.Node) -> Place:
        start, end = node.start_mark, node.end_mark
        length = end.column - start.column if end.line == start.line else 1
        if isinstance(node, yaml.CollectionNode) and end.line != start.line:
            line = self.source.lines[start.line] if start.line < len(self.source.lines) else ""
            length = len(line.rstrip()) - start.column
        return _place(self.source, start.line, start.column, length)

    def wrong(self, node: yaml.Node, message: str) -> None:
        self.problems.append(Problem(self.at(node), message))

    def convert(self, node: yaml.Node, path: Path_, depth: int) -> object:
        self.source.values[path] = self.at(node)
        self.nodes += 1
        if self.nodes == MOST_NODES:
            self.wrong(
                node, f"more than {MOST_NODES:,} values: aliases multiply what they stand for"
            )
        if self.nodes >= MOST_NODES:
            return None
        if depth > DEEPEST:
            self.wrong(node, f"nested deeper than {DEEPEST} levels")
            return None
        if not node.tag.startswith("tag:yaml.org,2002:") or "python" in node.tag:
            self.wrong(node, f"the tag `{node.tag}` means nothing here: a scenario is plain data")
            return None
        if isinstance(node, yaml.ScalarNode):
            return scalar(node.value) if node.style in (None, "") else node.value
        if id(node) in self.open:
            self.wrong(node, "an alias that contains itself")
            return None
        self.open.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                return [
                    self.convert(item, (*path, number), depth + 1)
                    for number, item in enumerate(node.value)
                ]
            assert isinstance(node, yaml.MappingNode)
            return self.mapping(node, path, depth)
        finally:
            self.open.discard(id(node))

    def mapping(self, node: yaml.MappingNode, path: Path_, depth: int) -> dict[Key, object]:
        data: dict[Key, object] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.wrong(key_node, "a key must be a word, not a list or a mapping")
                continue
            key: object = key_node.value
            if key_node.style in (None, ""):
                as_number = scalar(key_node.value)
                if isinstance(as_number, int) and not isinstance(as_number, bool):
                    key = as_number
            assert isinstance(key, (str, int))
            if key in data:
                first = self.source.keys[(*path, key)].line
                self.wrong(key_node, f"the key `{key}` stands here twice (first in line {first})")
                continue
            self.source.keys[(*path, key)] = self.at(key_node)
            data[key] = self.convert(value_node, (*path, key), depth + 1)
        return data


def scalar(text: str) -> object:
    """What an unquoted word means in YAML 1.2: nothing, a truth, a number or itself."""
    if text in _NULLS:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _INT.fullmatch(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text[:4000])
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
