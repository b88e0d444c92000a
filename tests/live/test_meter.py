"""What is counted while a run is watched is what the run itself counts."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from shop import SHOP

from simulator.experiment.result import Result
from simulator.experiment.run import Run
from simulator.live import meter
from simulator.live.camera import Camera
from simulator.live.commands import Focus
from simulator.live.meter import CALM, EVERYTHING, LONGEST
from simulator.live.snapshot import Figures, History
from simulator.observe.histogram import BUCKETS, MIDDLES, RESOLUTION
from simulator.scenario import parse

TRIO = """
scenario: trio
seed: 3
duration: 40s
traffic:
  users: {rate: 300/s, mix: {web.page: 3, web.list: 1}, slo: 40ms, retry: {attempts: 3}}
  bots: {rate: 20/s, target: web.list}
services:
  web:
    replicas: 3
    concurrency: 6
    queue: 4
    endpoints:
      page: [{work: {exponential: 8ms}}, {call: stock.read, timeout: 60ms}]
      list: [{work: {exponential: 8ms}}]
  stock:
    replicas: 2
    concurrency: 5
    endpoints: {read: [{work: {exponential: 20ms}}]}
faults:
  - {dependency_outage: {service: stock, outcome: error, after: 5ms}, at: 10s, for: 10s}
