"""Retries in whole worlds against theory: attempts, success, amplification, orbits, storms."""

from __future__ import annotations

from itertools import pairwise
from math import sqrt

import pytest

from simulator.experiment.run import Run, simulate
from simulator.experiment.theory.case import Case, Figure, Measure
from simulator.experiment.theory.retries import expected_attempts, worst_amplification
from simulator.scenario import parse

pytestmark = pytest.mark.once

ERRORS = 3.3


def play(text, *settings):
    """Play a scenario given as text, with the laws checked."""
    return simulate(parse(text, settings=settings).scenario, check=True)


# Independent failures.

FAILING = """
scenario: failing
duration: 400s
interval: 100s
traces: 0
traffic: {users: {rate: 50/s, arrivals: constant, target: api.get, profile: [{at: 399s, rate: 0/s}]}}
services: {api: {endpoints: {get: [{fail: 100%}]}}}
"""
A8C = {
    "A8c.2": (1, 0.1, 1.1, 0.99),
    "A8c.3": (1, 0.3, 1.3, 0.91),
    "A8c.5": (1, 0.9, 1.9, 0.19),
    "A8c.6": (2, 0.01, 1.0101, 0.999999),
    "A8c.8": (2, 0.3, 1.39, 0.973),
    "A8c.9": (2, 0.5, 1.75, 0.875),
    "A8c.11": (3, 0.01, 1.010101, 0.99999999),
    "A8c.12": (3, 0.1, 1.111, 0.9999),
    "A8c.14": (3, 0.5, 1.875, 0.9375),
    "A8c.15": (3, 0.9, 3.439, 0.3439),
    "A8c.17": (5, 0.1, 1.11111, 0.999999),
    "A8c.18": (5, 0.3, 1.42753, 0.999271),
    "A8c.20": (5, 0.9, 4.68559, 0.468559),
}
"""Retries at most, chance of failure; attempts for each call, and the chance that one succeeds."""


def spread(retries, failure):
    """The standard deviation of the number of attempts."""
    chances = [failure ** (n - 1) * (1.0 - failure) for n in range(1, retries + 1)]
    chances.append(failure**retries)
    mean = sum(n * chance for n, chance in enumerate(chances, 1))
    return sqrt(sum(chance * (n - mean) ** 2 for n, chance in enumerate(chances, 1)))


@pytest.mark.parametrize(("retries", "failure", "attempts", "good"), A8C.values(), ids=list(A8C))
def test_independent_failures(retries, failure, attempts, good):
    """(1 - f^(k+1))/(1 - f) attempts, and 1 - f^(k+1) of the calls succeed."""
    result = play(
        FAILING,
        f"services.api.endpoints.get=[{{fail: {failure}}}]",
        f"traffic.users.retry={{attempts: {retries + 1}, backoff: 0s}}",
    )
    calls = result.total.finished
    assert calls == result.total.started > 19_000
    assert expected_attempts(retries, failure) == pytest.approx(attempts, rel=1e-6)
    found = result.total.attempts_per_request
    assert abs(found - attempts) <= ERRORS * spread(retries, failure) / sqrt(calls)
    # The normal law is no guide where less than one call is lost on average.
    error = max(sqrt(good * (1.0 - good) / calls), 1.0 / calls)
    assert abs(result.total.availability - good) <= ERRORS * error


