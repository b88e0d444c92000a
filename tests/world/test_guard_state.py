"""What a caller instance keeps in its policies, shares between them, and forgets when it starts anew."""

from __future__ import annotations

from simulator.experiment.run import Run
from simulator.scenario import parse

CACHED = """
scenario: cold
duration: 30s
traffic: {users: {rate: 10/s, arrivals: constant, target: front.get}}
services:
  front: {endpoints: {get: [{call: back.get, cache: {ttl: 1h}}]}}
  back: {endpoints: {get: [{work: 5ms}]}}
faults:
  - {at: 10.01s, for: 1s, kill: {service: front}}
"""

BROKEN = """
scenario: closed-again
duration: 30s
traffic: {users: {rate: 10/s, arrivals: constant, target: front.get}}
services:
  front: {endpoints: {get: [{call: back.get, breaker: {window: 10, wait: 1h}}]}}
  back: {endpoints: {get: [{fail: 100%}]}}
faults:
  - {at: 10.01s, for: 1s, kill: {service: front}}
"""


def play(text: str, *settings: str) -> dict[str, float]:
    """The counters of the front's policy."""
    run = Run(parse(text, settings=settings).scenario, check=True)
    run.advance()
    (figures,) = (each for each in run.result().policies if each.policy in ("cache", "breaker"))
    return dict(figures.counters)


def test_a_cache_is_cold_after_a_restart() -> None:
    """What was kept is asked for once more."""
    assert play(CACHED, "faults=[]")["misses"] == 1
    assert play(CACHED)["misses"] == 2


def test_a_breaker_is_closed_after_a_restart() -> None:
    """It takes ten failures to open, and after a restart ten more."""
    assert play(BROKEN, "faults=[]")["failed"] == 10
    again = play(BROKEN)
    assert again["failed"] == 20
    assert again["opened"] == 2
    # Open from 1.0 s to 11.01 s, and again from 12.0 s to the end.
    assert 26.0 < again["open_seconds"] < 29.0


def test_a_shared_breaker_outlives_its_callers() -> None:
    """A breaker that all callers share is nobody's process."""
    shared = "services.front.endpoints.get.0.breaker.scope=shared"
    assert play(BROKEN, shared)["failed"] == 10


IN_LINE = """
scenario: in-line
duration: 4s
traffic:
  slow: {rate: 1/s, arrivals: constant, target: front.slow}
  quick: {rate: 1/s, arrivals: constant, target: front.quick}
policies:
  one-at-a-time: {bulkhead: {concurrency: 1, wait: 1h}}
services:
  front:
    endpoints:
      slow: [{call: back.slow, policy: one-at-a-time}]
      quick:
        - call: back.quick
          policy: one-at-a-time
          timeout: 100ms
          idempotent: false
          retry: {attempts: 2, backoff: 100ms, jitter: none}
  back: {endpoints: {slow: [{work: 10s}], quick: [{work: 1ms}]}}
"""


def test_what_timed_out_in_line_was_never_sent() -> None:
    """A call that is not idempotent may be tried again if it never left the bulkhead's line."""
    run = Run(parse(IN_LINE).scenario, check=True)
    run.advance()
    result = run.result()
    # Both go to one callee under one policy, so they share the bulkhead, and `slow` has it.
    retry = next(each for each in result.policies if each.policy == "retry")
    assert retry.counters["sent"] == 3
    assert retry.counters["unsafe"] == 0
    assert result.traffic["quick"].outcomes == {"error": 3}
    assert result.services["back"].endpoints["quick"].attempts == 0
