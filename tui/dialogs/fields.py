"""The fields of a kind of fault, as a form shows them and reads them back.

What may stand in a field is what may stand in a scenario file, read by the same rules; a mistake is
told in the words in which `aftershock check` tells it.
"""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, Tag, ValidationError

from simulator.scenario.explain import data_path, explain
from simulator.scenario.faults.catalogue import example_of
from simulator.scenario.faults.kinds import FAULTS
from simulator.scenario.fields import fields_of, written
from simulator.scenario.model.base import Reads
from simulator.scenario.model.fault.fault import MOMENTARY, Fault
from simulator.scenario.model.fault.selector import Mode
from simulator.scenario.problem import ScenarioError
from simulator.scenario.read import read_value
from simulator.scenario.source import Key, Source
from simulator.units import DURATION_PATTERN, RATE_PATTERN, SHARE_PATTERN, SIZE_PATTERN

TARGETS = (
    "service",
    "zone",
    "node",
    "label",
    "instance",
    "mode",
    "edge",
    "from",
    "from_zones",
    "to",
    "endpoint",
    "endpoints",
    "breaks",
    "traffic",
    "client",
    "key",
)
"""Fields that say whom a fault hits: these come from the selection, and are not remembered."""
TIMES = ("for", "name")
"""The fields of every fault that a form has too, at its end."""
OPEN_ENDED = "until it is undone"

_PATTERNS = {
    DURATION_PATTERN: "duration",
    RATE_PATTERN: "rate",
    SHARE_PATTERN: "share",
    SIZE_PATTERN: "size",
}
_PLAIN = {
    "integer": "whole number",
    "number": "number",
    "string": "name",
    "boolean": "true | false",
}


@dataclass(frozen=True, slots=True)
class FormField:
    """One field: what it is called, what it takes, and what it means.

    `default` is what holds when it is left empty, in the words of a file; `first` is what stands in
    it before anybody has filled it in.
    """

    name: str
    takes: str
    default: str
    meaning: str
    required: bool
    several: bool
    choices: tuple[str, ...]
    first: str


@cache
def form_of(kind: str) -> tuple[FormField, ...]:
    """The fields of a kind of fault, and those that say for how long it is."""
    own = _fields(FAULTS[kind].model, _example(kind))
    # A kind that is over by itself has no end to wait for.
    times = [each for each in TIMES if each != "for" or kind not in MOMENTARY]
    common = {each.name: each for each in _fields(Fault, {})}
    return (*own, *(common[name] for name in times))


def in_short(kind: str) -> str:
    """What a kind of fault does, in a few words."""
    return Fault.model_fields[kind].description or ""


def value_of(field: FormField, text: str) -> object:
    """What a text in a field means; several names may be parted by commas.

    Raises:
        ValueError: if it cannot be read.
    """
    text = text.strip()
    if field.several and text[:1] not in ("[", "{"):
        return [each.strip() for each in text.split(",") if each.strip()]
    return plain_value(text)


def plain_value(text: str) -> object:
    """What a text means where one value may stand.

    Raises:
        ValueError: if it cannot be read.
    """
    try:
        return read_value(text)
    except ScenarioError as error:
        raise ValueError(error.problems[0].message) from None


def fault_of(kind: str, texts: Mapping[str, str]) -> tuple[dict[str, object], dict[str, str]]:
    """The entry of the list `faults` that a filled form stands for, without its time; and mistakes.

    A mistake is by the name of the field that it is shown beside; one that belongs to none of them
    is by the empty name.
    """
    harm: dict[str, object] = {}
    fault: dict[str, object] = {kind: harm}
    mistakes: dict[str, str] = {}
    for field in form_of(kind):
        text = texts.get(field.name, "").strip()
        if not text:
            if field.required:
                mistakes[field.name] = f"expected {_with_article(field.takes)}"
            continue
        try:
            value = value_of(field, text)
        except ValueError as error:
            mistakes[field.name] = str(error)
            continue
        (fault if field.name in TIMES else harm)[field.name] = value
    of_fields = dict(mistakes)
    for name, message in _model_mistakes(kind, fault).items():
        # What cannot be read is not there for the model, which may miss it.
        if name or not of_fields:
            mistakes.setdefault(name, message)
    return fault, mistakes


def first_texts(
    kind: str, target: Mapping[str, object], before: Mapping[str, str]
) -> dict[str, str]:
    """What stands in the fields of a form when it opens.

    Whom it hits comes from the selection (`target`), the rest from the last time (`before`) or else
    from the example of the kind.
    """
    texts = {}
    for field in form_of(kind):
        if field.name in TARGETS:
            value = target.get(field.name)
            texts[field.name] = "" if value is None else _shown(value)
        else:
            texts[field.name] = before.get(field.name, field.first)
    return texts


def _model_mistakes(kind: str, fault: Mapping[str, object]) -> dict[str, str]:
    """What the model of a fault finds wrong with it, by field."""
    # It begins now: the engine says when that is.
    data = {"faults": [{"at": 0, **fault}]}
    try:
        Fault.model_validate(data["faults"][0])
    except ValidationError as error:
        found = error.errors(include_url=False)
    else:
        return {}
    source = Source("", [], data)
    told: dict[str, list[str]] = {}
    for each in found:
        path = data_path(("faults", 0, *each["loc"]), data)
        message = explain(each, path, source).message
        name, inside = _field_at(kind, path[2:])
        if inside:
            message = f"`{'.'.join(map(str, inside))}`: {message}"
        told.setdefault(name, []).append(message)
    return {name: "; ".join(messages) for name, messages in told.items()}