@pytest.mark.parametrize(
    ("layers", "retries", "amplification"),
    [
        pytest.param(1, 3, 4, id="A8d.1"),
        pytest.param(3, 3, 64, id="A8d.3"),
        (1, 2, 3),
        (2, 2, 9),
        (3, 2, 27),
        (4, 2, 81),
        (2, 3, 16),
        (4, 3, 256),
    ],
)
def test_amplification(layers, retries, amplification):
    """Each of n layers that retry r times multiplies by r + 1 what reaches a bottom that fails."""
    names = [f"s{n}" for n in range(layers)]
    services = [
        f"{name}: {{endpoints: {{get: [{{call: {below}.get}}]}}}}"
        for name, below in pairwise(names)
    ]
    lines = "\n".join(
        [
            "scenario: amplification",
            "duration: 10s",
            f"defaults: {{retry: {{attempts: {retries + 1}, backoff: 0s}}}}",
            "traffic: {users: {rate: 1/s, arrivals: constant, target: s0.get}}",
            "services:",
            *(f"  {line}" for line in services),
            f"  {names[-1]}: {{endpoints: {{get: [{{fail: 100%}}]}}}}",
        ]
    )
    result = play(lines)
    assert worst_amplification(layers, retries) == amplification
    for depth, name in enumerate(names, 1):
        assert result.services[name].attempts == 9 * (retries + 1) ** depth
    assert result.services[names[-1]].attempts == 9 * amplification


# The M/M/1/1 retrial queue. Backoff knows no exponential waits, but a service that works for an
# exponential time before it asks is one; its calls are retried a hundred times a hundred times.

ORBIT = """
scenario: retrial
duration: {duration}s
warmup: {warmup}s
interval: {warmup}s
traces: 0
traffic: {{callers-{label}: {{rate: {rate}/s, target: server.serve, fallback: {{call: calls.again}}}}}}
services:
  server: {{concurrency: 1, queue: 0, endpoints: {{serve: [{{work: {{exponential: 1s}}}}]}}}}
  calls:
    policy: {{retry: {{attempts: 100, backoff: 0s}}}}
    endpoints: {{again: [{{call: orbit.wait}}]}}
  orbit:
    threading: async
    policy: {{retry: {{attempts: 100, backoff: 0s}}}}
    endpoints: {{wait: [{{work: {{exponential: {wait}s}}}}, {{call: server.serve}}]}}
"""
A8G = {
    "A8g.1": (0.5, 1, 1.0, 0.5),
    "A8g.3": (0.8, 1, 6.4, 0.8),
    "A8g.4": (0.8, 10, 3.52, 0.8),
}
"""Arrival rate, where the server does 1/s; retries per second of each; mean orbit; share busy."""


def retrial(name, duration):
    """Those who find the server busy come again after an exponential time, for ever."""
    rate, theta, orbit, busy = A8G[name]
    assert orbit == pytest.approx(rate**2 / (1 - rate) + rate * rate / ((1 - rate) * theta))
    text = ORBIT.format(
        label=name.replace(".", "-"),
        duration=f"{duration:.0f}",
        warmup=f"{duration / 10:.0f}",
        rate=rate,
        wait=1 / theta,
    )
    return Case(
        name,
        text,
        (
            Measure("orbit", orbit, Figure("services.orbit.busy")),
            Measure("busy", busy, Figure("services.server.utilization")),
        ),
    )


def test_sample_of_the_retrial_queue(agree):
    """At half load one caller is in orbit on average, and the server is busy half of the time."""
    agree(retrial("A8g.1", 6_000), bound=0.08)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "duration", "bound"),
    [("A8g.1", 60_000, 0.03), ("A8g.3", 60_000, 0.06), ("A8g.4", 8_000, 0.1)],
)
def test_retrial_queue(agree, name, duration, bound):
    """The mean orbit is that of theory, and every call is served in the end."""
    agree(retrial(name, duration), bound)


COMING_AGAIN = """
scenario: coming-again
duration: 6000s
warmup: 600s
interval: 600s
traces: 0
traffic: {{{label}: {{rate: 0.5/s, target: server.serve, retry: {{attempts: 100, max_backoff: 4s, {retry}}}}}}}
services: {{server: {{concurrency: 1, queue: 0, endpoints: {{serve: [{{work: {{exponential: 1s}}}}]}}}}}}
"""


