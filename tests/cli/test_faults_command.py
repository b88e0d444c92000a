"""`aftershock faults`, and the reference that is written from the same models."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest
import yaml
from every_fault import SHOP
from typer.testing import CliRunner

from cli.main import app
from simulator.errors import SimulatorError
from simulator.experiment.run import simulate
from simulator.scenario import parse
from simulator.scenario.docstring import story_of
from simulator.scenario.faults.catalogue import (
    common_fields,
    example_of,
    explain,
    explained,
    summary_of,
)
from simulator.scenario.faults.kinds import FAULTS
from simulator.scenario.model.fault.fault import KINDS

DOCS = Path(__file__).parents[2] / "docs"

PARTS = ("In the real world: ", "Here: ", "Left out: ")


def told(*words: str) -> str:
    """What the command prints."""
    result = CliRunner().invoke(app, ["faults", *words], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_every_kind_is_in_the_list() -> None:
    """Whatever a scenario may have as a fault is listed, in the order of the language."""
    assert tuple(FAULTS) == KINDS


def test_list_names_every_field_and_default() -> None:
    """The list has every kind with its fields and their defaults, and the fields of all."""
    listed = told()
    for kind in FAULTS:
        summary = summary_of(kind)
        assert f"\n{kind} " in f"\n{listed}"
        assert summary["summary"] in listed
        for field in summary["fields"]:
            assert f"{field['name']}: " in listed
    assert "mode: one, grace: 0s" in listed
    assert {"name", "at", "for"} <= {each["name"] for each in common_fields()}
    assert not {each["name"] for each in common_fields()} & set(KINDS)


@pytest.mark.parametrize("kind", FAULTS)
def test_explains_one(kind: str) -> None:
    """A kind is explained in three parts, with a sentence on every field and an example."""
    text = told(kind)
    assert text == explain(kind)
    # Also where the classes are compiled, which leaves them without docstrings.
    for story in (explained(kind), *map(story_of, FAULTS[kind].variants.values())):
        assert [story.count(f"\n\n{part}") for part in PARTS] == [1, 1, 1]
        assert story in text
    for field in summary_of(kind)["fields"]:
        assert len(field["meaning"]) > 10
        assert field["meaning"] in text
    assert text.endswith(example_of(kind))


def test_no_two_kinds_have_the_same_text() -> None:
    """Kinds that are carried out by the same class are told apart."""
    assert len({explained(kind) for kind in FAULTS}) == len(FAULTS)


@pytest.mark.parametrize("kind", FAULTS)
def test_example_can_be_pasted_into_a_scenario(kind: str) -> None:
    """The example of a kind is read, played, and hits somebody; it has no other kind."""
    example = example_of(kind)
    (fault,) = yaml.safe_load(example)["faults"]
    assert set(fault) - {each["name"] for each in common_fields()} == {kind}
    result = simulate(parse(SHOP + example).scenario, check=True)
    (figures,) = result.faults
    assert figures.start == 30.0
    assert figures.targets


def test_json() -> None:
    """With --json the same comes as data."""
    assert [each["name"] for each in json.loads(told("--json"))] == list(FAULTS)
    one = json.loads(told("kill", "--json"))
    assert one["name"] == "kill"
    assert {each["name"]: each["default"] for each in one["fields"]} == {
        "service": None,
        "zone": None,
        "node": None,
        "label": None,
        "instance": None,
        "mode": "one",
        "grace": "0s",
        "restart": None,
    }


def test_a_misspelt_name() -> None:
    """An unknown kind is told with the nearest name."""
    with pytest.raises(SimulatorError) as caught:
        CliRunner().invoke(app, ["faults", "latencies"], catch_exceptions=False)
    assert str(caught.value) == "unknown fault `latencies`; did you mean `latency`?"


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("kill: {service: registry, grace: 5s}", "servers of the registry have no `grace`"),
        (
            "partition: {service: registry, from: [shop], direction: to}",
            "servers of the registry are cut off in both directions",
        ),
    ],
)
def test_what_a_registry_cannot_have(fault: str, message: str) -> None:
    """A field that would do nothing to the registry is a mistake."""
    with pytest.raises(SimulatorError) as caught:
        parse(SHOP + f"faults: [{{at: 30s, {fault}}}]")
    assert message in str(caught.value)


def test_the_reference_is_that_of_the_models() -> None:
    """docs/fault-reference.md is what docs/make_fault_reference.py writes today."""
    script = runpy.run_path(str(DOCS / "make_fault_reference.py"))
    assert (DOCS / "fault-reference.md").read_text() == script["reference"]()
