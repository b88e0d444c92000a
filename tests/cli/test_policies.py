"""`aftershock policies`, and the reference that is written from the same models."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from simulator.errors import SimulatorError
from simulator.scenario.guards.catalogue import ORDER, POLICIES, explain, explained, summary_of
from simulator.scenario.model.policy import BALANCING, GUARDS, Policy

DOCS = Path(__file__).parents[2] / "docs"


def told(*words: str) -> str:
    """What the command prints."""
    result = CliRunner().invoke(app, ["policies", *words], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_every_key_of_a_policy_is_in_the_list() -> None:
    """Whatever a policy may have is listed there, but for what is about balancing."""
    keys = set(Policy.model_fields) - (set(BALANCING) - {"outlier", "health_check"})
    assert keys | {"shedding"} == set(POLICIES)
    assert set(GUARDS) < set(ORDER)


def test_list_names_every_field_default_and_profile() -> None:
    """The list has every policy with its fields, their defaults and its profiles."""
    listed = told()
    for name in POLICIES:
        summary = summary_of(name)
        assert f"\n{name} " in f"\n{listed}"
        for field in summary["fields"]:
            assert field["name"] == "profile" or f"{field['name']}: " in listed
        for profile in summary["profiles"]:
            assert profile in listed


@pytest.mark.parametrize("name", POLICIES)
def test_explains_one(name: str) -> None:
    """A policy is explained with a sentence on every field, and what each profile sets."""
    text = told(name)
    assert text == explain(name)
    # Also where the classes are compiled, which leaves them without docstrings.
    assert len(explained(name)) > 40
    summary = summary_of(name)
    for field in summary["fields"]:
        assert len(field["meaning"]) > 10
        assert field["meaning"] in text
    for profile in summary["profiles"]:
        assert f"  {profile}: " in text


def test_defaults_are_written_as_a_file_has_them() -> None:
    """Durations and shares have their units."""
    fields = {each["name"]: each["default"] for each in summary_of("breaker")["fields"]}
    assert (fields["failure_rate"], fields["wait"], fields["window"]) == ("50%", "1m", 100)
    assert summary_of("breaker")["profiles"]["hystrix"]["window"] == "10s"


def test_json() -> None:
    """With --json the same comes as data."""
    assert [each["name"] for each in json.loads(told("--json"))] == list(POLICIES)
    assert json.loads(told("hedge", "--json"))["name"] == "hedge"


def test_a_misspelt_name() -> None:
    """An unknown policy is told with the nearest name."""
    with pytest.raises(SimulatorError) as caught:
        CliRunner().invoke(app, ["policies", "braker"], catch_exceptions=False)
    assert str(caught.value) == "unknown policy `braker`; did you mean `breaker`?"


def test_the_reference_is_that_of_the_models() -> None:
    """docs/policy-reference.md is what docs/make_policy_reference.py writes today."""
    script = runpy.run_path(str(DOCS / "make_policy_reference.py"))
    assert (DOCS / "policy-reference.md").read_text() == script["reference"]()
