"""The JSON Schema of the scenario language, by which editors complete and check.

There are two: one of a whole scenario, and one of a file that `extends` another, in which nothing is
required, since the other may have it, and `null` takes out what is there. Lists are replaced as a
whole, so that what stands in one is required in both.
"""

from __future__ import annotations

from typing import Any

from simulator.scenario.extend import KEY
from simulator.scenario.model.base import NAME_PATTERN
from simulator.scenario.model.fault.group import ORDERS, Group
from simulator.scenario.model.scenario import Scenario

SUFFIX = "-change"
"""Marks the definitions of what need not be whole."""
EXTENDS = {
    "type": "string",
    "description": "A bundled scenario, or the path of a file, that this file is laid over.",
}


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a scenario file."""
    schema = Scenario.model_json_schema()
    _allow_groups(schema)
    _allow_names(schema)
    _forbid_other_names(schema)
    definitions = schema.pop("$defs")
    changes = _Changes(definitions)
    change = changes.of(schema)
    change["properties"] = {KEY: EXTENDS, **change["properties"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": schema["title"],
        "description": schema["description"],
        "if": {"required": [KEY]},
        "then": change,
        "else": schema,
        "$defs": definitions | changes.definitions,
    }


class _Changes:
    """Makes of what a mapping must be what changes of it may be."""

    def __init__(self, whole: dict[str, Any]) -> None:
        self.whole = whole
        self.definitions: dict[str, Any] = {}

    def of(self, schema: Any) -> Any:
        if not isinstance(schema, dict):
            return schema
        change: dict[str, Any] = {}
        for key, inner in schema.items():
            if key == "$ref":
                change[key] = self.reference(inner)
            elif key in ("properties", "patternProperties"):
                change[key] = {name: self.or_null(each) for name, each in inner.items()}
            elif key == "additionalProperties":
                change[key] = self.or_null(inner) if isinstance(inner, dict) else inner
            elif key in ("oneOf", "anyOf", "allOf"):
                # What is not whole may be either of two that a whole one can be told apart from.
                kept = "anyOf" if key == "oneOf" else key
                change[kept] = [self.of(each) for each in inner]
            elif key not in ("required", "minProperties", "discriminator"):
                change[key] = inner
        return change

    def or_null(self, schema: dict[str, Any]) -> dict[str, Any]:
        described = schema
        if "$ref" in schema and "description" not in schema:
            described = self.whole[_name(schema["$ref"])]
        description = {key: described[key] for key in ("description",) if key in described}
        return {"anyOf": [self.of(schema), {"type": "null"}], **description}

    def reference(self, reference: str) -> str:
        name = _name(reference)
        if name + SUFFIX not in self.definitions:
            self.definitions[name + SUFFIX] = {}
            self.definitions[name + SUFFIX] = self.of(self.whole[name])
        return reference + SUFFIX


def _name(reference: str) -> str:
    return reference.rsplit("/", 1)[-1]


def _allow_groups(schema: dict[str, Any]) -> None:
    """A group may stand for a fault; the models know of none, since groups are laid out flat."""
    group = Group.model_json_schema()
    member = {"anyOf": [{"$ref": "#/$defs/Fault"}, {"$ref": "#/$defs/Group"}]}
    for order in ORDERS:
        many = {"type": "array", "items": member, "minItems": 1}
        group["properties"][order] = {
            **many,
            "description": group["properties"][order]["description"],
        }
    schema["$defs"]["Group"] = group
    schema["properties"]["faults"]["items"] = member


def _allow_names(schema: dict[str, Any]) -> None:
    """A name may stand for an autoscaler; the model of a service knows none, since it has what it is."""
    autoscaler = schema["$defs"]["Service"]["properties"]["autoscaler"]
    autoscaler["anyOf"].append({"type": "string", "pattern": NAME_PATTERN})


def _forbid_other_names(schema: object) -> None:
    """Where names follow a pattern, other names are mistakes; pydantic lets them pass."""
    if isinstance(schema, dict):
        if "patternProperties" in schema:
            schema.setdefault("additionalProperties", False)
        for inner in schema.values():
            _forbid_other_names(inner)
    elif isinstance(schema, list):
        for inner in schema:
            _forbid_other_names(inner)
