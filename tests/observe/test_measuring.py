"""What is measured, against the same figures worked out by hand."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.experiment.run import Run, simulate
from simulator.observe.histogram import BUCKETS, RESOLUTION, buckets_of, percentile
from simulator.observe.trace import Sampler
from simulator.scenario import parse

TEXT = """
scenario: measured
duration: 30s
warmup: 10s
interval: 1s
traces: 10000
traffic:
  users: {rate: 100/s, mix: {api.get: 3, api.put: 1}, slo: 20ms, timeout: 60ms}
services:
  api:
    replicas: 2
    concurrency: 2
    endpoints: {get: [{work: {exponential: 10ms}}], put: [{work: {exponential: 30ms}}, {fail: 10%}]}
expect:
  - users.p95 <= 1s during [12s, 20s]
  - api.utilization <= 100% during [12s, 20s]
"""


@given(
    st.lists(st.floats(1e-6, 1e4), min_size=1, max_size=300),
    st.sampled_from([0.01, 0.5, 0.9, 0.99, 1.0]),
)
def test_percentiles_are_within_their_resolution(values: list[float], share: float) -> None:
    """A percentile read from buckets is within 1 % of a value at that rank."""
    array = np.array(values)
    counts = np.bincount(buckets_of(array), minlength=BUCKETS)
    found = percentile(counts, share, float(array.max()))
    ordered = sorted(values)
    rank = max(0, int(np.ceil(share * len(values))) - 1)
    assert found is not None
    assert found == pytest.approx(ordered[rank], rel=RESOLUTION)


def test_nothing_measured_is_none() -> None:
    """A percentile of nothing does not exist."""
    assert percentile(np.zeros(BUCKETS, dtype=np.int64), 0.5, 0.0) is None


def test_summary_equals_what_the_traces_say() -> None:
    """Every figure of the summary, counted again from whole traces of all requests."""
    result = simulate(parse(TEXT).scenario, check=True)
    traces = [each for each in result.traces if each.started >= 10.0]
    users = result.traffic["users"]
    assert len(traces) == users.started
    finished = [each for each in traces if each.ended is not None]
    assert len(finished) == users.finished
    for outcome, count in users.outcomes.items():
        assert count == sum(each.outcome == outcome for each in finished)
    good = sorted(
        each.ended - each.started
        for each in finished
        if each.ended is not None and each.outcome == "ok"
    )
    latency = users.latency
    assert latency.count == len(good)
    assert latency.mean == pytest.approx(np.mean(good), rel=1e-12)
    assert latency.max == pytest.approx(good[-1], rel=1e-12)
    assert latency.p50 == pytest.approx(np.quantile(good, 0.5), rel=0.01)
    assert latency.p99 == pytest.approx(np.quantile(good, 0.99), rel=0.03)
    assert users.throughput == pytest.approx(len(finished) / 20.0)
    assert users.goodput == pytest.approx(sum(each <= 0.02 for each in good) / 20.0)


def test_series_equals_what_the_traces_say() -> None:
    """Every interval of the series, counted again from whole traces."""
    result = simulate(parse(TEXT).scenario)
    series = result.series["traffic"].columns
    ended = [int(each.ended) for each in result.traces if each.ended is not None]
    assert np.asarray(series["finished"]).tolist() == np.bincount(ended, minlength=30).tolist()
    ok = [each for each in result.traces if each.outcome == "ok" and each.ended is not None]
    in_third = [each.ended - each.started for each in ok if each.ended and int(each.ended) == 3]
    assert np.asarray(series["latency_mean"])[3] == pytest.approx(np.mean(in_third), rel=RESOLUTION)
    assert np.asarray(series["latency_max"])[3] == pytest.approx(max(in_third), rel=2 * RESOLUTION)
    gauges = result.series["gauge"].columns
    busy = np.asarray(gauges["busy"]).reshape(30, 2)
    served = [
        (span.served_from, span.served_until if span.served_until is not None else 30.0)
        for trace in result.traces
        for span in trace.spans
        if span.served_from is not None
    ]
    area = sum(max(0.0, min(4.0, end) - max(3.0, start)) for start, end in served)
    assert busy[3].sum() == pytest.approx(area, rel=1e-9)


def test_the_rows_of_the_series_are_small() -> None:
    """A long run has 3,600 for each lane; in whole words a row would take 200 bytes."""
    run = Run(parse(TEXT).scenario)
    run.advance()
    run.result()
    blocks = [block for level in run.measurement.levels.values() for block in level.finished]
    rows = sum(len(block.keys) for block in blocks)
    arrays = [getattr(block, each.name) for block in blocks for each in fields(block)]
    assert rows > 100
    assert sum(each.nbytes for each in arrays) <= 56 * rows


def test_a_phase_counts_what_started_in_it() -> None:
    """An expectation `during` a phase is of the requests that started in it."""
    result = simulate(parse(TEXT).scenario)
    inside = sorted(
        each.ended - each.started
        for each in result.traces
        if each.outcome == "ok" and each.ended is not None and 12.0 <= each.started < 20.0
    )
    assert result.expectations[0].value == pytest.approx(np.quantile(inside, 0.95), rel=0.02)
    used = np.asarray(result.series["gauge"].columns["busy"]).reshape(30, 2)[12:20].sum() / 8 / 4
    assert result.expectations[1].value == pytest.approx(used, rel=1e-9)


def test_a_run_that_is_stopped_says_so() -> None:
    """A result taken before the end is marked, and its figures are of what was played."""
    run = Run(parse(TEXT).scenario)
    run.world.kernel.run(15.0, 1 << 30)
    result = run.result()
    assert result.verdict == "incomplete"
    assert result.simulated == 15.0
    assert result.total.throughput == pytest.approx(result.total.finished / 5.0)


def test_every_request_has_the_same_chance_to_be_sampled() -> None:
    """A reservoir of 20 out of 1,000 takes each tenth of them as often as the others."""
    hits = np.zeros(10)
    rounds = 400
    for seed in range(rounds):
        sampler = Sampler(20, np.random.default_rng(seed).random)
        for number in range(1000):
            if number == sampler.next:
                sampler.open_trace(number, "t", "e", 0.0)
        assert len(sampler.traces) == 20
        for trace in sampler.traces:
            hits[trace.number // 100] += 1
    expected = rounds * 2.0
    # Chi-square with 9 degrees of freedom: 27.9 is passed once in a thousand.
    assert float(((hits - expected) ** 2 / expected).sum()) < 27.9
