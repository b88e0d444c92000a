"""What may be changed in a scenario for a comparison: every setting, and a few that teach something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from simulator.live.driver import Opening
from simulator.scenario import Loaded, load, parse, resolved_yaml
from tui.dialogs.choice import Choice

NOT_COMPARED = ("scenario", "description", "seed", "duration", "warmup", "expect")
"""Keys of a scenario that make no other system."""
BALANCERS = ("round_robin", "least_request", "random")
LONGEST = 40
"""Characters of a value that are shown."""


def loaded(opening: Opening, setting: str = "") -> Loaded:
    """What would be opened, with one more setting.

    Raises:
        ScenarioError: with what is wrong with that setting.
    """
    settings = (*opening.settings, setting) if setting else opening.settings
    if opening.text is None:
        return load(opening.scenario, settings)
    folder = None if opening.folder is None else Path(opening.folder)
    return parse(opening.text, opening.scenario, settings, folder)


def as_mapping(opening: Opening) -> Mapping[str, object]:
    """The scenario with all that it says and all that is meant by it, as plain data."""
    found = loaded(opening)
    mapping = yaml.safe_load(resolved_yaml(found.scenario, found.folder))
    assert isinstance(mapping, dict)
    return mapping


def keys_of(mapping: Mapping[str, object]) -> list[tuple[str, str]]:
    """Every path that leads to a value, with that value, in the words of `--set`."""
    return [
        (path, value)
        for name, part in mapping.items()
        if name not in NOT_COMPARED
        for path, value in _leaves(_quoted(name), part)
    ]


def suggestions(mapping: Mapping[str, object]) -> list[Choice]:
    """Some settings that make a difference worth seeing; the key of each is the setting."""
    found = list(_of_replicas(mapping))
    defaults = mapping.get("defaults")
    if isinstance(defaults, dict):
        now = defaults.get("balancer")
        found += [
            Choice(f"defaults.balancer={name}", f"balancer {name}", f"instead of {now}", "calls")
            for name in BALANCERS
            if isinstance(now, str) and name != now
        ]
        for policy, meaning in (
            ("retry", "nobody asks twice"),
            ("timeout", "everybody waits for ever"),
            ("breaker", "nobody stops asking"),
            ("outlier", "nobody is put aside"),
        ):
            if defaults.get(policy) is not None:
                found.append(
                    Choice(f"defaults.{policy}=null", f"no default {policy}", meaning, "calls")
                )
    return found


def _of_replicas(mapping: Mapping[str, object]) -> Iterator[Choice]:
    services = mapping.get("services")
    if not isinstance(services, dict):
        return
    for name, service in services.items():
        replicas = service.get("replicas", 1) if isinstance(service, dict) else None
        if not isinstance(replicas, int) or isinstance(replicas, bool):
            continue
        other = replicas - 1 if replicas > 1 else replicas + 1
        yield Choice(
            f"services.{_quoted(name)}.replicas={other}",
            f"{name}: {other} instance{'' if other == 1 else 's'}",
            f"instead of {replicas}",
            "instances",
        )


def _leaves(path: str, part: object) -> Iterator[tuple[str, str]]:
    if isinstance(part, dict) and part:
        for name, below in part.items():
            yield from _leaves(f"{path}.{_quoted(str(name))}", below)
    elif isinstance(part, list) and any(isinstance(each, dict | list) for each in part):
        for number, below in enumerate(part):
            yield from _leaves(f"{path}.{number}", below)
    else:
        yield path, _flat(part)


def _flat(value: object) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, width=10_000).strip()
    text = text.removesuffix("...").strip()
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _quoted(name: str) -> str:
    return f'"{name}"' if "." in name or " " in name or "=" in name else name
