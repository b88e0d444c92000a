"""Labels of services, and what asks for them."""

from __future__ import annotations

import re
from typing import Annotated

from simulator.scenario.model.base import Reads

_PART = "[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?"
KEY_PATTERN = f"^([a-z0-9]([a-z0-9.-]{{0,251}}[a-z0-9])?/)?{_PART}$"
VALUE_PATTERN = f"^({_PART})?$"


def _key(given: object) -> str:
    if isinstance(given, str) and re.fullmatch(KEY_PATTERN, given):
        return given
    raise ValueError("expected a label's key such as `tier` or `app.kubernetes.io/name`")


def _value(given: object) -> str:
    if isinstance(given, str):
        if re.fullmatch(VALUE_PATTERN, given):
            return given
        raise ValueError("expected at most 63 letters, digits, `_`, `-` and `.`")
    raise ValueError("expected a text (a label that looks like something else needs quotes)")


def _labels(given: object) -> tuple[str, ...]:
    """One or several labels that must all be there, as `key=value`."""
    several = given if isinstance(given, (list, tuple)) else [given]
    found = []
    for each in several:
        if not isinstance(each, str):
            raise ValueError(EXPECTED)
        for part in each.split(","):
            key, equals, value = (piece.strip() for piece in part.partition("="))
            value = value.removeprefix("=").strip()
            fits = re.fullmatch(KEY_PATTERN, key) and re.fullmatch(VALUE_PATTERN, value)
            if not equals or not fits:
                raise ValueError(EXPECTED)
            found.append(f"{key}={value}")
    if not found:
        raise ValueError(EXPECTED)
    return tuple(found)


def _written(labels: tuple[str, ...]) -> object:
    return labels[0] if len(labels) == 1 else list(labels)


def _same(value: str) -> object:
    return value


EXPECTED = "expected a label such as `tier=backend`, or a list of them"

LabelKey = Annotated[str, Reads(_key, _same, {"type": "string", "pattern": KEY_PATTERN})]
LabelValue = Annotated[str, Reads(_value, _same, {"type": "string", "pattern": VALUE_PATTERN})]
Labels = Annotated[
    tuple[str, ...],
    Reads(
        _labels,
        _written,
        {
            "anyOf": [
                {"type": "string"},
                {"type": "array", "items": {"type": "string"}, "minItems": 1},
            ],
            "description": "A label such as tier=backend, or a list of them.",
        },
    ),
]
