"""pydantic's findings in the words of the scenario language."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, Tag
from pydantic_core import ErrorDetails

from simulator.scenario.model.distribution import COUNTS, DISTRIBUTIONS
from simulator.scenario.model.scenario import Scenario
from simulator.scenario.model.step import STEPS
from simulator.scenario.model.traffic import ARRIVALS
from simulator.scenario.problem import Problem, found, listed, nearest
from simulator.scenario.source import Key, Source

FEW = 12
"""Up to so many names are listed in a message."""

EXPECTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "string_type": "a word or a text",
    "bool_type": "`true` or `false`",
    "bool_parsing": "`true` or `false`",
    "dict_type": "a mapping (`key: value`)",
    "model_type": "a mapping (`key: value`)",
    "model_attributes_type": "a mapping (`key: value`)",
    "list_type": "a list (`- ...`)",
    "tuple_type": "a list (`- ...`)",
    "finite_number": "a finite number",
}

KINDS: Mapping[str, tuple[str, str, Sequence[str]]] = {
    "step": ("step", "`work: 5ms`", STEPS),
    "distribution": ("distribution", "`5ms` or `exponential: 5ms`", DISTRIBUTIONS),
    "count": ("number of times", "`3` or `{uniform: {low: 1, high: 3}}`", COUNTS),
    "arrivals": ("kind of arrivals", "`poisson`, `constant` or `{erlang: 4}`", ARRIVALS),
    "profile": ("profile", "`- {at: 1m, rate: 400/s}` or `daily: ...`", ("daily", "trace")),
}


def explain(error: ErrorDetails, source: Source) -> Problem:
    """One finding as a problem with a place."""
    path = data_path(error["loc"], source.data)
    kind, value = error["type"], error["input"]
    context = error.get("ctx", {})
    if kind == "mistake":
        on_key = isinstance(value, (dict, BaseModel)) and bool(path)
        return Problem(source.place(path, key=on_key), str(context["message"]))
    if kind in KINDS:
        return _unknown_kind(kind, value, path, source)
    if kind == "extra_forbidden":
        names = known_keys(error["loc"][:-1])
        hint = nearest(str(path[-1]), names)
        if not hint and 0 < len(names) <= FEW:
            hint = f"; expected {listed(names)}"
        return Problem(source.place(path, key=True), f"unknown key `{path[-1]}`{hint}")
    if kind == "missing":
        parent = path[:-1]
        place = source.place(parent, key=bool(parent))
        return Problem(place, f"the key `{path[-1]}` is missing")
    return Problem(source.place(path), _message(kind, value, context))


def _message(kind: str, value: object, context: Mapping[str, Any]) -> str:
    if kind in EXPECTED:
        return f"expected {EXPECTED[kind]}, found {found(value)}"
    if kind == "literal_error":
        names = [word.strip().strip("'") for word in _words(context["expected"])]
        return f"expected {listed(names)}, found {found(value)}{nearest(str(value), names)}"
    if kind in ("greater_than_equal", "greater_than", "less_than_equal", "less_than"):
        word = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
        key = next(iter(context))
        return f"expected {word[key]} {context[key]:,}, found {found(value)}"
    if kind in ("too_short", "string_too_short"):
        return f"expected at least {context['min_length']}, found none"
    if kind == "string_pattern_mismatch":
        return f"expected one of {context['pattern']}, found {found(value)}"
    return f"cannot be used: {found(value)}"


def _words(expected: str) -> list[str]:
    return expected.replace(" or ", ", ").split(", ")


def _unknown_kind(kind: str, value: object, path: tuple[Key, ...], source: Source) -> Problem:
    what, example, names = KINDS[kind]
    if isinstance(value, dict) and value:
        key = next(iter(value))
        hint = nearest(str(key), names) or f"; expected {listed(list(names))}"
        return Problem(source.place((*path, key), key=True), f"unknown {what} `{key}`{hint}")
    return Problem(source.place(path), f"expected a {what} such as {example}, found {found(value)}")


def data_path(location: Sequence[Key], data: object) -> tuple[Key, ...]:
    """`location` without what pydantic puts between: tags of alternatives and marks of keys."""
    path: list[Key] = []
    for part in location:
        if isinstance(part, str) and part.startswith("<") and part.endswith(">"):
            continue
        if part == "[key]":
            continue
        path.append(part)
    return tuple(path)


def known_keys(location: Sequence[Key]) -> list[str]:
    """The keys that may stand in the mapping at `location`."""
    kind: Any = Scenario
    for part in location:
        kind = _inside(kind, part)
    kind = _bare(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [field.alias or name for name, field in kind.model_fields.items()]
    return []


def _bare(kind: Any) -> Any:
    """A type without annotations, and without `| None`."""
    while True:
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
        elif get_origin(kind) in (Union, types.UnionType):
            options = [each for each in get_args(kind) if each is not type(None)]
            if len(options) != 1:
                return kind
            kind = options[0]
        else:
            return kind


def _inside(kind: Any, part: Key) -> Any:
    """The type of what is at `part` of something of type `kind`."""
    kind = _bare(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            if part in (name, field.alias):
                return field.annotation
        return None
    origin = get_origin(kind)
    if origin is dict:
        return get_args(kind)[1]
    if origin is tuple:
        return get_args(kind)[0]
    if origin in (Union, types.UnionType):
        for option in get_args(kind):
            if any(isinstance(each, Tag) and each.tag == part for each in get_args(option)[1:]):
                return option
    return None
