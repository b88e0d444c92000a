"""Topology, imbalance, breakers, scaling and the waterfall: that they can be read, and what they show."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from charted import plain, shop
from legible import faults_of_reading

from reports.charts.formats import drawn
from reports.charts.house import SIZES, look
from reports.charts.kinds import draw
from reports.charts.kinds.breakers import spells
from reports.charts.kinds.imbalance import ratio
from reports.charts.kinds.scaling import in_work
from reports.charts.kinds.topology import farthest, layers_of_all, traffic_of, way_of
from reports.charts.kinds.waterfall import chosen
from reports.charts.nothing import NothingToDraw
from reports.charts.series import of_name
from reports.languages.language import LANGUAGES
from reports.layers import Spot, arrange, rows_of
from reports.stored import StoredRun
from simulator.experiment.result import LogEntry
from simulator.experiment.run import simulate
from simulator.scenario import parse, resolved_yaml

KINDS = ("topology", "imbalance", "breakers", "waterfall")
SCALED = """
scenario: comes-and-goes
seed: 2
duration: 2m
interval: 1s
traffic: {users: {rate: 20/s, profile: [{at: 30s, times: 4}, {at: 80s, times: 1}], target: shop.get}}
services:
  shop:
    replicas: 2
    concurrency: 8
    cores: 1
    autoscaler: {hpa: {min: 2, max: 8, metrics: [{cpu: 60%}]}}
    startup: {boot: 5s}
    endpoints: {get: [work: {exponential: 30ms}]}
"""


@cache
def scaled() -> StoredRun:
    """A run in which instances come and go."""
    scenario = parse(SCALED).scenario
    return StoredRun(Path(), simulate(scenario), resolved_yaml(scenario))


@pytest.mark.parametrize("kind", [*KINDS, "scaling"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_can_be_read(kind: str, size: str, lang: str) -> None:
    """Nothing is cut, no words lie upon others, all axes say what they show, lines differ in grey."""
    stored = scaled() if kind == "scaling" else shop()
    assert faults_of_reading(draw(kind, stored, look(size, lang))) == []


@pytest.mark.parametrize("kind", [*KINDS, "scaling"])
def test_the_same_run_gives_the_same_file(kind: str) -> None:
    """Byte for byte."""
    stored = scaled() if kind == "scaling" else shop()
    first, second = (drawn(draw(kind, stored, look("column")), "svg") for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    "kind, needs",
    [
        ("imbalance", "several instances"),
        ("breakers", "a `breaker` that opens"),
        ("scaling", "an autoscaler"),
        ("waterfall", "`traces` above 0"),
    ],
)
def test_what_is_not_there_is_told(kind: str, needs: str) -> None:
    """With what it would need."""
    stored = replace(plain(), result=replace(plain().result, traces=()))
    with pytest.raises(NothingToDraw, match=needs):
        draw(kind, stored, look())


def test_the_graph_is_that_of_the_calls() -> None:
    """Users left of whom they ask; calls and failures as the result has them."""
    result = shop().result
    calls, failures = traffic_of(result)
    assert layers_of_all(result, calls) == {"buyers": 0, "readers": 0, "shop": 1, "payments": 2}
    asked = [each for each in result.edges if each.callee.startswith("payments.")]
    assert calls["shop", "payments"] == sum(each.calls for each in asked) > 0
    failed = sum(n for each in asked for name, n in each.outcomes.items() if name != "ok")
    assert failures["shop", "payments"] == failed > 0
    worst = farthest(result.faults)
    assert worst is not None and worst.name == "payments-gone"


def test_a_line_goes_between_the_boxes_of_a_column_that_it_passes() -> None:
    """From the caller's right edge to the callee's left one, and never through another box."""
    calls = {("users", "a"): 1, ("users", "c"): 1, ("a", "b"): 1, ("b", "c"): 1, ("c", "a"): 1}
    graph = arrange({"users": 0, "a": 1, "b": 2, "c": 3}, calls)
    rows = rows_of(graph, 16, lambda spot: 4 if spot.passing is None else 2)
    assert rows is not None
    places = {
        spot: (float(number), rows[spot] / 4.0)
        for number, column in enumerate(graph.columns)
        for spot in column
    }
    way = way_of(("users", "c"), graph, places)
    assert [round(x) for x, _ in way] == [0, 1, 1, 2, 2, 3]
    for name, column in (("a", 1), ("b", 2)):
        passing = [y for x, y in way if round(x) == column]
        assert all(abs(y - places[Spot(name)][1]) >= 0.5 for y in passing)
    back = way_of(("c", "a"), graph, places)
    assert back[0][0] > back[-1][0], "it leads back"
    assert way_of(("a", "a"), graph, places) == []


def test_spells_of_breakers_are_those_of_the_log() -> None:
    """From one change of its state to the next; to the end, if there is none."""
    log = [(1.0, "open"), (4.0, "half_open"), (5.0, "closed"), (7.0, "forced_open by hand")]
    entries = tuple(LogEntry(time, "breaker", "a-1 > b", detail) for time, detail in log)
    result = replace(plain().result, log=entries)
    assert spells(result) == {
        "a-1 > b": [("open", 1.0, 4.0), ("half_open", 4.0, 5.0), ("forced_open", 7.0, 20.0)]
    }


def test_imbalance_is_the_greatest_over_the_mean() -> None:
    """Of the instances that there are; nothing is said of intervals without work."""
    busy = np.array([[1.0, 1.0, 4.0], [2.0, np.nan, 2.0], [0.01, 0.0, 0.0]])
    assert ratio(busy)[:2].tolist() == [2.0, 1.0]
    assert np.isnan(ratio(busy)[2])


def test_work_is_shared_by_the_instances_that_are_ready() -> None:
    """All work of an interval over how many there were."""
    result = scaled().result
    ready = of_name(result, "replicas", "shop", "ready")
    assert ready.max() > 2.0
    times = np.asarray(result.series["gauge"].columns["time"])
    busy = np.asarray(result.series["gauge"].columns["busy"])
    at = int(np.nanargmax(ready))
    assert in_work(result, "shop")[at] == pytest.approx(busy[times == at].sum() / ready[at])


def test_the_slowest_that_failed_is_shown() -> None:
    """And who decided how it ended stands beside it."""
    traces = shop().result.traces
    trace = chosen(traces)
    failed = [each for each in traces if each.outcome not in ("ok", "degraded") and each.ended]
    assert trace in failed
    assert max(each.ended - each.started for each in failed) == trace.ended - trace.started
    figure = draw("waterfall", shop(), look())
    said = [text.get_text() for text in figure.axes[0].texts]
    ends = [each.outcome for each in trace.spans if each.outcome not in ("ok", None)]
    assert ends and all(any(text.startswith(end) for text in said) for end in ends)