"""
"""Guarded calls and plain ones, failures of several kinds, answers that are late; pages that fill."""


def played(text: str, *moments: float) -> tuple[Run, Camera]:
    """A run from its start to its end, looked at in between, and who looked."""
    run = Run(parse(text).scenario)
    camera = Camera(run)
    for moment in moments:
        while not run.advance(until=moment):
            pass
        camera.picture(Focus(service="web", instance="web-1", requests=True))
    while not run.advance():
        pass
    return run, camera


ODD_MOMENTS = (0.0, 0.001, 1.0, 3.7, 3.7, 9.99, 10.0, 25.123456, 39.999)


@pytest.fixture(scope="module")
def watched() -> tuple[Run, Camera, Result]:
    """The trio, looked at at odd moments, and its result."""
    run, camera = played(TRIO, *ODD_MOMENTS)
    return run, camera, run.result()


def ended(history: History, end: float) -> float:
    """What ended in all bins."""
    return float((history.throughput * np.minimum(history.width, end - history.times)).sum())


def test_nothing_changes_when_somebody_looks(watched: tuple[Run, Camera, Result]) -> None:
    alone = Run(parse(TRIO).scenario)
    while not alone.advance():
        pass
    assert watched[2].digest == alone.result().digest


def test_the_history_has_every_request_once(watched: tuple[Run, Camera, Result]) -> None:
    run, camera, result = watched
    history = camera.picture(Focus()).history
    assert ended(history, run.now) == pytest.approx(result.total.finished, abs=1e-6)
    lengths = np.minimum(history.width, run.now - history.times)
    assert result.total.outcomes == {
        name: pytest.approx((rates * lengths).sum(), abs=1e-6)
        for name, rates in history.outcomes.items()
    }
    # `users` alone have an objective: right answers of `bots` are always in time.
    goodput = float((history.goodput * lengths).sum()) / run.now
    assert goodput == pytest.approx(result.total.goodput)
    assert goodput < result.total.throughput


def test_the_history_of_a_service_has_every_attempt_once(
    watched: tuple[Run, Camera, Result],
) -> None:
    run, camera, result = watched
    for name, figures in result.services.items():
        detail = camera.picture(Focus(service=name)).service
        assert detail is not None
        finished = figures.attempts - figures.in_flight
        assert ended(detail.history, run.now) == pytest.approx(finished, abs=1e-6)
        good = sum(figures.outcomes.get(each, 0) for each in ("ok", "degraded"))
        assert detail.history.heat.sum() * detail.history.width == pytest.approx(good)


def test_the_percentiles_of_the_whole_history_are_those_of_the_run(
    watched: tuple[Run, Camera, Result],
) -> None:
    _, camera, result = watched
    bins = camera.meter.history
    bins.settle()
    merged = np.zeros(BUCKETS, dtype=np.int64)
    for each in (*bins.blocks, bins.open):
        rows, buckets = np.divmod(each.keys, BUCKETS)
        mine = rows % bins.subjects == EVERYTHING
        np.add.at(merged, buckets[mine], each.counts[mine])
    ranks = np.ceil(np.array([0.5, 0.95, 0.99]) * merged.sum())
    p50, p95, p99 = MIDDLES[np.searchsorted(np.cumsum(merged), ranks)]
    latency = result.total.latency
    assert (p50, p95, p99) == pytest.approx((latency.p50, latency.p95, latency.p99), rel=RESOLUTION)


def test_over_a_whole_short_run_a_picture_shows_what_the_result_does(
    watched: tuple[Run, Camera, Result],
) -> None:
    _, camera, result = watched
    picture = camera.picture(Focus(service="web"), inf)
    total, figures = result.total, picture.figures
    assert figures.seconds == 40.0
    assert figures.throughput == pytest.approx(total.throughput)
    assert figures.goodput == pytest.approx(total.goodput)
    assert figures.p99 == pytest.approx(total.latency.p99, rel=RESOLUTION)
    for each in picture.traffic:
        wanted = result.traffic[each.name]
        assert each.figures.throughput == pytest.approx(wanted.throughput)
        assert (each.started, each.in_flight) == (wanted.started, wanted.in_flight)
    for service in picture.services:
        assert service.utilization == pytest.approx(result.services[service.name].utilization)
    detail = picture.service
    assert detail is not None
    for instance in detail.instances:
        of_it = result.services["web"].instances[instance.name]
        assert instance.utilization == pytest.approx(of_it.utilization)
        assert instance.figures.p50 == pytest.approx(of_it.latency.p50, rel=RESOLUTION)
    for edge in picture.edges:
        calls = [
            each
            for each in result.edges
            if each.caller.partition(".")[0] == edge.caller
            and each.callee.partition(".")[0] == edge.callee
        ]
        ended_calls = sum(sum(each.outcomes.values()) for each in calls)
        assert edge.figures.throughput * 40.0 == pytest.approx(ended_calls)


def test_the_series_of_the_run_are_its_history(watched: tuple[Run, Camera, Result]) -> None:
    _, camera, result = watched
    columns = result.series["service"].columns
    for name in result.services:
        detail = camera.picture(Focus(service=name)).service
        assert detail is not None
        mine = np.array(columns["name"]) == name
        intervals = np.array(columns["time"])[mine].astype(int)
        assert len(intervals) == len(detail.history.times) == 40
        np.testing.assert_allclose(
            detail.history.throughput[intervals], np.array(columns["finished"])[mine]
        )
        for share in ("p50", "p95", "p99"):
            wanted = np.array(columns[f"latency_{share}"])[mine]
            np.testing.assert_array_equal(getattr(detail.history, share)[intervals], wanted)


def test_figures_are_of_the_last_bit_of_time() -> None:
    """They are what the last bins of the history are, from two to three seconds."""
    run = Run(parse(TRIO).scenario)
    camera = Camera(run)
    compared = 0
    for moment in (0.3, 1.7, 2.0, 2.9, 7.25, 12.0):
        run.advance(until=moment)
        picture = camera.picture(Focus())
        figures, history = picture.figures, picture.history
        assert figures.seconds == pytest.approx(moment - int(max(0.0, moment - CALM)))
        assert figures.seconds < CALM + 1.0
        first = int(max(0.0, moment - CALM))
        if len(history.times) >= moment:
            # The last bin is there: it is left out as long as it has only just begun.
            lengths = np.minimum(history.width, moment - history.times)
            recent = (history.throughput * lengths)[first:].sum()
            assert figures.throughput * figures.seconds == pytest.approx(recent)
            compared += 1
        check(figures)
    assert compared == 5


def check(figures: Figures) -> None:
    """What holds of all figures."""
    assert sum(figures.outcomes.values()) == pytest.approx(figures.throughput)
    assert 0.0 <= figures.goodput <= figures.outcomes.get("ok", 0.0) * (1 + 1e-12)
    good = figures.outcomes.get("ok", 0.0) + figures.outcomes.get("degraded", 0.0) > 0.0
    percentiles = (figures.p50, figures.p95, figures.p99)
    if good:
        assert None not in percentiles
        assert list(percentiles) == sorted(percentiles, key=lambda each: each or 0.0)
    else:
        assert percentiles == (None, None, None)


def test_figures_hang_on_the_run_alone_and_not_on_who_looked_when() -> None:
    often, seldom = played_until(np.arange(0.0, 33.0, 0.7), 33.3), played_until([], 33.3)
    for span in (0.0, 5.0, 20.0, inf):
        assert often.meter.lately(33.3, span).seconds == seldom.meter.lately(33.3, span).seconds
        assert often.picture(Focus(), span).figures == seldom.picture(Focus(), span).figures
        assert often.picture(Focus(), span).services == seldom.picture(Focus(), span).services


def played_until(moments: list[float] | np.ndarray, end: float) -> Camera:
    """Who has looked at a trio at some moments, at the end of which it stands still."""
    run = Run(parse(TRIO).scenario)
    camera = Camera(run)
    for moment in (*moments, end):
        run.advance(until=float(moment))
        if moment != end:
            camera.picture(Focus())
    return camera


def test_a_longer_span_is_longer_up_to_a_bound() -> None:
    camera = played_until([], 39.0)
    seconds = [camera.meter.lately(39.0, span).seconds for span in (0.0, 2.0, 10.0, 30.0, inf)]
    assert seconds == [2.0, 2.0, 10.0, 30.0, 39.0]
    assert LONGEST == 60.0


def test_in_a_run_with_very_many_lines_the_span_is_what_has_enough_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    enough = 8_000
    monkeypatch.setattr(meter, "ENOUGH", enough)
    cameras = [played_until([], 39.0), played_until(np.arange(0.0, 39.0, 0.3), 39.0)]
    seconds = set()
    for camera in cameras:
        lately = camera.meter.lately(39.0, inf)
        counted = int(lately.counts.sum())
        assert CALM < lately.seconds < 39.0
        assert enough * (1 - 1.5 / lately.seconds) < counted <= enough
        seconds.add(lately.seconds)
    assert len(seconds) == 1
    # Who looks often has small chunks to forget, and forgets what is no longer needed.
    assert enough < sum(each.lines for each in cameras[1].meter.recent) < 1.2 * enough


def test_every_line_is_counted_once_however_pages_and_looks_fall() -> None:
    """The open page is read as it stands, and what was read is not read again when it is full."""
    run = Run(parse(TRIO).scenario)
    camera = Camera(run)
    pages = 0
    seen = 0
    generator = np.random.default_rng(1)
    before = 0
    while seen < 40:
        run.world.kernel.run(40.0, int(generator.integers(1, 9000)))
        written = len(run.world.ledger.codes)
        pages += written < before
        before = written
        camera.meter.catch_up()
        seen += 1
        entries = [run.world.edges[number] for number in run.world.entries]
        started = sum(edge.calls for edge in entries)
        assert camera.picture(Focus()).in_flight == started - camera.meter.finished.sum()
        assert camera.meter.finished.sum() <= started
    assert pages >= 1


def test_ticks_are_at_most_a_second_and_divide_the_interval() -> None:
    for interval, tick in (("1s", 1.0), ("250ms", 0.25), ("5s", 1.0), ("2500ms", 2.5 / 3)):
        scenario = parse(
            SHOP.replace("duration: 20s", f"duration: 20s\ninterval: {interval}")
        ).scenario
        run = Run(scenario)
        camera = Camera(run)
        assert camera.meter.tick == pytest.approx(tick)
        run.advance(until=20.0)
        finished = run.result().total.finished
        warm = camera.picture(Focus()).history
        assert ended(warm, run.now) >= finished > 0
        assert ended(warm, run.now) == pytest.approx(camera.meter.finished.sum())
