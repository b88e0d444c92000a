"""Four ways to retry, as M. Brooker compared them: load and success of many clients of one server.

"Fixing retries with token buckets and circuit breakers" (2022), and the code that goes with it,
mbrooker/simulator_example, retry_sim. The rows are what that code finds in 200 s with seed 7.
"""

from __future__ import annotations

from math import sqrt
from statistics import fmean

import pytest

from simulator.experiment.run import simulate
from simulator.scenario import parse

pytestmark = pytest.mark.once

CLIENTS = """
scenario: clients
duration: 200s
interval: 100s
traces: 0
traffic:
  users: {{rate: {rate}/s, clients: {clients}, target: server.answer, retry: {{{retry}}}}}
services: {{server: {{endpoints: {{answer: [{{fail: {failure}}}]}}}}}}
"""
RETRY = "attempts: 4, backoff: 0s, jitter: none"
STRATEGIES = {
    "three_retries": RETRY,
    "adaptive_10pct": f"{RETRY}, budget: token_bucket",
    "breaker_10pct": f"{RETRY}, budget: {{failure_rate: 10%}}",
}
B4T = {
    "B4t.1": (0.01, "three_retries", 1.0, 1.0102),
    "B4t.3": (0.01, "breaker_10pct", 0.9999, 1.0097),
    "B4t.4": (0.05, "three_retries", 1.0, 1.0532),
    "B4t.6": (0.05, "breaker_10pct", 0.9991, 1.0526),
    "B4t.7": (0.1, "three_retries", 0.9999, 1.1113),
    "B4t.9": (0.1, "breaker_10pct", 0.9274, 1.0305),
    "B4t.10": (0.2, "three_retries", 0.9984, 1.2468),
    "B4t.12": (0.2, "breaker_10pct", 0.8001, 1.0002),
    "B4t.13": (0.3, "three_retries", 0.9919, 1.4167),
    "B4t.15": (0.3, "breaker_10pct", 0.6991, 1.0),
    "B4t.16": (0.5, "three_retries", 0.9367, 1.8748),
    "B4t.18": (0.5, "breaker_10pct", 0.5017, 1.0),
    "B4t.19": (0.75, "three_retries", 0.6831, 2.7347),
    "B4t.21": (0.75, "breaker_10pct", 0.2483, 1.0),
}
"""The chance of failure and the strategy; the share of calls that succeed, and attempts for each."""
SAMPLE = ("B4t.6", "B4t.12", "B4t.16")
CRITICAL = "B4t.9"
"""Where the chance of failure is just the limit, runs differ by nearly as much as is allowed."""


def play(strategy, failure, *, clients=100, rate=1000, seed=7):
    """Success and load of one run."""
    text = CLIENTS.format(rate=rate, clients=clients, retry=STRATEGIES[strategy], failure=failure)
    total = simulate(parse(text).scenario, seed=seed).total
    assert total.finished == total.started > 190 * rate
    # Each attempt is the last of its call if it succeeds, so success is attempts times 1 - f.
    good = 1.0 - failure
    error = sqrt(good * failure * total.attempts_per_request / total.finished)
    assert abs(total.availability - good * total.attempts_per_request) <= 3.3 * error
    return total.availability, total.attempts_per_request


def hold(name):
    """Success within half a point, load within half a percent."""
    failure, strategy, success, load = B4T[name]
    seeds = range(7, 11) if name == CRITICAL else (7,)
    runs = [play(strategy, failure, seed=seed) for seed in seeds]
    assert fmean(run[0] for run in runs) == pytest.approx(success, abs=0.005)
    assert fmean(run[1] for run in runs) == pytest.approx(load, rel=0.005)


@pytest.mark.parametrize("name", SAMPLE)
def test_sample_of_strategies(name):
    """A row of each kind has the published success and load."""
    hold(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in B4T if name not in SAMPLE])
def test_strategies(name):
    """So have all the others."""
    hold(name)


@pytest.mark.parametrize("failure", [0.3, 0.5])
def test_a_bucket_pays_for_a_tenth(failure):
    """However many fail, the load is 1.1, and a little more as every bucket begins full."""
    _, load = play("adaptive_10pct", failure, rate=500)
    # 1,000 calls of a client pay for 100 retries, and 4 of its first 5 tokens for 4 more.
    assert load == pytest.approx(1.1 + 4.5 / 1000, abs=0.001)


UPSTREAM = {
    ("breaker_10pct", 0.05): (1.0516, 1.0459, 1.0161),
    ("breaker_10pct", 0.2): (1.0002, 1.0016, 1.0070),
}
"""The load with 10, 100 and 1000 clients: means of four runs of the original code."""


def test_many_small_clients():
    """The same 100 calls a second from more clients (B4u): buckets drain too slowly, breakers trip too early.

    Where too much fails, the breaker hardly ever lets retry, and what little it does grows with the
    number of clients, each of which begins with a clean slate: so it is with the original code.
    """
    buckets = [play("adaptive_10pct", 0.2, clients=n, rate=100)[1] for n in (10, 100, 1000)]
    assert buckets[0] < buckets[1] < buckets[2]
    assert buckets[0] == pytest.approx(1.1, rel=0.005)
    for (strategy, failure), loads in UPSTREAM.items():
        found = [play(strategy, failure, clients=n, rate=100)[1] for n in (10, 100, 1000)]
        assert found == pytest.approx(loads, rel=0.005)
    early = UPSTREAM["breaker_10pct", 0.05]
    assert early[0] > early[1] > early[2]
