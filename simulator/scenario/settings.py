"""`--set services.payments.replicas=4`: changing a value of the file from outside."""

from __future__ import annotations

import re
from collections.abc import Iterable

from simulator.scenario.problem import Place, Problem, ScenarioError, nearest
from simulator.scenario.source import Key, Source, read_value

_PART = re.compile(r'"([^"]*)"|([^."]+)')


def apply_settings(source: Source, settings: Iterable[str]) -> None:
    """Change the data of `source` as each `path=value` says, in order.

    Raises:
        ScenarioError: if a path leads nowhere or a value is not YAML.
    """
    problems: list[Problem] = []
    for setting in settings:
        flag = f"--set {setting}"
        path_text, equals, value_text = setting.partition("=")
        if not equals or not path_text.strip():
            message = "expected `path=value`, such as `services.shop.replicas=4`"
            problems.append(Problem(Place(flag), message))
            continue
        try:
            value = read_value(value_text)
        except ScenarioError as error:
            message = error.problems[0].message
            problems.append(Problem(Place(flag), message))
            continue
        wrong = _put(source, _split(path_text.strip()), value, flag)
        if wrong:
            problems.append(Problem(Place(flag), wrong))
    if problems:
        raise ScenarioError(problems)


def _split(text: str) -> list[str]:
    return [quoted or plain for quoted, plain in _PART.findall(text)]


def _put(source: Source, parts: list[str], value: object, flag: str) -> str:
    """Put `value` at the path; returns what is wrong with it, or nothing."""
    here = source.data
    path: list[Key] = []
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        shown = ".".join(str(each) for each in path) or "the scenario"
        if isinstance(here, list):
            if not part.isdigit() or int(part) >= len(here) + (1 if last else 0):
                return f"`{part}` is not a place in the list `{shown}`, which has {len(here)}"
            path.append(int(part))
            if last:
                here[int(part) : int(part) + 1] = [value]
            else:
                here = here[int(part)]
        elif isinstance(here, dict):
            key = _key(part, here)
            path.append(key)
            if last:
                here[key] = value
            elif key in here:
                here = here[key]
            elif _optional_mapping(path):
                here[key] = {}
                here = here[key]
            else:
                return f"there is no `{part}` in {_named(shown)}{nearest(part, map(str, here))}"
        else:
            return f"`{shown}` has nothing inside"
    source.settings[tuple(path)] = flag
    return ""


def _key(part: str, mapping: dict[object, object]) -> Key:
    if part not in mapping and part.lstrip("-").isdigit() and int(part) in mapping:
        return int(part)
    return part


def _named(shown: str) -> str:
    return shown if shown == "the scenario" else f"`{shown}`"


def _optional_mapping(path: list[Key]) -> bool:
    """Whether the mapping at `path` may be left out of a file, so that setting inside it makes it."""
    if len(path) == 1:
        return path[0] in ("defaults", "network")
    return len(path) == 3 and path[0] == "services" and path[2] in ("policy", "queue")
