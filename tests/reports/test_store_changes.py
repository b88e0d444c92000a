"""What differs between two scenarios."""

from __future__ import annotations

from dataclasses import replace

import pytest
from store_runs import SHOP, play

from reports.store.changes import changes, shown
from reports.stored import StoredError, StoredRun


@pytest.fixture(scope="module")
def run() -> StoredRun:
    """A run, of which only the text of its scenario counts here."""
    return play("duration=11s")


def told(run: StoredRun, before: str, after: str) -> list[str]:
    """The differences of two texts, as people read them."""
    return [
        str(each) for each in changes(*(replace(run, scenario=text) for text in (before, after)))
    ]


def test_the_order_of_keys_and_their_layout_are_no_change(run: StoredRun) -> None:
    assert told(run, "a: 1\nb: {c: 2, d: 3}\n", "b:\n  d: 3\n  c: 2\na: 1 # one\n") == []
    assert told(run, SHOP, SHOP) == []


def test_a_value_that_is_another(run: StoredRun) -> None:
    assert told(run, SHOP, SHOP.replace("concurrency: 1", "concurrency: 4")) == [
        "services.web.concurrency: 1 -> 4"
    ]
    assert told(run, "a: {b: 60s}", "a: {b: [1, x]}") == ['a.b: 60s -> [1, "x"]']
    assert told(run, "a: 1", "a: true") == ["a: 1 -> true"]
    assert told(run, "a: 1", "a: '1'") == ['a: 1 -> "1"']


def test_a_key_that_only_one_has(run: StoredRun) -> None:
    assert told(run, "a: 1", "a: 1\nb: {c: {d: 2}}") == ["b.c.d: 2 (added)"]
    assert told(run, "a: 1\nb: {c: 2, d: 3}", "a: 1") == ['b: {"c": 2, "d": 3} (removed)']


def test_a_key_with_a_dot_is_quoted_as_for_set(run: StoredRun) -> None:
    assert told(run, "mix: {shop.home: 1}", "mix: {shop.home: 2}") == ['mix."shop.home": 1 -> 2']


def test_items_of_lists_keep_company_with_their_likes(run: StoredRun) -> None:
    """What is put in at the front does not make every other item a change."""
    before = "faults: [{name: a, at: 1s}, {name: b, at: 2s}]"
    after = "faults: [{name: new}, {name: a, at: 1s}, {name: b, at: 3s}]"
    assert told(run, before, after) == ["faults.0.name: new (added)", "faults.2.at: 2s -> 3s"]
    assert told(run, after, before) == ["faults.0.name: new (removed)", "faults.1.at: 3s -> 2s"]
    assert told(run, "a: [1, 2]", "a: [2, 1]") != []


def test_long_values_are_cut_and_json_has_them_whole(run: StoredRun) -> None:
    long = "x" * 200
    (change,) = changes(*(replace(run, scenario=text) for text in ("a: y", f"a: {long}")))
    assert len(shown(long)) == 60
    assert change.to_json() == {"path": "a", "kind": "changed", "before": "y", "after": long}


def test_a_damaged_scenario_is_told(run: StoredRun) -> None:
    with pytest.raises(StoredError, match=r"run/scenario\.yaml: damaged: "):
        told(run, "a: 1", "a: [1")
