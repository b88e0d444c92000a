"""YAML read with care: plain data, and where in the file each piece stands.

The rules are those of YAML 1.2's core schema, so that `on`, `12:30` and `010` are what they look
like; a key is always the text that stands there. The parser's events are read one by one: composing
them into PyYAML's own tree recurses in C, and a file of 200 kB of `[` would crash the process.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import yaml

from simulator.scenario.problem import Place, Problem, ScenarioError
from simulator.scenario.source import DataPath, Source
from simulator.scenario.syntax import explain_syntax, unreadable

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # PyYAML was built without libyaml
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

LARGEST = 4 * 1024 * 1024
"""Bytes; a scenario is written by hand, or by a small program."""
MOST_VALUES = 200_000
DEEPEST = 60

_LINE_ENDS = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NULLS = ("", "~", "null", "Null", "NULL")
_TRUE = ("true", "True", "TRUE")
_FALSE = ("false", "False", "FALSE")
_LONGEST_NUMBER = 300


@dataclass(slots=True)
class Node:
    """A piece of the file: a scalar, a list of nodes, or a list of pairs of them."""

    kind: Literal["scalar", "list", "mapping"]
    place: Place
    text: str = ""
    plain: bool = False
    items: list[Node] = field(default_factory=list)
    pairs: list[tuple[Node, Node]] = field(default_factory=list)
    open: bool = True
    """Still being read, so that an alias to it would contain itself."""
    is_alias: bool = False


def read(text: str, name: str) -> Source:
    """The data of one YAML document.

    Raises:
        ScenarioError: if the text is not one, or not one that is safe to read.
    """
    source = Source(name, _LINE_ENDS.split(text))
    if len(text) > LARGEST:
        raise ScenarioError([Problem(Place(name), f"larger than {LARGEST // 1024**2} MiB")])
    wrong = unreadable(text)
    if wrong is not None:
        raise ScenarioError([Problem(source.spot(wrong[0], wrong[1], 1), wrong[2])])
    composer = _Composer(source)
    try:
        root = composer.compose(text)
    except yaml.MarkedYAMLError as error:
        line, column, message = explain_syntax(error, source.lines)
        raise ScenarioError([Problem(source.spot(line, column, 1), message)]) from None
    except yaml.YAMLError as error:
        reason = str(error).splitlines()[0]
        raise ScenarioError([Problem(Place(name), f"not YAML: {reason}")]) from None
    if root is None or (root.kind == "scalar" and not root.text and root.plain):
        raise ScenarioError([Problem(Place(name), "the file is empty: expected a scenario")])
    layout = _Layout(source, composer.problems)
    source.data = layout.lay(root, ())
    if layout.problems:
        raise ScenarioError(layout.problems)
    return source


def read_value(text: str) -> object:
    """The value of a `--set`, by the same rules as in a file.

    Raises:
        ScenarioError: if it is not YAML.
    """
    return read(text, "").data if text.strip() else None


def scalar(text: str) -> object:
    """What an unquoted word means in YAML 1.2: nothing, a truth, a number or itself."""
    if text in _NULLS:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if len(text) <= _LONGEST_NUMBER:
        if _INT.fullmatch(text):
            return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
    return text


class _Composer:
    """Builds nodes from the parser's events, one by one."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.anchors: dict[str, Node] = {}
        self.problems: list[Problem] = []
        self.events: Iterator[Any] = iter(())

    def compose(self, text: str) -> Node | None:
        self.events = yaml.parse(text, Loader=Loader)
        root: Node | None = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    message = "a second document begins here; a file holds one scenario"
                    raise ScenarioError([Problem(self.place(event), message)])
                root = self.node(next(self.events), 0)
        return root

    def node(self, event: Any, depth: int) -> Node:
        place = self.place(event)
        if depth > DEEPEST:
            raise ScenarioError([Problem(place, f"nested deeper than {DEEPEST} levels")])
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event, place)
        if event.tag is not None:
            tag = self.source.lines[event.start_mark.line][event.start_mark.column :].split(" ")[0]
            message = f"the tag `{tag}` means nothing here: a scenario is plain data"
            self.problems.append(Problem(place, message))
        if isinstance(event, yaml.ScalarEvent):
            node = Node("scalar", place, event.value, event.style in (None, ""))
        else:
            node = Node("list" if isinstance(event, yaml.SequenceStartEvent) else "mapping", place)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        if node.kind == "list":
            while not isinstance(inner := next(self.events), yaml.SequenceEndEvent):
                node.items.append(self.node(inner, depth + 1))
        elif node.kind == "mapping":
            while not isinstance(inner := next(self.events), yaml.MappingEndEvent):
                key = self.node(inner, depth + 1)
                node.pairs.append((key, self.node(next(self.events), depth + 1)))
        node.open = False
        return node

    def alias(self, event: Any, place: Place) -> Node:
        node = self.anchors.get(event.anchor)
        if node is not None and not node.open:
            return replace(node, place=place, is_alias=True)
        if node is None:
            names = [f"&{name}" for name in self.anchors]
            hint = f"; the anchors above are {', '.join(names)}" if 0 < len(names) < 6 else ""
            message = f"the alias `*{event.anchor}` stands for no anchor above{hint}"
        else:
            message = f"the alias `*{event.anchor}` stands inside of what it stands for"
        self.problems.append(Problem(place, message))
        return Node("scalar", place, open=False)

    def place(self, event: Any) -> Place:
        start, end = event.start_mark, event.end_mark
        length = end.column - start.column
        line = self.source.lines[start.line] if start.line < len(self.source.lines) else ""
        if end.line != start.line:
            length = len(line.rstrip()) - start.column
        return self.source.spot(start.line, start.column, length)


