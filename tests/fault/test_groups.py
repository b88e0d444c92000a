"""Groups of faults: one after another, all at once, one group in another."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.experiment.run import simulate
from simulator.fault.fault import Span
from simulator.kernel.streams import Streams
from simulator.scenario import ScenarioError, parse
from simulator.scenario.faults.schedules import schedules_of
from simulator.scenario.schema import json_schema
from simulator.scenario.write import resolved_yaml

SHOP = """
scenario: shop
seed: 2
duration: 60s
traffic: {users: {rate: 20/s, arrivals: constant, target: shop.get}}
services: {shop: {replicas: 4, concurrency: 4, endpoints: {get: [work: 20ms]}}}
"""
SLOW = "slow: {service: shop, speed: 50%}"


def spans(faults: str, *changes: str) -> dict[str, tuple[Span, ...]]:
    """The times of some faults, by name."""
    scenario = parse(SHOP + f"faults: {faults}", settings=changes).scenario
    return {name: each.spans for name, each in schedules_of(scenario, Streams(0, 0)).items()}


def once(faults: str, *changes: str) -> dict[str, Span]:
    """The same for faults of which each comes once."""
    return {name: each for name, (each,) in spans(faults, *changes).items()}


def mistakes(text: str, *changes: str) -> list[str]:
    """What is said of a text, each with its line and column and no picture."""
    with pytest.raises(ScenarioError) as caught:
        parse(text, "shop.yaml", settings=changes)
    return [str(each).partition("\n")[0] for each in caught.value.problems]


def test_serial_is_one_after_another() -> None:
    """Each begins when the one before has ended, or its own `at` later."""
    group = (
        f"[{{at: 10s, serial: [{{for: 5s, {SLOW}}}, {{at: 2s, for: 3s, {SLOW}}}, "
        f"{{for: 1s, {SLOW}}}]}}]"
    )
    assert once(group) == {"slow-1": (10.0, 15.0), "slow-2": (17.0, 20.0), "slow-3": (20.0, 21.0)}


def test_parallel_is_all_at_once() -> None:
    """Each begins with the group, or its own `at` later; the rest of its times is its own."""
    group = (
        f"[{{at: 10s, parallel: [{{for: 5s, {SLOW}}}, {{at: 2s, for: 3s, {SLOW}}}, "
        f"{{for: 1s, every: 20s, {SLOW}}}]}}]"
    )
    assert spans(group) == {
        "slow-1": ((10.0, 15.0),),
        "slow-2": ((12.0, 15.0),),
        "slow-3": ((10.0, 11.0), (30.0, 31.0), (50.0, 51.0)),
    }


NESTED = f"""
  - name: both
    at: 10%
    serial:
      - {{name: a, for: 4s, {SLOW}}}
      - at: 1s
        parallel:
          - {{name: b, for: 2s, {SLOW}}}
          - serial:
              - {{name: c, for: 3s, {SLOW}}}
              - {{name: d, for: 4s, {SLOW}}}
      - {{name: e, for: 5s, {SLOW}}}
  - {{name: f, after: both, for: 1s, {SLOW}}}
  - {{name: g, after: [b, d], at: 1s, {SLOW}}}
