"""The JSON Schema of the scenario language, by which editors complete and check."""

from __future__ import annotations

from typing import Any

from simulator.scenario.model.scenario import Scenario


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a scenario file."""
    schema = Scenario.model_json_schema()
    _forbid_other_names(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


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
