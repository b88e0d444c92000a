"""What may stand where: the keys that the models know, for hints and for `--set`."""

from __future__ import annotations

import types
from collections.abc import Sequence
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, Tag

from simulator.scenario.model.fault.fault import Fault
from simulator.scenario.model.fault.group import Group, is_group
from simulator.scenario.model.scenario import Scenario
from simulator.scenario.source import Key, value_in


def keys_at(path: Sequence[Key], data: object) -> list[str]:
    """The keys that may stand in the mapping at `path` of the scenario `data`."""
    kind = kind_at(path, data)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [field.alias or name for name, field in kind.model_fields.items()]
    return []


def container_at(path: Sequence[Key], data: object) -> dict[str, object] | list[object] | None:
    """An empty mapping or list, as the one that may stand at `path`; None if neither may."""
    kind = kind_at(path, data)
    if get_origin(kind) is tuple:
        return []
    if get_origin(kind) is dict or (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return {}
    return None


def kind_at(path: Sequence[Key], data: object) -> Any:
    """The type of what may stand at `path`; what the data say settles between alternatives."""
    kind = _settled(Scenario, data)
    for part in path:
        inside = value_in(data, part)
        data = None if inside is None else inside[0]
        kind = _settled(_kind_inside(kind, part), data)
        if kind in (Fault, Any):
            # What stands in a group of faults is either, as in the list of all.
            kind = Group if is_group(data) else Fault
    return kind


def may_be_none(kind: Any) -> bool:
    """Whether nothing at all is a value of the type."""
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    return get_origin(kind) in (Union, types.UnionType) and type(None) in get_args(kind)


def _kind_inside(kind: Any, part: Key) -> Any:
    """The type of what is at `part` of something of type `kind`."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            if part == (field.alias or name):
                return field.annotation
        return None
    origin = get_origin(kind)
    if origin is dict:
        return get_args(kind)[1]
    return get_args(kind)[0] if origin is tuple else None


def _settled(kind: Any, data: object) -> Any:
    """A type without annotations and `| None`; the one of several that `data` belong to."""
    while True:
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
        elif get_origin(kind) in (Union, types.UnionType):
            options = [each for each in get_args(kind) if each is not type(None)]
            kind = options[0] if len(options) == 1 else _chosen(options, data)
        else:
            return kind


def _chosen(options: Sequence[Any], data: object) -> Any:
    """The alternative whose tag names a key of `data`, or its `kind`, or the list for a list."""
    for option in options:
        bare = _bare(option)
        if isinstance(data, list) and get_origin(bare) is tuple:
            return bare
        tags = [each.tag for each in get_args(option)[1:] if isinstance(each, Tag)]
        if isinstance(data, dict) and any(
            tag.strip("<>") in data or data.get("kind") == tag.strip("<>") for tag in tags
        ):
            return bare
    # A queue that is a mapping has no key by which to tell.
    models = [each for each in map(_bare, options) if isinstance(each, type)]
    mappings = [each for each in models if issubclass(each, BaseModel)]
    return mappings[0] if (data is None or isinstance(data, dict)) and len(mappings) == 1 else None


def _bare(option: Any) -> Any:
    return get_args(option)[0] if get_origin(option) is Annotated else option
