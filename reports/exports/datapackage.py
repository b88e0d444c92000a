"""`datapackage.json`, which says of each file of a folder what its columns are, in which unit.

Source: the Data Package standard, version 2 (datapackage.org); `unit` is an addition of ours, which the
standard allows. It marks a folder as an export, too: what lies there may be replaced by another.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from reports.exports.tables import about, meanings
from simulator.experiment.result import Result

MARK = "datapackage.json"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"


def describe(result: Result, form: str, written: Mapping[str, pa.Schema], folder: Path) -> None:
    """Leave the description of the files NAME.FORM that have the schemas of `written`."""
    package = {
        "$schema": PROFILE,
        "name": result.scenario,
        "title": result.description,
        "version": result.digest,
        "resources": [
            {
                "name": name,
                "path": f"{name}.{form}",
                "description": about(name),
                "type": "table",
                "schema": {"fields": [_field(name, each) for each in schema]},
            }
            for name, schema in written.items()
        ],
    }
    (folder / MARK).write_text(json.dumps(package, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _field(table: str, field: pa.Field) -> dict[str, str]:
    found = {
        "name": field.name,
        "type": _type(field.type),
        "description": meanings(table)[field.name],
    }
    unit = (field.metadata or {}).get(b"unit", b"").decode()
    return found | ({"unit": unit} if unit else {})


def _type(kind: pa.DataType) -> str:
    if pa.types.is_string(kind):
        return "string"
    if pa.types.is_integer(kind):
        return "integer"
    return "boolean" if pa.types.is_boolean(kind) else "number"