class _Layout:
    """Turns nodes into data, noting the place of each key and value, and mistakes."""

    def __init__(self, source: Source, problems: list[Problem]) -> None:
        self.source = source
        self.problems = problems
        self.values = 0
        self.alias: Place | None = None
        """The outermost alias that leads to what is being laid out."""

    def lay(self, node: Node, path: DataPath) -> object:
        if node.is_alias and self.alias is None:
            self.alias = node.place
            value = self.lay(node, path)
            self.alias = None
            return value
        self.values += 1
        if self.values > MOST_VALUES:
            message = f"more than {MOST_VALUES:,} values; aliases multiply what they stand for"
            raise ScenarioError([Problem(self.alias or node.place, message)])
        if len(path) > DEEPEST:
            # Aliases stack up depth that no part of the text has.
            message = f"nested deeper than {DEEPEST} levels"
            raise ScenarioError([Problem(self.alias or node.place, message)])
        self.source.values[path] = node.place
        if node.kind == "list":
            return [self.lay(item, (*path, number)) for number, item in enumerate(node.items)]
        if node.kind == "mapping":
            return self.mapping(node, path)
        value = scalar(node.text) if node.plain else node.text
        if not node.text and node.plain and path in self.source.keys:
            self.source.values[path] = self.source.keys[path]
        if not isinstance(value, str):
            self.source.written[path] = node.text
        return value

    def mapping(self, node: Node, path: DataPath) -> dict[str, object]:
        data: dict[str, object] = {}
        for key_node, value_node in node.pairs:
            key = key_node.text
            if key_node.kind != "scalar":
                message = f"a key must be a word, found a {key_node.kind}"
                self.problems.append(Problem(key_node.place, message))
            elif key == "<<" and key_node.plain:
                message = "`<<` merges nothing in YAML 1.2; write the keys out"
                self.problems.append(Problem(key_node.place, message))
            elif key in data:
                first = self.source.keys[(*path, key)].line
                where = f", first in line {first}" if first != key_node.place.line else ""
                message = f"the key `{key}` stands here twice{where}"
                self.problems.append(Problem(key_node.place, message))
            else:
                self.source.keys[(*path, key)] = key_node.place
                data[key] = self.lay(value_node, (*path, key))
        return data
