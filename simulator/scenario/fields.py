"""What there is to say of the fields of a model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

import yaml
from pydantic import BaseModel


class FieldSummary(TypedDict):
    """One field: its default as a file would have it (None: nothing), and what it means."""

    name: str
    default: object
    meaning: str


def fields_of(model: type[BaseModel] | None) -> list[FieldSummary]:
    """Every field of a model, in its order; none where there is no model."""
    if model is None:
        return []
    defaults = dumped(model, {})
    return [
        {
            "name": info.alias or name,
            "default": "required" if info.is_required() else defaults.get(info.alias or name),
            "meaning": info.description or "",
        }
        for name, info in model.model_fields.items()
    ]


def dumped(model: type[BaseModel], values: Mapping[str, object]) -> dict[str, Any]:
    """Values of a model as a file would have them, with the defaults of the rest."""
    return model.model_construct(None, **dict(values)).model_dump(mode="python", by_alias=True)


def written(value: object) -> str:
    """A value on one line, as a file would have it."""
    if value is None:
        return "none"
    if value == "required":
        return "required"
    if isinstance(value, float):
        return f"{value:g}"
    text = yaml.safe_dump(_plain(value), default_flow_style=True, width=10_000, sort_keys=False)
    return text.removesuffix("\n...\n").strip()


def listed(fields: Iterable[FieldSummary]) -> str:
    """Names and defaults on one line; nothing where there are no fields."""
    return ", ".join(f"{each['name']}: {written(each['default'])}" for each in fields)


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if each is not None}
    return value