"""


def test_a_group_in_a_group() -> None:
    """What comes after a parallel group waits for the last of it, wherever that stands."""
    assert once(NESTED) == {
        "a": (6.0, 10.0),
        "b": (11.0, 13.0),
        "c": (11.0, 14.0),
        "d": (14.0, 18.0),
        "e": (18.0, 23.0),
        "f": (23.0, 24.0),
        "g": (19.0, None),
    }


def test_a_share_of_the_run_and_a_time() -> None:
    """The `at` of a group moves with the duration, and that of its first fault counts from there."""
    group = f"[{{at: 50%, serial: [{{at: 5s, for: 1s, {SLOW}}}]}}]"
    assert once(group)["slow-1"] == (35.0, 36.0)
    assert once(group, "duration=100s")["slow-1"] == (55.0, 56.0)
    assert once(f"[{{at: 50% + 5s, for: 1s, {SLOW}}}]")["slow-1"] == (35.0, 36.0)


def test_a_group_waits_for_another() -> None:
    """`after` of a group may name groups and faults, and its `at` counts from the last of their ends."""
    groups = (
        f"[{{name: one, at: 5s, parallel: [{{for: 2s, {SLOW}}}, {{for: 7s, {SLOW}}}]}}, "
        f"{{name: two, at: 1s, for: 8s, {SLOW}}}, "
        f"{{after: [one, two], at: 3s, serial: [{{name: last, for: 1s, {SLOW}}}]}}]"
    )
    assert once(groups)["last"] == (15.0, 16.0)


def test_a_moment_ends_at_once() -> None:
    """What is over by itself does not hold up the next of a serial group."""
    group = f"[{{at: 5s, serial: [{{cache_flush: {{service: users}}}}, {{for: 1s, {SLOW}}}]}}]"
    assert spans(group) == {"cache_flush-1": ((5.0, None),), "slow-2": ((5.0, 6.0),)}


def test_a_group_plays_as_the_faults_that_it_stands_for() -> None:
    """The same faults with times written out have the same digest."""
    group = (
        "faults: [{at: 5s, serial: [{for: 4s, kill: {service: shop}}, "
        "{for: 3s, pause: {service: shop, mode: all}}]}]"
    )
    flat = (
        "faults: [{at: 5s, for: 4s, kill: {service: shop}}, "
        "{after: kill-1, for: 3s, pause: {service: shop, mode: all}}]"
    )
    results = [simulate(parse(SHOP + text).scenario, check=True) for text in (group, flat)]
    assert results[0].digest == results[1].digest
    assert results[0].total.availability != 1.0


def test_settings_reach_into_groups() -> None:
    """`--set` changes a field of a fault in a group, adds one, and replaces the whole."""
    group = f"[{{at: 10s, serial: [{{for: 5s, {SLOW}}}, {{for: 1s, {SLOW}}}]}}]"
    assert once(group, "faults.0.serial.0.for=7s")["slow-2"] == (17.0, 18.0)
    assert once(group, "faults.0.serial.1.at=2s")["slow-2"] == (17.0, 18.0)
    assert once(group, "faults.0.at=20s")["slow-2"] == (25.0, 26.0)
    assert once(group, f"faults.0.serial.2={{for: 2s, {SLOW}}}")["slow-3"] == (16.0, 18.0)


@pytest.mark.parametrize(
    "words", ["faults.0.serial.1.for=soon", "faults.0.serial.1={for: soon, kill: {service: shop}}"]
)
def test_a_wrong_setting_is_told_in_its_own_words(words: str) -> None:
    """A mistake that comes from `--set` is no mistake of a line of the file."""
    group = f"faults: [{{at: 10s, serial: [{{for: 5s, {SLOW}}}, {{for: 1s, {SLOW}}}]}}]"
    (message,) = mistakes(SHOP + group, words)
    assert message.startswith(f"--set {words}: expected a duration")


def test_an_unknown_key_has_the_hints_of_its_place() -> None:
    """Fields of a fault are known inside of a group, and those of a group on it."""
    (message,) = mistakes(SHOP + f"faults: [{{serial: [{{at: 1s, fro: 5s, {SLOW}}}]}}]")
    assert "unknown key `fro`; did you mean `for`?" in message
    messages = mistakes(SHOP + f"faults: [{{at: 1s, for: 9s, serial: [{{for: 5s, {SLOW}}}]}}]")
    assert [each.partition(": ")[2] for each in messages] == [
        "unknown key `for`; expected `name`, `after` or `parallel`"
    ]


def test_the_resolved_file_means_the_same() -> None:
    """What a result leaves of the scenario has the faults laid out, at the same times."""
    before = parse(SHOP + f"faults: {NESTED}").scenario
    after = parse(resolved_yaml(before)).scenario
    assert after == before
    assert schedules_of(after, Streams(0, 0)) == schedules_of(before, Streams(0, 0))
    assert "at: 10%" in resolved_yaml(before)


def test_the_schema_knows_groups() -> None:
    """Editors complete the fields of a group, and those of faults inside."""
    definitions: dict[str, Any] = json_schema()["$defs"]
    for order in ("serial", "parallel"):
        assert definitions["Group"]["properties"][order]["items"] == {
            "anyOf": [{"$ref": "#/$defs/Fault"}, {"$ref": "#/$defs/Group"}]
        }


# Any tree of groups.


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> dict[str, Any]:
    """A group of groups and faults, some of them a while after what they wait for."""
    if depth == 0 or draw(st.booleans()):
        tree: dict[str, Any] = {"for": f"{draw(st.integers(1, 4))}s"}
        kind = draw(st.sampled_from(["kill", "pause", "slow"]))
        tree[kind] = {"service": "shop", "mode": draw(st.sampled_from(["one", "all"]))}
        if kind == "slow":
            tree[kind]["speed"] = "50%"
    else:
        order = draw(st.sampled_from(["serial", "parallel"]))
        tree = {order: draw(st.lists(trees(depth=depth - 1), min_size=1, max_size=3))}
    if draw(st.booleans()):
        tree["at"] = f"{draw(st.integers(0, 3))}s"
    return tree


def expected(tree: dict[str, Any], since: float, found: list[Span]) -> float:
    """The times that a tree means, in the order of the file; returns the end of the whole."""
    since += float(str(tree.get("at", "0s"))[:-1])
    if "for" in tree:
        found.append((since, since + float(tree["for"][:-1])))
        return since + float(tree["for"][:-1])
    if "serial" in tree:
        for each in tree["serial"]:
            since = expected(each, since, found)
        return since
    return max(expected(each, since, found) for each in tree["parallel"])


@settings(max_examples=60, deadline=None)
@given(tree=trees())
def test_any_tree_of_groups_has_the_times_that_it_says(tree: dict[str, Any]) -> None:
    """Nothing in a serial group overlaps, a parallel one begins at once, and all end in time."""
    group = {"at": "1s", "serial": [tree]}
    found: list[Span] = []
    expected(group, 0.0, found)
    assert list(once(yaml.safe_dump([group], default_flow_style=True), "duration=1h").values()) == (
        found
    )


@settings(max_examples=25, deadline=None)
@given(tree=trees(depth=2))
def test_every_fault_of_a_group_is_off_at_its_end(tree: dict[str, Any]) -> None:
    """After the last end every instance is up and as fast as ever, and everything has ended."""
    found: list[Span] = []
    end = expected({"at": "1s", "serial": [tree]}, 0.0, found)
    text = yaml.safe_dump([{"at": "1s", "serial": [tree]}], default_flow_style=True)
    duration = f"duration={end + 2:.0f}s"
    result = simulate(parse(SHOP + f"faults: {text}", settings=[duration]).scenario, check=True)
    assert [(each.start, each.end) for each in result.faults] == found
    assert all(each.back is not None for each in result.deaths)
    traffic = result.series["traffic"].columns
    last = [n for n, time in enumerate(traffic["time"]) if time == float(int(end) + 1)]
    assert [traffic["finished"][n] for n in last] == [20]
    assert [traffic["latency_max"][n] for n in last] == [pytest.approx(0.02, rel=0.01)]


def test_a_long_chain() -> None:
    """A thousand faults, one after another or each after two, are no deeper than one."""
    many = ", ".join(f"{{for: 10ms, {SLOW}}}" for _ in range(1000))
    assert once(f"[{{at: 1s, serial: [{many}]}}]")["slow-1000"][0] == pytest.approx(10.99)
    pair = f"{{parallel: [{{for: 10ms, {SLOW}}}, {{for: 5ms, {SLOW}}}]}}"
    pairs = ", ".join(pair for _ in range(200))
    assert once(f"[{{at: 1s, serial: [{pairs}]}}]")["slow-400"][0] == pytest.approx(2.99)


# Mistakes.


def test_mistakes_stand_where_the_file_has_them() -> None:
    """All mistakes of a file with groups are told at once, each at its line and column."""
    text = SHOP + (
        "faults:\n"
        "  - name: g\n"
        "    at: 1s\n"
        "    serial:\n"
        "      - {for: 1s, kill: {service: shopp}}\n"
        "      - {kill: {service: shop}}\n"
        "      - {after: g, for: 1s, pause: {service: shop}}\n"
        "      - parallel: []\n"
        "      - {for: 1s, kill: {service: shop, mode: some}}\n"
    )
    assert [each.replace("shop.yaml:", "") for each in mistakes(text)] == [
        "11:35: unknown service `shopp`; did you mean `shop`?",
        "12:9: this needs a `for`: what comes after it in the group begins when it has ended",
        "13:10: inside of a group there is no `after`: the group says what comes when",
        "14:9: expected at least one fault, found none",
        "15:47: expected `one`, `all`, `{fixed: 2}`, `{percent: 50%}` or "
        "`{random_max_percent: 50%}`, found `some`",
    ]


@pytest.mark.parametrize(
    ("faults", "message"),
    [
        (f"{{at: 1s, serial: [{{{SLOW}}}, {{for: 1s, {SLOW}}}]}}", "this needs a `for`"),
        (
            f"{{at: 1s, serial: [{{for: 1s, every: 2s, {SLOW}}}, {{for: 1s, {SLOW}}}]}}",
            "this begins again and again",
        ),
        (
            f"{{serial: [{{when: p99 > 1s, for: 1s, {SLOW}}}, {{for: 1s, {SLOW}}}]}}",
            "nobody knows beforehand when this ends",
        ),
        ("{at: 1s, parallel: []}", "expected at least one fault, found none"),
        ("{at: 1s, serial: 5}", "expected a list (`- ...`), found `5`"),
        (
            f"{{at: 1s, serial: [{{{SLOW}}}], parallel: [{{{SLOW}}}]}}",
            "`serial` and `parallel` do not go together",
        ),
        (
            f"{{name: g, after: a, serial: [{{name: a, for: 1s, {SLOW}}}]}}",
            "a fault that waits for its own end: a",
        ),
        (
            f"{{at: 1s, serial: [{{at: 1s, parallel: [{{for: 1s, {SLOW}}}], after: a}}]}}",
            "inside of a group there is no `after`",
        ),
        (f"{{name: a, at: 1s, for: 1s, {SLOW}}}, {{after: g, {SLOW}}}", "unknown fault `g`"),
        (
            f"{{name: a, at: 1s, parallel: [{{name: a, {SLOW}}}]}}",
            "there is a fault `a` too",
        ),
        (
            f"{{name: a, at: 1s, parallel: [{{{SLOW}}}]}}, {{name: a, at: 1s, serial: [{{{SLOW}}}]}}",
            "there is a group `a` above",
        ),
        (
            f"{{name: g, at: 1s, parallel: [{{{SLOW}}}]}}, {{after: g, {SLOW}}}",
            "`slow-1` never ends: it needs a `for`",
        ),
        (f"{{serial: [{{for: 1s, {SLOW}}}]}}", "expected one of `at`, `after`, `random`, `when`"),
        (
            f"{{at: 50s, serial: [{{for: 10s, {SLOW}}}, {{for: 1s, {SLOW}}}]}}",
            "the run is over before this: it lasts 1m",
        ),
        ("{at: 1s, serial: [kill]}", "expected a mapping (`key: value`), found `kill`"),
        (f"{{after: [], {SLOW}}}", "expected a name, or several"),
    ],
)
def test_mistakes(faults: str, message: str) -> None:
    """Groups that cannot be are told before the run, with nothing that comes of it."""
    (told,) = mistakes(SHOP + f"faults: [{faults}]")
    assert message in told


def test_groups_in_a_circle() -> None:
    """Each of two groups that wait for each other is told, at its own `after`."""
    text = SHOP + (
        "faults:\n"
        f"  - {{name: g, after: h, serial: [{{name: a, for: 1s, {SLOW}}}]}}\n"
        f"  - {{name: h, after: g, serial: [{{name: b, for: 1s, {SLOW}}}]}}\n"
    )
    assert mistakes(text) == [
        "shop.yaml:8:22: a fault that waits for its own end: b -> a",
        "shop.yaml:9:22: a fault that waits for its own end: a -> b",
    ]
