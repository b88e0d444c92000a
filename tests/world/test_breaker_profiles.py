"""Breakers with the defaults of real libraries, in whole worlds: they open when their windows say so."""

from __future__ import annotations

import pytest

from simulator.experiment.result import PolicyFigures, Result
from simulator.experiment.run import simulate
from simulator.scenario import parse

STREAM = """
scenario: stream
duration: 40s
traces: 10000
traffic: {users: {rate: 100/s, arrivals: constant, target: api.get}}
services: {api: {endpoints: {get: [{work: 1ms}]}}}
"""
"""Requests at 10 ms, 20 ms, and so on."""


def play(profile: str, *settings: str) -> tuple[Result, PolicyFigures]:
    """Play the stream behind a breaker; the result, and what the breaker says."""
    chosen = (f"traffic.users.breaker={profile}", *settings)
    result = simulate(parse(STREAM, settings=chosen).scenario, check=True)
    (breaker,) = result.policies
    return result, breaker


def opened_before(result: Result) -> int:
    """How many requests came before the first that the breaker rejected."""
    outcomes = [trace.outcome for trace in result.traces]
    first = outcomes.index("breaker_open")
    assert "breaker_open" not in outcomes[:first]
    return first


def dead_from(seconds: float) -> str:
    """From that moment on every call is refused."""
    return f"faults=[{{at: {seconds}s, kill: {{service: api}}}}]"


@pytest.mark.parametrize(
    ("profile", "settings", "before"),
    [
        # The window of the last 100 calls must be full, and half of it bad.
        ("resilience4j", dead_from(0), 100),
        ("resilience4j", dead_from(0.505), 100),
        ("resilience4j", dead_from(0.755), 125),
        ("resilience4j", dead_from(20.005), 2050),
        # 10 % of at least 100 calls in 30 s; judged after a failure only.
        ("polly", dead_from(0), 100),
        ("polly", dead_from(0.955), 106),
        ("polly", dead_from(9.005), 1000),
        # Five failures in a row.
        ("pybreaker", dead_from(0), 5),
        ("pybreaker", dead_from(20.005), 2005),
        # Half of at least 20 calls in 10 s, as they stand at the end of each half second.
        ("hystrix", dead_from(0), 49),
        ("hystrix", dead_from(20.005), 2549),
    ],
)
def test_it_opens_when_its_window_says_so(profile: str, settings: str, before: int) -> None:
    """The first request that is rejected is the one after the failure that was too much."""
    result, breaker = play(profile, settings)
    assert opened_before(result) == before
    assert breaker.counters["opened"] >= 1
    rejected = result.total.outcomes["breaker_open"]
    assert breaker.counters["rejected"] == rejected
    assert result.services["api"].attempts == result.total.started - rejected


def test_hystrix_sees_its_failures_up_to_half_a_second_late() -> None:
    """The twentieth failure is at 0.2 s; it opens at the next snapshot, at 0.5 s (C17-11)."""
    late, breaker = play("hystrix", dead_from(0), "duration=4s")
    assert breaker.counters["open_seconds"] == pytest.approx(3.5)
    assert late.services["api"].outcomes == {"refused": 49}
    at_once, breaker = play("{profile: hystrix, snapshot: false}", dead_from(0), "duration=4s")
    assert breaker.counters["open_seconds"] == pytest.approx(3.8)
    assert at_once.services["api"].outcomes == {"refused": 20}


@pytest.mark.parametrize(
    ("profile", "first", "trials", "rounds"),
    [
        # Open at 1.00 s, half open after 61.00 s with ten calls, open at 61.10 s, and so on.
        ("resilience4j", 100, 10, 2),
        # Open at 1.00 s, one call at 6.00 s, at 11.00 s, ..., at 126.00 s.
        ("polly", 100, 1, 25),
        # Open at 0.05 s, one call at 60.05 s and at 120.05 s.
        ("pybreaker", 5, 1, 2),
        # Open at 0.50 s, one call after 5.50 s, after 10.51 s, ..., after 125.74 s.
        ("hystrix", 49, 1, 25),
    ],
)
def test_it_tries_again_after_its_wait(profile: str, first: int, trials: int, rounds: int) -> None:
    """So many calls try; they fail, and it is open for as long again."""
    result, breaker = play(profile, dead_from(0), "duration=130s", "traces=0")
    assert breaker.counters["half_opened"] == rounds
    assert breaker.counters["opened"] == rounds + 1
    assert result.services["api"].attempts == first + trials * rounds


def test_it_closes_when_the_callee_is_back() -> None:
    """Resilience4j's wait ends a minute later, and ten calls that go well close it."""
    back = "faults=[{at: 0s, for: 30s, kill: {service: api}}]"
    result, breaker = play("resilience4j", back, "duration=100s", "traces=0")
    assert breaker.counters["half_opened"] == breaker.counters["closed"] == 1
    # Open from 1.00 s; half open with the first call after 61.00 s.
    assert breaker.counters["open_seconds"] == pytest.approx(60.0, abs=0.0101)
    assert result.total.outcomes["refused"] == 100
    assert 5999 <= result.total.outcomes["breaker_open"] <= 6001
    assert breaker.counters["failed"] == 100


def test_slow_calls_open_it_too() -> None:
    """A callee that takes over a minute for each of a hundred calls is as bad as one that fails."""
    slow = "services.api.endpoints.get=[{work: 61s}]"
    _, breaker = play("resilience4j", slow, "duration=70s", "traces=0")
    # They come back 61 s later, the hundredth at 62 s.
    assert breaker.counters["slow"] >= 100
    assert breaker.counters["opened"] == 1
    assert breaker.counters["open_seconds"] == pytest.approx(8.0)
    _, closed = play(
        "resilience4j", "services.api.endpoints.get=[{work: 59s}]", "duration=70s", "traces=0"
    )
    assert closed.counters["opened"] == closed.counters["slow"] == 0
    assert closed.counters["succeeded"] > 1000
