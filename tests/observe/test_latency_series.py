"""The series of latencies: buckets of usable answers, by interval and class."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields

import numpy as np
import pytest

from simulator.experiment.digest import digest_of
from simulator.experiment.run import Run
from simulator.observe.histogram import EDGES
from simulator.scenario import parse

TEXT = """
scenario: latencies
duration: 30s
warmup: 5s
interval: 1s
traces: 10000
traffic:
  users: {rate: 100/s, mix: {api.get: 1}, timeout: 60ms}
  robots: {rate: 20/s, mix: {api.get: 1}}
services:
  api: {replicas: 2, concurrency: 2, endpoints: {get: [{work: {exponential: 15ms}}, {fail: 5%}]}}
"""
EDGES_SHOWN = EDGES[::4]


@pytest.fixture(scope="module")
def run() -> Run:
    """A run of two classes, some answers of which fail or come too late."""
    run = Run(parse(TEXT).scenario)
    run.advance()
    return run


def test_it_counts_what_the_traces_say(run: Run) -> None:
    """Every usable answer is in its interval, its class and its bucket, and nothing else is."""
    result = run.result()
    table = result.series["latency"].columns
    shown = {
        (time, name, upto): count
        for time, name, upto, count in zip(
            *(list(table[key]) for key in ("time", "name", "upto", "count")), strict=True
        )
    }
    expected: Counter[tuple[float, str, float]] = Counter()
    for trace in result.traces:
        if trace.outcome == "ok" and trace.ended is not None:
            upper = np.searchsorted(EDGES_SHOWN, trace.ended - trace.started, side="right")
            expected[float(int(trace.ended)), trace.traffic, float(EDGES_SHOWN[upper])] += 1
    assert any(trace.outcome == "timeout" for trace in result.traces)
    assert len(shown) == len(table["time"])
    assert shown == expected


def test_it_is_small(run: Run) -> None:
    """A row takes a few bytes while the run plays, and there are no more than buckets in use."""
    run.result()
    blocks = run.measurement.levels["traffic"].latencies
    assert blocks
    rows = sum(len(each.keys) for each in blocks)
    size = sum(getattr(each, one.name).nbytes for each in blocks for one in fields(each))
    assert size <= 8 * rows
    assert all(
        level.latencies is None
        for kind, level in run.measurement.levels.items()
        if kind != "traffic"
    )


def test_the_digest_is_without_it(run: Run) -> None:
    """Runs that were stored before there was such a table have the digest that they have now."""
    series = dict(run.result().series)
    whole = digest_of(series)
    del series["latency"]
    assert digest_of(series) == whole
    del series["edge"]
    assert digest_of(series) != whole
