"""pydantic's findings in the words of the scenario language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import ErrorDetails

from simulator.scenario.model.distribution import COUNTS, DISTRIBUTIONS
from simulator.scenario.model.registry import REGISTRIES
from simulator.scenario.model.step import STEPS
from simulator.scenario.model.traffic import ARRIVALS
from simulator.scenario.problem import Place, Problem, few, found, listed, nearest
from simulator.scenario.shape import keys_at
from simulator.scenario.source import DataPath, Key, Source, value_in

EXPECTED = {
    "string_type": "a text",
    "bool_type": "`true` or `false`",
    "dict_type": "a mapping (`key: value`)",
    "model_type": "a mapping (`key: value`)",
    "list_type": "a list (`- ...`)",
    "tuple_type": "a list (`- ...`)",
}

KINDS: Mapping[str, tuple[str, str, Sequence[str]]] = {
    "step": ("step", "`work: 5ms` or `call: shop.home`", STEPS),
    "distribution": ("distribution", "`5ms` or `exponential: 5ms`", DISTRIBUTIONS),
    "count": ("number of times", "`3` or `uniform: {low: 1, high: 3}`", COUNTS),
    "arrivals": (
        "kind of arrivals",
        "`poisson` or `erlang: 4`",
        ("poisson", "constant", *ARRIVALS),
    ),
    "profile": ("profile", "`- {at: 1m, rate: 400/s}`", ("daily", "trace")),
    "mode": ("mode", "`all` or `percent: 30%`", ("fixed", "percent", "random_max_percent")),
}
"""What is told apart by one of its keys: its name, an example, and those keys."""


def explain(error: ErrorDetails, path: DataPath, source: Source) -> Problem:
    """One finding, about what is at `path` of the file."""
    kind, value = error["type"], error["input"]
    context = error.get("ctx", {})
    if kind == "mistake":
        # Something of many lines is pointed at by its key.
        whole = not context["inside"] or isinstance(source.at(path), (dict, list))
        return Problem(source.place(path, key=whole), context["message"])
    if kind == "unfit":
        on_key = "[key]" in error["loc"][-1:]
        message = f"{context['message']}, found {written(path, value, source)}"
        return Problem(source.place(path, key=on_key), message)
    if kind == "registry":
        return _unknown_registry(value, path, source)
    if kind in KINDS:
        return _unknown_kind(kind, value, path, source)
    if kind == "extra_forbidden":
        return Problem(source.place(path, key=True), _unknown_key(path, source))
    if kind == "missing":
        place = source.place(path[:-1], key=True) if path[:-1] else Place(source.name)
        return Problem(place, f"the key `{path[-1]}` is missing")
    return Problem(source.place(path), _message(kind, path, value, context, source))


def written(path: DataPath, value: object, source: Source) -> str:
    """What the file says at `path`, for a message."""
    text = source.written.get(path)
    if text and isinstance(value, (int, float)):
        return found(text)
    return found(value)


def _message(
    kind: str, path: DataPath, value: object, context: Mapping[str, Any], source: Source
) -> str:
    shown = written(path, value, source)
    if kind == "string_type" and isinstance(value, (int, float)):
        return f"expected a text, found {shown}; put it in quotes"
    if kind in EXPECTED:
        return f"expected {EXPECTED[kind]}, found {shown}"
    if kind == "literal_error":
        names = [word.strip().strip("'") for word in context["expected"].split(" or ")]
        names = [word.strip().strip("'") for each in names for word in each.split(",")]
        return f"expected {listed(names)}, found {shown}{nearest(value, names)}"
    if kind == "too_short":
        least = context["min_length"]
        what = "one entry" if least == 1 else f"{least} entries"
        return f"expected at least {what}, found {context['actual_length'] or 'none'}"
    return f"cannot be used: {shown}"


def _unknown_key(path: DataPath, source: Source) -> str:
    """What is wrong with a key that may not stand where it does."""
    key = str(path[-1])
    here = source.at(path[:-1])
    names = keys_at(path[:-1], source.data)
    if len(path) == 1 and nearest(key, ["extends"]):
        return f"unknown key `{key}`; did you mean `extends`?"
    rivals = [
        each for each in (names[:1] if names else []) if isinstance(here, dict) and each in here
    ]
    for what, _, keys in KINDS.values():
        if key in keys and rivals and rivals[0] in keys and rivals[0] != key:
            both = listed([rivals[0], key], "and")
            return f"{both} cannot both stand in one {what}" + (
                "; make two steps of them" if what == "step" else ""
            )
    hint = nearest(key, names)
    missing = [each for each in names if not isinstance(here, dict) or each not in here]
    if not names:
        return f"unknown key `{key}`"
    if not hint and not missing:
        return f"unknown key `{key}`; nothing may stand here beside {listed(names, 'and')}"
    return f"unknown key `{key}`{hint or few(missing)}"


def _unknown_kind(kind: str, value: object, path: DataPath, source: Source) -> Problem:
    what, example, names = KINDS[kind]
    if isinstance(value, dict) and value:
        close = [key for key in value if nearest(key, names)]
        key = close[0] if close else next(iter(value))
        hint = nearest(key, names) or few(list(names))
        return Problem(source.place((*path, key), key=True), f"unknown {what} `{key}`{hint}")
    hint = ""
    if isinstance(value, str):
        word, colon, _ = value.partition(":")
        if colon and word in names:
            hint = "; is a space missing after the `:`?"
        elif kind == "arrivals":
            hint = nearest(value, names)
    elif isinstance(value, list) and kind == "step":
        hint = "; several steps in the place of one are `steps: [...]`"
    message = f"expected a {what} such as {example}, found {written(path, value, source)}{hint}"
    return Problem(source.place(path), message)


def _unknown_registry(value: object, path: DataPath, source: Source) -> Problem:
    """What is wrong with a registry whose kind is none."""
    if not isinstance(value, dict) or "kind" not in value:
        shown = "" if isinstance(value, dict) else f", found {written(path, value, source)}"
        place = source.place(path, key=isinstance(value, dict))
        return Problem(place, f"expected a registry such as `kind: kubernetes`{shown}")
    kind, at = value["kind"], (*path, "kind")
    hint = nearest(kind, REGISTRIES)
    message = f"expected {listed(REGISTRIES)}, found {written(at, kind, source)}{hint}"
    return Problem(source.place(at), message)


def data_path(location: Sequence[Key], data: object) -> DataPath:
    """`location` without what pydantic puts between: tags of alternatives and marks of keys.

    A tag is in angle brackets; a key of the file that looks like one is told by being there.
    """
    path: list[Key] = []
    for number, part in enumerate(location):
        inside = value_in(data, part)
        is_tag = isinstance(part, str) and part[:1] + part[-1:] in ("<>", "[]")
        if inside is None and (is_tag or number < len(location) - 1):
            continue
        data = None if inside is None else inside[0]
        path.append(part)
    return tuple(path)
