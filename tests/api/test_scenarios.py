"""Scenarios that are read, built, changed and written in Python."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import simulator as sim
from simulator.scenario import bundled, load, resolved_yaml

TEXT = """\
scenario: tiny
duration: 5s
traffic: {users: {rate: 20/s, mix: {web.page: 1}}}
services: {web: {concurrency: 2, endpoints: {page: [{work: 10ms}]}}}
"""
VALUES: dict[str, Any] = {
    "duration": "5s",
    "traffic": {"users": {"rate": "20/s", "mix": {"web.page": 1}}},
    "services": {"web": {"concurrency": 2, "endpoints": {"page": [{"work": "10ms"}]}}},
}


def test_a_scenario_of_values_is_that_of_the_file() -> None:
    built = sim.Scenario("tiny", **VALUES)
    assert built == sim.load(TEXT)
    assert built.to_yaml() == sim.load(TEXT).to_yaml()
    assert built.duration == 5.0
    assert sim.run(built).digest == sim.run(TEXT).digest


def test_a_name_and_a_path_and_a_scenario_are_read_alike(tmp_path: Path) -> None:
    changes = {"services.server.concurrency": 5}
    by_name = sim.load("mm4", set=changes, seed=3, duration="40s")
    words = ["services.server.concurrency=5", "seed=3", "duration=40s"]
    loaded = load("mm4", words)
    assert by_name.to_yaml() == resolved_yaml(loaded.scenario, loaded.folder)
    assert sim.load(bundled()["mm4"], set=changes, seed=3, duration="40s") == by_name
    assert sim.load(sim.load("mm4"), set=changes, seed=3, duration="40s") == by_name
    assert sim.load(by_name.save(tmp_path / "mine.yaml")) == by_name


@pytest.mark.parametrize("name", ["online-store", "daily-curve", "store-game-day", "zone-outage"])
def test_what_is_written_is_read_as_the_same(name: str) -> None:
    scenario = sim.load(name)
    assert sim.load(scenario.to_yaml()) == scenario
    # Built from the values, too, and not only from their text.
    assert scenario.set({"seed": 99}).set({"seed": scenario.seed}).model == scenario.model


def test_a_change_gives_a_copy() -> None:
    tiny = sim.load(TEXT)
    changed = tiny.set({"services.web.replicas": 3, "traffic.users.rate": "50/s"})
    assert changed.model.services["web"].replicas == 3
    assert changed.model.traffic["users"].rate == 50.0
    assert tiny == sim.load(TEXT)
    assert tiny.set({}) == tiny
    assert len({tiny, tiny.set({}), changed}) == 2


def test_values_of_numpy_and_paths_and_texts_that_look_like_numbers() -> None:
    tiny = sim.load(TEXT)
    assert (
        tiny.set({"services.web.concurrency": np.int64(7)}).model.services["web"].concurrency == 7
    )
    assert tiny.set({"description": "12"}).description == "12"
    assert tiny.set({"description": "null"}).description == "null"
    assert tiny.set({"description": Path("a/b")}).description == "a/b"
    lines = "two\nlines: [of text"
    assert tiny.set({"description": lines}).description == lines
    endpoints = ({"work": np.float64(0.0)},)
    assert tiny.set({"services.web.endpoints.page": endpoints}).to_yaml().endswith("work: 0s}\n")


def test_one_scenario_extends_another() -> None:
    mine = sim.Scenario("mine", extends="mm4", duration="45s")
    assert (mine.name, mine.duration) == ("mine", 45.0)
    assert mine.model.services == sim.load("mm4").model.services


def test_bundled_scenarios_are_listed_with_what_they_show() -> None:
    found = sim.scenarios()
    assert list(found) == list(bundled())
    assert found["mm4"] == sim.load("mm4").description


def test_a_scenario_survives_the_way_to_another_process() -> None:
    tiny = sim.load(TEXT)
    assert pickle.loads(pickle.dumps(tiny)) == tiny


def test_a_scenario_shows_itself() -> None:
    tiny = sim.load(TEXT).set({"description": "<b>&"})
    assert repr(tiny) == "<Scenario tiny: 5s, 1 service, 1 traffic class>"
    page = tiny._repr_html_()
    assert "&lt;b&gt;&amp;" in page
    assert "<b>" not in page
    assert '<th scope="row" style="text-align: left">duration</th><td>5s</td>' in page


def said(mistake: Any) -> str:
    with pytest.raises(sim.SimulatorError) as caught:
        mistake()
    return str(caught.value)


def test_mistakes_are_told_by_key_all_at_once() -> None:
    web = {"concurency": 2, "endpoints": {"page": [{"wrok": "10ms"}]}}
    lines = said(lambda: sim.Scenario("tiny", **{**VALUES, "services": {"web": web}}))
    assert "services.web.concurency: unknown key `concurency`; did you mean `concurrency`?" in lines
    assert "services.web.endpoints.page.0.wrok: unknown step `wrok`; did you mean `work`?" in lines
    wrong = {**VALUES, "duration": 5}
    assert said(lambda: sim.Scenario("tiny", **wrong)).startswith("duration: expected a duration")
    without = said(lambda: sim.Scenario("tiny", duration="5s"))
    assert "scenario tiny: the key `services` is missing" in without


def test_a_call_of_nobody_is_told_by_key() -> None:
    services = {
        "web": {"endpoints": {"page": [{"call": "bd.read"}]}},
        "db": {"endpoints": {"read": []}},
    }
    lines = said(lambda: sim.Scenario("tiny", **{**VALUES, "services": services}))
    assert lines.startswith("services.web.endpoints.page.0.call: ")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"services.wbe.replicas": 3}, "set services.wbe.replicas=3: there is no `wbe` in `services`; did you mean `web`?"),
        ({"services.web.replcas": 3}, "set services.web.replcas=3: unknown key `replcas`; did you mean `replicas`?"),
        ({"services.web.replicas": "three"}, "set services.web.replicas='three': expected a whole number of at least 0, found `three`"),
        ({"services.web.replicas": {1}}, "set services.web.replicas={1}: expected a text, a number, True, False, None, a list or a dict, found a value of type `set`"),
        ({"extends": "mm4"}, "set extends='mm4': what a scenario extends is said in its file; it cannot be set from outside"),
        ([("seed", 1)], "set: expected a dict such as `{'services.web.replicas': 3}`, found [('seed', 1)]"),
    ],
)  # fmt: skip
def test_wrong_changes_are_told(changes: Any, message: str) -> None:
    assert said(lambda: sim.load(TEXT, set=changes)) == message


def test_what_is_no_scenario_is_told(tmp_path: Path) -> None:
    assert "did you mean `online-store`?" in said(lambda: sim.run("online-stor"))
    assert said(lambda: sim.run("mm4", duration="60")).startswith(
        "duration='60': expected a duration"
    )
    assert "value of type `dict`" in said(lambda: sim.run(VALUES))  # type: ignore[arg-type]
    round_about: dict[str, Any] = {}
    round_about["services"] = round_about
    assert "nested deeper than" in said(lambda: sim.Scenario("tiny", **round_about))
    missing = tmp_path / "not" / "there.yaml"
    assert said(lambda: sim.load(TEXT).save(missing)).startswith(f"{missing}: cannot be written: ")
