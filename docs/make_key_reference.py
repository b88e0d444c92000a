"""Writes docs/key-reference.md from the schema: every key of a scenario, its values, default and meaning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from simulator.scenario.fields import written
from simulator.scenario.model.base import NAME_PATTERN
from simulator.scenario.model.scenario import Scenario
from simulator.units import (
    DURATION_PATTERN,
    MILLICORES_PATTERN,
    RATE_PATTERN,
    SHARE_PATTERN,
    SIZE_PATTERN,
    format_duration,
    format_rate,
)

PAGE = Path(__file__).with_name("key-reference.md")
Schema = Mapping[str, Any]

WORDS = {
    DURATION_PATTERN: "duration",
    RATE_PATTERN: "rate",
    SHARE_PATTERN: "share in %",
    SIZE_PATTERN: "size",
    MILLICORES_PATTERN: "millicores",
    NAME_PATTERN: "name",
}
"""What a text with a pattern is called."""
ROOT = "A scenario"


def reference() -> str:
    """The page."""
    schema = Scenario.model_json_schema()
    definitions: Mapping[str, Schema] = schema["$defs"]
    parts = [
        "# Scenarios, key by key",
        "Written by `docs/make_key_reference.py` from the models that read a scenario, so that no key is "
        "missing. How keys work together is told where they belong: [policies](policies.md), "
        "[faults](faults.md), [discovery](discovery.md), [platform](platform.md) and the others. "
        "`aftershock schema` prints the same for editors.",
        "A **duration** is `250ms`, `5s` or `1m30s`; a **rate** `200/s` or `30/m`; a **share** `5%` or "
        "`0.05`; a **size** `64KiB`; **millicores** `250m`; a **name** letters, digits, `_` and `-`, "
        "beginning with a letter. *none*: nothing, unless it is given.",
        *_section(ROOT, schema, definitions),
    ]
    for name in sorted(definitions, key=_title):
        if "properties" in definitions[name]:
            parts += _section(_title(name), definitions[name], definitions)
    return "\n\n".join(parts) + "\n"


def _section(title: str, schema: Schema, definitions: Mapping[str, Schema]) -> Iterator[str]:
    yield f"## {title}"
    if title != ROOT and "description" in schema:
        yield schema["description"]
    needed = schema.get("required", ())
    rows = ["| key | values | default | meaning |", "|---|---|---|---|"]
    for key, values in schema["properties"].items():
        said = " or ".join(_told(values))
        default = "*required*" if key in needed else _default(values)
        meaning = (values.get("description") or _of_model(values, definitions)).replace("|", "\\|")
        rows.append(f"| `{key}` | {said} | {default} | {meaning} |")
    yield "\n".join(rows)


def _of_model(schema: Schema, definitions: Mapping[str, Schema]) -> str:
    """What the model of a key says of itself: the schema leaves out what would be the same twice."""
    model = definitions.get(schema.get("$ref", "").rsplit("/", 1)[-1], {})
    return str(model.get("description", ""))


def _told(schema: Schema) -> list[str]:
    """What may stand there, each once; that nothing takes no time needs no telling."""
    said = list(dict.fromkeys(_values(schema)))
    united = any(each in said for each in ("duration", "rate", "size"))
    return [each for each in said if not (united and each == "`0`")]


def _values(schema: Schema) -> Iterator[str]:
    """What may stand there, one after the other."""
    for kind in ("anyOf", "oneOf", "allOf"):
        for each in schema.get(kind, ()):
            yield from _values(each)
    if "$ref" in schema:
        title = _title(schema["$ref"].rsplit("/", 1)[-1])
        yield f"[{title}](#{title.lower().replace(' ', '-').strip('()').replace('(', '')})"
    elif "enum" in schema:
        yield ", ".join(f"`{each}`" for each in schema["enum"])
    elif "const" in schema:
        yield f"`{written(schema['const'])}`"
    elif "pattern" in schema:
        yield WORDS.get(schema["pattern"], "text")
    else:
        yield from _plain(schema)


def _plain(schema: Schema) -> Iterator[str]:
    match schema.get("type"):
        case "array":
            inner = " or ".join(_told(schema.get("items", {})))
            yield f"list of {inner}" if inner else "list"
        case "object":
            shapes = [schema["additionalProperties"]] if schema.get("additionalProperties") else []
            shapes += schema.get("patternProperties", {}).values()
            inner = " or ".join(dict.fromkeys(word for each in shapes for word in _of(each)))
            yield f"names, each with {inner}" if inner else "mapping"
        case "integer" | "number" as kind:
            yield f"{'whole number' if kind == 'integer' else 'number'}{_bounds(schema)}"
        case "boolean":
            yield "`true`, `false`"
        case "string":
            yield "text"
        case _:
            return


def _of(schema: object) -> Iterator[str]:
    return _values(schema) if isinstance(schema, Mapping) else iter(())


def _bounds(schema: Schema) -> str:
    least, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    most = schema.get("maximum", schema.get("exclusiveMaximum"))
    low = (
        f" from {least:g}"
        if least is not None
        else f" above {above:g}"
        if above is not None
        else ""
    )
    # A bound that only keeps numbers finite tells nobody anything.
    return low + (f" to {most:g}" if most is not None and most < 1e6 else "")


def _default(schema: Schema) -> str:
    value = schema.get("default")
    if value is None or value in ([], "", {}):
        return "*none*"
    words = set(_values(schema))
    if isinstance(value, float) and value and "duration" in words:
        return f"`{format_duration(value)}`"
    if isinstance(value, float) and value and "rate" in words:
        return f"`{format_rate(value)}`"
    return f"`{written(value)}`"


def _title(name: str) -> str:
    """The name of a model as words: `HpaMetric` is `Hpa metric`."""
    module, _, last = name.rpartition("__")
    words = "".join(f" {each.lower()}" if each.isupper() else each for each in last[1:])
    # Two models of one name are told apart by where they stand.
    place = f" ({module.rpartition('__')[2]})" if module else ""
    return f"{last[0]}{words}{place}"


if __name__ == "__main__":
    PAGE.write_text(reference(), "utf-8")