def _field_at(kind: str, path: Sequence[Key]) -> tuple[str, Sequence[Key]]:
    """The field that a path leads to, and what is left of the path within it."""
    if path and path[0] == kind:
        path = path[1:]
    return (str(path[0]), path[1:]) if path else ("", ())


def _fields(model: type[BaseModel], example: Mapping[str, object]) -> list[FormField]:
    known = {info.alias or name: info for name, info in model.model_fields.items()}
    found = []
    for summary in fields_of(model):
        name, info = summary["name"], known[summary["name"]]
        default = "" if summary["default"] in (None, "required", (), {}) else summary["default"]
        # What has a default needs no more; for the rest the example says what is sensible.
        known_first = name in example and name not in TARGETS and default == ""
        first = _shown(example[name]) if known_first else ""
        found.append(
            FormField(
                name,
                takes=_takes(info.annotation, info.metadata),
                default=OPEN_ENDED if name == "for" else _shown(default) if default != "" else "",
                meaning=summary["meaning"],
                required=info.is_required(),
                several=get_origin(_bare(info.annotation)) is tuple,
                choices=_choices(info.annotation),
                first=first,
            )
        )
    return found


def _example(kind: str) -> Mapping[str, object]:
    """The fields of the example of a kind."""
    (fault,) = yaml.safe_load(example_of(kind))["faults"]
    harm: Mapping[str, object] = fault[kind]
    return harm


def _shown(value: object) -> str:
    """A value as it is typed into a field: names without brackets, mappings on one line."""
    if isinstance(value, (list, tuple)) and all(isinstance(each, str) for each in value):
        return ", ".join(value)
    return written(value)


def _bare(annotation: Any) -> Any:
    """A type without `| None` and without what is annotated."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
            continue
        if get_origin(annotation) in (Union, types.UnionType):
            options = [each for each in get_args(annotation) if each is not type(None)]
            if len(options) == 1:
                annotation = options[0]
                continue
        return annotation


def _reads(annotation: Any, metadata: Sequence[Any] = ()) -> Reads | None:
    """How a value of a type is read, where it is one of the language's own."""
    found = next((each for each in metadata if isinstance(each, Reads)), None)
    if found is None and get_origin(annotation) is Annotated:
        found = next((each for each in get_args(annotation)[1:] if isinstance(each, Reads)), None)
        found = found or _reads(get_args(annotation)[0])
    elif found is None and get_origin(annotation) in (Union, types.UnionType):
        options = [each for each in get_args(annotation) if each is not type(None)]
        found = _reads(options[0]) if len(options) == 1 else None
    return found


def _takes(annotation: Any, metadata: Sequence[Any]) -> str:
    """What may stand in a field, in a few words."""
    reads = _reads(annotation, metadata)
    if reads is not None:
        return _told(reads.schema)
    kind = _bare(annotation)
    if get_origin(kind) is Literal:
        return " | ".join(get_args(kind))
    if get_origin(kind) is tuple:
        return "names"
    if get_origin(kind) in (Union, types.UnionType):
        return "one | all | {fixed: 2} | {percent: 50%}" if _is_mode(kind) else _either(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _mapping(kind)
    return "true | false" if kind is bool else "name" if kind is str else "value"


def _told(schema: Mapping[str, Any]) -> str:
    """What a type of the language is called."""
    options = [schema, *schema.get("anyOf", ())]
    words = [_PATTERNS[each["pattern"]] for each in options if each.get("pattern") in _PATTERNS]
    if "description" in schema and not words and not _is_name(schema):
        return str(schema["description"]).removeprefix("A ").removeprefix("An ").rstrip(".")
    if words == ["share"] and any(each.get("type") == "number" for each in options):
        return "share"
    kinds = [_PLAIN[each["type"]] for each in options if "type" in each and "pattern" not in each]
    return " or ".join(dict.fromkeys([*kinds, *words])) or "name"


def _is_name(schema: Mapping[str, Any]) -> bool:
    return str(schema["description"]).startswith("Letters")


def _is_mode(kind: Any) -> bool:
    return bool(get_args(kind) == get_args(get_args(Mode)[0]))


def _either(kind: Any) -> str:
    """What may stand where one of several does: the plain one, or a mapping with one of these keys."""
    plain, keys = [], []
    for option in get_args(kind):
        tags = [each.tag.strip("<>") for each in get_args(option)[1:] if isinstance(each, Tag)]
        reads, bare = _reads(option), _bare(option)
        if reads is not None:
            plain.append(_told(reads.schema))
        elif get_origin(bare) is Literal:
            plain.append(" | ".join(get_args(bare)))
        elif isinstance(bare, type) and issubclass(bare, BaseModel):
            keys += tags if "options" not in tags else [*bare.model_fields][:2]
    shown = ", ".join(keys[:3]) + (", ..." if len(keys) > 3 else "")
    return " or ".join([*plain, *([f"{{{shown}: ...}}" if shown else ""])])


def _mapping(model: type[BaseModel]) -> str:
    names = [field.alias or name for name, field in model.model_fields.items()]
    return "{" + ", ".join(f"{name}: ..." for name in names[:2]) + "}"


def _choices(annotation: Any) -> tuple[str, ...]:
    """The words that may stand in a field, where they are few."""
    kind = _bare(annotation)
    if get_origin(kind) is Literal:
        return tuple(map(str, get_args(kind)))
    if get_origin(kind) in (Union, types.UnionType) and _is_mode(kind):
        return ("one", "all", "{fixed: 2}", "{percent: 50%}", "{random_max_percent: 50%}")
    return ()


def _with_article(takes: str) -> str:
    """`a duration`, `one of a | b`."""
    if "|" in takes:
        return f"one of {takes}"
    return takes if takes.startswith("{") or takes == "names" else f"a {takes}"
