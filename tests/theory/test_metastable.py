"""A database that retries keep down, and the verdict on it: the model of Bronson et al., HotOS 2021.

Fifteen slots do C = 300 queries a second of 50 ms each, in order of arrival. Of L callers a second
each gives up after T = 1 s and tries once more, and the database works on what they have given up.
A pause of D = 10 s ends at t = 70 s with a queue of 2 L D. From then on 2 L come in and C go out, so
that it gets shorter only if L < C/2, and the time-outs end when a newcomer waits T, at C T in it:

    t = 70 s + (2 L D - C T) / (C - 2 L)

That is the fluid to first order. Those who asked in the pause's last second have not asked again at
its end, which makes L T less; and who asks at t gives up at t + T.
"""

from __future__ import annotations

from functools import cache
from math import sqrt

import pytest

from simulator.experiment.result import Result
from simulator.experiment.run import simulate
from simulator.scenario import parse

pytestmark = pytest.mark.once

SCENARIO = """
scenario: bronson
duration: {duration}s
warmup: 10s
interval: 1s
traffic:
  users:
    rate: {rate}/s
    {profile}
    target: db.query
    timeout: 1s
    {retry}
network: {{latency: 0s}}
services:
  db:
    concurrency: 15
    {callee}
    endpoints:
      query: [{{work: 50ms}}]
faults: {faults}
"""
PAUSE = "[{at: 60s, for: 10s, slow: {service: db, speed: 0.01%}}]"
"""Nothing is done in it: what is under way would take 500 s."""
RETRY = "retry: {attempts: 2, backoff: 0s}"
SEEDS = range(5)
RESOLUTION = 1.0
"""Seconds; the series says no more of a time-out than in which interval it was."""


@cache
def play(
    rate: int,
    seed: int = 1,
    *,
    duration: int = 700,
    retry: str = RETRY,
    profile: str = "",
    callee: str = "",
    faults: str = PAUSE,
) -> Result:
    text = SCENARIO.format(
        rate=rate, duration=duration, retry=retry, profile=profile, callee=callee, faults=faults
    )
    return simulate(parse(text).scenario, seed=seed)


def share_in_time(result: Result) -> float:
    """Of the requests that ended from t = 600 s to 690 s, those that were answered."""
    columns = result.series["traffic"].columns
    late = [600 <= float(time) < 690 for time in columns["time"]]
    good = sum(int(n) for n, inside in zip(columns["ok"], late, strict=True) if inside)
    all_ = sum(int(n) for n, inside in zip(columns["finished"], late, strict=True) if inside)
    return good / all_


def metastable(result: Result) -> bool:
    assert result.metastability is not None
    return result.metastability.metastable


def last_timeout(result: Result) -> float:
    """The end of the last second in which an attempt timed out."""
    columns = result.series["service"].columns
    return max(
        float(time) + 1.0
        for time, count in zip(columns["time"], columns["timeout"], strict=True)
        if count
    )


@pytest.mark.parametrize(
    ("row", "rate", "published", "duration"),
    [
        ("B1t.1", 100, 87.0, 120),
        ("B1t.2", 120, 105.0, 150),
        ("B1t.4", 140, 195.0, 300),
        ("B1t.5", 145, 330.0, 450),
    ],
)
def test_recovery(row: str, rate: int, published: float, duration: int) -> None:
    """Below half the capacity the last time-out comes when the sharper form says, near the published."""
    assert published == 70 + (2 * rate * 10 - 300) / (300 - 2 * rate), row
    expected = 71 + (2 * rate * 10 - rate - 300) / (300 - 2 * rate)
    assert expected == pytest.approx(published, rel=0.08)
    # Each caller adds two to the queue: the variance of what comes in is 4 L a second.
    variance = 4 * rate * (expected - 60) / (300 - 2 * rate) ** 2
    ends = [last_timeout(play(rate, seed, duration=duration)) for seed in SEEDS]
    bound = 3.3 * sqrt(variance / len(ends)) + RESOLUTION
    assert sum(ends) / len(ends) == pytest.approx(expected, abs=bound)


@pytest.mark.parametrize(("rate", "down"), [(145, False), (150, True), (200, True), (280, True)])
def test_boundary(rate: int, down: bool) -> None:
    """B1a: ten minutes later all are served, or nobody is: if C is not enough for two attempts each."""
    result = play(rate)
    assert share_in_time(result) == (0.0 if down else 1.0)
    assert metastable(result) is down


@pytest.mark.parametrize("rate", [100, 120, 140])
def test_below_the_boundary(rate: int) -> None:
    """What comes back within the run is not metastable, and makes one attempt for a request again."""
    found = play(rate, duration=450).metastability
    assert found is not None
    assert (found.trigger_from, found.trigger_to) == (60.0, 70.0)
    assert found.metastable is False
    assert (found.attempts_before, found.attempts_after) == (1.0, 1.0)


def test_too_short_a_run() -> None:
    """A system that needs longer than the run looks the same as one that never comes back."""
    assert metastable(play(140, duration=180))
    assert not metastable(play(140, duration=300))


@pytest.mark.parametrize("seed", [0, 1, 101])
@pytest.mark.parametrize(
    "defence",
    [
        {"retry": "retry: {attempts: 2, backoff: 0s, budget: grpc}"},
        {"retry": "retry: null"},
        {"callee": "queue: 200"},
        {"callee": "shedding: {codel: {}}"},
        {"profile": "profile: [{at: 80s, times: 0.1}, {at: 140s, times: 1}]"},
    ],
    ids=["budget", "no retries", "bounded queue", "codel", "load cut"],
)
def test_defences(defence: dict[str, str], seed: int) -> None:
    """At 280/s it comes back with any of them, and without any it does not."""
    with_ = play(280, seed, duration=300, **defence)
    assert (metastable(with_), metastable(play(280, seed, duration=120))) == (False, True)
    assert with_.metastability is not None
    assert with_.metastability.goodput_after > 0.95 * with_.metastability.goodput_before


def test_without_a_trigger() -> None:
    """Where nothing happens there is nothing to say, busy as the system may be."""
    assert play(280, duration=120, faults="[]").metastability is None
    assert play(310, duration=120, faults="[]").metastability is None


def test_without_an_end() -> None:
    """What never ends can have no aftermath."""
    assert play(100, duration=120, faults="[{at: 60s, kill: {service: db}}]").metastability is None


def test_less_to_do() -> None:
    """A third of the load, all of it served, is no failure of the system."""
    found = play(120, duration=200, profile="profile: [{at: 110s, times: 0.3}]").metastability
    assert found is not None
    assert found.goodput_after < 0.5 * found.goodput_before
    assert found.metastable is False


def test_surge() -> None:
    """A surge of load is a trigger as well as a fault: ramps count from where they cross 110 %."""
    surge = "profile: [{at: 50s, times: 3, over: 20s}, {at: 75s, times: 1, over: 10s}]"
    found = play(200, duration=180, profile=surge, faults="[]").metastability
    assert found is not None
    assert found.trigger_from == pytest.approx(51.0)
    assert found.trigger_to == pytest.approx(84.5)
    assert found.metastable is True