@pytest.mark.parametrize(
    "retry",
    [
        "backoff: 2s, multiplier: 1, jitter: none",
        "backoff: 2s, multiplier: 1, jitter: full",
        "backoff: 2s, multiplier: 1, jitter: 50%",
        "backoff: 500ms, jitter: equal",
        "backoff: 500ms, jitter: decorrelated",
    ],
)
def test_whoever_comes_again_for_ever_is_served(agree, retry):
    """The server's share of busy time is the load, however the waits are spread."""
    label = retry.rpartition(" ")[2].strip("%")
    measure = Measure("busy", 0.5, Figure("services.server.utilization"))
    text = COMING_AGAIN.format(label=f"callers-{label}", retry=retry)
    agree(Case(retry, text, (measure,)), bound=0.03)


# An open system that times out and tries again (B8b).

OMISSION = """
scenario: omission
duration: 100s
interval: 10s
traces: 0
traffic:
  users:
    rate: 7279.344859/s
    target: server.answer
    timeout: 15ms
    retry: {attempts: 2, backoff: 0s}
services:
  server:
    concurrency: 1
    endpoints:
      answer:
        - either:
            - {weight: 0.999, steps: [{work: {exponential: 0.1ms}}]}
            - {weight: 0.001, steps: [{work: {exponential: 10ms}}]}
"""
"""Work of 0.1099 ms on average makes a load of 0.8; most answers take a hundredth of the timeout."""


def queues(moments, seed, *settings):
    """How many wait at some moments."""
    run = Run(parse(OMISSION, settings=settings).scenario, seed=seed)
    server = run.world.services["server"].instances[0]
    found = []
    for moment in moments:
        run.world.kernel.run(moment, 1 << 60)
        found.append(server.queued)
    return found


@pytest.mark.parametrize("seed", range(3))
def test_retries_after_a_timeout_make_a_stable_queue_diverge(seed):
    """One long piece of work, and all time out and ask again: the queue only grows from then on."""
    early, late = queues((0.6, 6.0), seed)
    assert late > 10 * early
    # Of those in the queue nearly each asks twice: 1.6 times what the server can do.
    assert late == pytest.approx(0.6 / 0.0001099 * 6.0, rel=0.2)
    assert max(queues((2.0, 4.0, 6.0), seed, "traffic.users.retry=null")) < 2_000


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20, 23))
def test_retries_after_a_timeout_diverge_at_length(seed):
    """The queue at 100 s is more than ten times as long as that at 10 s."""
    early, late = queues((10.0, 100.0), seed)
    assert late > 10 * early


# Istio's sample of a delay that a timeout and a retry below it do not survive.

BOOKINFO = """
scenario: bookinfo
duration: 60s
traffic: {jason: {rate: 0.1/s, arrivals: constant, target: productpage.page, profile: [{at: 31s, rate: 0/s}]}}
services:
  productpage:
    endpoints:
      page:
        - call: details.get
          optional: true
        - call: reviews.get
          timeout: 3s
          retry: {attempts: 2, backoff: 0s}
  details: {endpoints: {get: [{work: 0s}]}}
  reviews: {endpoints: {get: [{call: ratings.get, timeout: 10s}]}}
  ratings: {endpoints: {get: [{work: 7s}]}}
"""


def test_the_page_of_istios_sample_fails_after_six_seconds():
    """3 s and one retry are 6 s, less than a delay of 7 s, though each timeout seemed long enough (C14-16)."""
    result = play(BOOKINFO)
    assert result.total.outcomes == {"error": 3}
    assert result.total.latency_all.mean == pytest.approx(6.0)
    assert result.total.failed_by == {"reviews": 3}
    assert result.services["ratings"].outcomes == {"ok": 6}
    assert result.services["ratings"].latency.mean == pytest.approx(7.0)
    for enough in (
        "services.ratings.endpoints.get=[{work: 2s}]",
        "services.productpage.endpoints.page.1.timeout=8s",
    ):
        assert play(BOOKINFO, enough).total.outcomes == {"ok": 3}


def test_the_abort_of_istios_sample():
    """Every call of that user fails, and the page with it (C14-17)."""
    result = play(BOOKINFO, "services.ratings.endpoints.get=[{fail: 100%}]")
    assert result.services["ratings"].outcomes == {"error": 6}
    assert result.total.outcomes == {"error": 3}
    assert result.total.failed_by == {"ratings": 3}
