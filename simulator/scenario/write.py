"""A scenario back into a file."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from pathlib import Path
from typing import Any

import yaml

from simulator.scenario.model.scenario import Scenario
from simulator.scenario.read import scalar

FILE_KEYS = ("trace", "csv")
"""The keys whose text is the path of a file."""


def resolved_yaml(scenario: Scenario, folder: Path | None = None) -> str:
    """A file that loads to the equal scenario, with every change from outside worked in.

    With a `folder`, the files that the scenario names are taken to lie there, and their paths are
    written in full, so that the new file may stand anywhere.
    """
    data = scenario.model_dump(by_alias=True, exclude_unset=True)
    if folder is not None:
        for mapping, key in named_files(data):
            mapping[key] = str((folder / mapping[key]).resolve())
    return yaml.dump(
        data,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=100,
        default_flow_style=None,
    )


def value_text(value: object) -> str:
    """Plain data as `--set` takes it after the `=`: in one line, and read back as the same."""
    text = yaml.dump(
        value,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=inf,
        default_flow_style=True,
    )
    return str(text).removesuffix("...\n").rstrip("\n")


def named_files(data: object) -> Iterator[tuple[dict[str, Any], str]]:
    """The mappings that name a file, each with the key that does."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key in FILE_KEYS and isinstance(value, str):
                yield data, key
            yield from named_files(value)
    elif isinstance(data, (list, tuple)):
        for item in data:
            yield from named_files(item)


class _Dumper(yaml.SafeDumper):
    """Writes YAML 1.2: quotes what PyYAML's own rules, of YAML 1.1, would leave as a number."""

    def ignore_aliases(self, data: object) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = None if isinstance(scalar(text), str) else "'"
    if "\n" in text.strip() and not any(line != line.rstrip() for line in text.split("\n")):
        style = "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _represent_text)


def _represent_list(dumper: yaml.SafeDumper, items: tuple[object, ...]) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=False)


_Dumper.add_representer(tuple, _represent_list)
