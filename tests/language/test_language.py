"""What may be written in a scenario, and what it means."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
import yaml

from simulator.scenario import ScenarioError, bundled, json_schema, load, parse, resolved_yaml
from simulator.scenario.expectation import parse_expectation
from simulator.units import (
    format_duration,
    parse_cores,
    parse_duration,
    parse_rate,
    parse_share,
    parse_size,
)

SMALL = """
scenario: small
duration: 1m
traffic: {users: {rate: 1/s, target: api.get}}
services: {api: {endpoints: {get: [{work: 5ms}]}}}
"""


@pytest.mark.parametrize("name", sorted(bundled()))
def test_resolved_scenarios_are_the_same_scenarios(name: str) -> None:
    """What is written back loads to the equal scenario."""
    loaded = load(name)
    assert loaded.warnings == ()
    again = parse(resolved_yaml(loaded.scenario), folder=loaded.folder)
    assert again.scenario == loaded.scenario


@pytest.mark.parametrize("name", sorted(bundled()))
def test_the_schema_accepts_what_the_language_accepts(name: str) -> None:
    """Editors find nothing wrong with bundled files."""
    data = yaml.safe_load(bundled()[name].read_text("utf-8"))
    jsonschema.Draft202012Validator(json_schema()).validate(json.loads(json.dumps(data)))


@pytest.mark.parametrize(
    ("path", "value"),
    [("duration", "5"), ("sed", 1), ("services", {}), ("traffic", {"users": {"rates": "1/s"}})],
)
def test_the_schema_refuses_what_the_language_refuses(path: str, value: Any) -> None:
    """Editors underline what would not load."""
    data = yaml.safe_load(SMALL) | {path: value}
    assert not jsonschema.Draft202012Validator(json_schema()).is_valid(data)
    with pytest.raises(ScenarioError):
        parse(yaml.safe_dump(data))


def undescribed(schema: Any, path: str = "") -> list[str]:
    """The properties of a schema that have no description."""
    found = []
    if isinstance(schema, dict):
        for name, each in schema.get("properties", {}).items():
            # One that only points to a model shows the model's own description.
            if "description" not in each and "$ref" not in each:
                found.append(f"{path}.{name}")
        for key, each in schema.items():
            found += undescribed(each, f"{path}.{key}")
    elif isinstance(schema, list):
        for each in schema:
            found += undescribed(each, path)
    return found


def test_every_field_is_described() -> None:
    """Whoever hovers over a key in an editor reads what it means."""
    assert undescribed(json_schema()) == []


def test_yaml_means_what_it_looks_like() -> None:
    """`on`, `12:30` and `010` are no traps: YAML 1.2, not 1.1."""
    text = SMALL.replace("scenario: small", "scenario: on\ndescription: 12:30\nseed: 010")
    scenario = parse(text).scenario
    assert (scenario.scenario, scenario.description, scenario.seed) == ("on", "12:30", 10)


def test_units() -> None:
    """Durations, rates, shares and sizes are read exactly, and written so that they read the same."""
    assert parse_duration("1m30s") == 90.0
    assert parse_duration("250ms") == 0.25
    assert parse_rate("30/m") == 0.5
    assert parse_share("5%") == parse_share(0.05) == 0.05
    assert parse_size("64KiB") == 65536
    assert parse_cores("250m") == parse_cores(0.25) == 0.25
    for wrong in (0, "0m", "250", "1/4", True, None):
        with pytest.raises(ValueError, match="expected a number of cores above 0"):
            parse_cores(wrong)
    for seconds in (0.0, 1e-9, 0.0003, 0.25, 1.0, 90.0, 3600.0, 86400.0, 0.1 + 0.2):
        assert parse_duration(format_duration(seconds)) == seconds
    for wrong in ("5", 5, "5 apples", "", None, True):
        with pytest.raises(ValueError, match="expected a duration"):
            parse_duration(wrong)


def test_expectations_are_read() -> None:
    """Subject, measure, comparison, bound and phase."""
    found = parse_expectation("shop.buy.p99.9 <= 1.5s during [1m, 90s]")
    assert (found.subject, found.measure, found.op, found.bound) == ("shop.buy", "p99.9", "<=", 1.5)
    assert found.window == (60.0, 90.0)
    assert parse_expectation("availability >= 99%").subject is None
    assert parse_expectation("throughput > 30/m").bound == 0.5


def test_settings_change_any_value() -> None:
    """`--set` reaches scalars, lists, keys with dots and what was left out."""
    text = SMALL.replace("target: api.get", "mix: {api.get: 1}")
    settings = [
        "services.api.replicas=3",
        "services.api.endpoints.get.0.work={exponential: 1ms}",
        'traffic.users.mix."api.get"=2',
        "defaults.timeout=2s",
        "expect=[availability > 1%]",
    ]
    scenario = parse(text, settings=settings).scenario
    assert scenario.services["api"].replicas == 3
    assert scenario.traffic["users"].mix == {"api.get": 2}
    assert scenario.defaults.timeout == 2.0
    assert scenario.expect == ("availability > 1%",)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("services.apy.replicas=3", "there is no `apy`"),
        (
            "services.api.replicas=0",
            "expected 1 or more: only the autoscalers `kpa` and `keda` start from none",
        ),
        ("services.api.replica=3", "unknown key `replica`; did you mean `replicas`?"),
        ("services", "path=value"),
    ],
)
def test_a_wrong_setting_is_named(setting: str, message: str) -> None:
    """The message begins with the flag as it was given."""
    with pytest.raises(ScenarioError) as caught:
        parse(SMALL, settings=[setting])
    assert str(caught.value).startswith(f"--set {setting}")
    assert message in str(caught.value)


def test_what_nothing_calls_is_a_warning() -> None:
    """Unreachable services and endpoints do not stop a run."""
    text = SMALL.replace("get: [{work: 5ms}]", "get: [{work: 5ms}], put: []")
    text += "  # and\n"
    warnings = parse(text).warnings
    assert [each.message for each in warnings] == ["nothing calls the endpoint `api.put`"]


def test_a_flush_of_nothing_is_a_warning() -> None:
    """A fault that empties the caches of a caller without any is told as doubtful, and played."""
    text = """
scenario: bare
duration: 10s
traffic: {users: {rate: 1/s, target: api.get}}
services: {api: {endpoints: {get: [work: 1ms]}}}
faults: [{at: 5s, cache_flush: {service: users}}]
"""
    (warning,) = parse(text).warnings
    assert warning.message == "no call of `users` has a `cache`: nothing is flushed"
    assert warning.place.line == 6
    assert parse(text, settings=["traffic.users.cache={ttl: 1s}"]).warnings == ()
