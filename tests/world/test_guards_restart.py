"""What a caller instance forgets when it starts anew."""

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
