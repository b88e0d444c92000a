"""How policies work together: the order of each neighbouring pair, proxies, and who has which."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from simulator.experiment.result import Result
from simulator.experiment.run import simulate
from simulator.scenario import parse


def play(text: str, *settings: str) -> Result:
    """Play a scenario given as text, with the laws checked."""
    return simulate(parse(text, settings=settings).scenario, check=True)


def counters(result: Result, policy: str) -> Mapping[str, float]:
    """What the only policy of that kind has counted."""
    (figures,) = (each for each in result.policies if each.policy == policy)
    return figures.counters


GOOD = """
scenario: good
duration: 20s
traffic: {users: {rate: 1/s, arrivals: constant, target: api.get, profile: [{at: 9.5s, rate: 0/s}]}}
services: {api: {endpoints: {get: [{work: 100ms}]}}}
"""
"""Nine requests, at 1 s, 2 s, and so on; each takes 100 ms."""
BAD = GOOD.replace("{work: 100ms}", "{work: 100ms}, {fail: 100%}")
"""The same, and none ends well."""
THREE = """
scenario: three
duration: 10s
traffic:
  a: {rate: 0.2/s, arrivals: constant, target: front.a, profile: [{at: 6s, rate: 0/s}]}
  b: {rate: 0.2/s, arrivals: constant, target: front.b, profile: [{at: 6s, rate: 0/s}]}
  c: {rate: 0.2/s, arrivals: constant, target: front.c, profile: [{at: 6s, rate: 0/s}]}
services:
  front: {endpoints: {a: [{call: back.a}], b: [{call: back.b}], c: [{call: back.c}]}}
  back: {endpoints: {a: [{work: 100ms}], b: [{work: 100ms}], c: [{work: 100ms}]}}
"""
"""Three calls of one caller instance at 5 s, to three endpoints; each takes 100 ms."""


def three(*settings: str) -> tuple[Result, list[tuple[str, float]]]:
    """How the three calls ended and after how long, and the whole result."""
    result = play(THREE, *settings)
    endings = []
    for name in "abc":
        (outcome,) = (
            how for edge in result.edges if edge.callee == f"back.{name}" for how in edge.outcomes
        )
        endings.append((outcome, round(result.traffic[name].latency_all.max or 0.0, 9)))
    return result, endings


# The order, pair by pair, from the outside in.


def test_a_fallback_is_around_the_cache() -> None:
    """What a fallback answers is not kept: when the callee is back, so is the right answer."""
    result = play(
        GOOD,
        "traffic.users.fallback=constant",
        "traffic.users.cache={ttl: 1h}",
        "faults=[{at: 0s, for: 4.5s, kill: {service: api}}]",
    )
    assert [trace.outcome for trace in result.traces] == ["degraded"] * 4 + ["ok"] * 5
    assert counters(result, "cache") == {"hits": 4, "stale": 0, "misses": 5, "coalesced": 0}


def test_a_cache_is_around_the_call_timeout() -> None:
    """The fetch has it: one who joined late hears of it when its time is up, not at its own."""
    text = GOOD.replace("rate: 1/s", "rate: 10/s").replace("at: 9.5s", "at: 250ms")
    result = play(
        text,
        "services.api.endpoints.get=[{work: 1s}]",
        "traffic.users.cache={ttl: 1h}",
        "traffic.users.call_timeout=500ms",
    )
    first, second = result.traces
    assert (first.started, second.started) == pytest.approx((0.1, 0.2))
    assert first.outcome == second.outcome == "timeout"
    assert first.ended == second.ended == pytest.approx(0.6)
    assert counters(result, "call")["call_timeouts"] == 1


def test_a_cache_is_around_the_deadline() -> None:
    """An answer that is there costs no time, however little there is; but some there must be."""
    result = play(GOOD, "traffic.users.cache={ttl: 1h}", "traffic.users.deadline=101ms")
    assert result.total.outcomes == {"ok": 9}
    late = play(GOOD, "traffic.users.cache={ttl: 1h}", "traffic.users.deadline=99ms")
    assert late.total.outcomes == {"timeout": 9}


def test_a_call_timeout_is_around_the_retries() -> None:
    """It runs once, whatever is tried meanwhile."""
    result = play(
        BAD, "traffic.users.retry={attempts: 9, backoff: 0s}", "traffic.users.call_timeout=250ms"
    )
    assert result.services["api"].attempts == 27
    assert result.total.latency_all.max == pytest.approx(0.25)


def test_retries_are_around_hedges() -> None:
    """Each attempt is hedged anew, and the next is made when both of its copies have failed."""
    result = play(
        BAD,
        "traffic.users.retry={attempts: 2, backoff: 200ms, jitter: none}",
        "traffic.users.hedge={delay: 40ms}",
    )
    for trace in result.traces:
        sent = [each.sent - trace.started for each in trace.spans]
        assert sent == pytest.approx([0.0, 0.04, 0.34, 0.38])
        assert trace.ended == pytest.approx(trace.started + 0.48)
    assert counters(result, "retry")["sent"] == 9
    assert counters(result, "hedge")["copies"] == 18


def test_hedges_are_around_the_breaker() -> None:
    """Every copy passes it, and counts there."""
    settings = (
        "traffic.users.hedge={delay: 40ms}",
        "traffic.users.breaker={consecutive_failures: 5}",
    )
    result = play(BAD, *settings)
    # 2 + 2 + 1 open it; the second copy of the third call fails when it is open.
    assert [trace.outcome for trace in result.traces] == ["error"] * 3 + ["breaker_open"] * 6
    found = counters(result, "breaker")
    assert (found["opened"], found["failed"], found["rejected"]) == (1, 6, 6)
    # A call that is turned away at once waits for no copy.
    assert counters(result, "hedge")["copies"] == 3


def test_retries_are_around_the_breaker() -> None:
    """Every attempt passes it anew; what it turns away may be tried again, until it lets through."""
    result = play(
        GOOD,
        "traffic.users.profile=[{at: 1.5s, rate: 0/s}]",
        "traffic.users.retry={attempts: 9, backoff: 300ms, multiplier: 1, jitter: none, on: [refused, breaker_open]}",
        "traffic.users.breaker={consecutive_failures: 2, wait: 1s, permitted_calls: 1}",
        "faults=[{at: 0s, for: 1.5s, kill: {service: api}}]",
    )
    (first,) = result.traces
    # Refused at 1.0 s and 1.3 s, which opens it until 2.3 s; turned away at 1.6, 1.9, 2.2 s.
    assert [each.sent for each in first.spans] == pytest.approx([1.0, 1.3, 2.5])
    assert first.outcome == "ok"
    found = counters(result, "breaker")
    assert (found["failed"], found["rejected"], found["closed"]) == (2, 3, 1)


def test_a_breaker_is_around_the_rate_limiter() -> None:
    """It counts what the limiter turns away, and an open one takes none of its tokens."""
    result = play(
        GOOD,
        "traffic.users.rate_limit={rate: 0.001/s, burst: 2}",
        "traffic.users.breaker={consecutive_failures: 3, wait: 1h}",
    )
    expected = ["ok"] * 2 + ["rate_limited"] * 3 + ["breaker_open"] * 4
    assert [trace.outcome for trace in result.traces] == expected
    assert counters(result, "rate_limit") == {"rejected": 3, "waited": 0}
    assert counters(result, "breaker")["failed"] == 3


def test_a_breaker_measures_the_wait_for_the_rate_limiter() -> None:
    """A call that waits 400 ms and takes 100 ms is slow at 450 ms."""
    for duration, slow in (("450ms", 2), ("550ms", 1)):
        result, endings = three(
            "services.back.policy.rate_limit={rate: 2.5/s, burst: 1, wait: 1h}",
            f"services.back.policy.breaker={{slow_call_duration: {duration}}}",
        )
        assert endings == [("ok", 0.1), ("ok", 0.5), ("ok", 0.9)]
        assert counters(result, "breaker")["slow"] == slow


def test_a_rate_limiter_is_around_the_timeout() -> None:
    """Waiting for a turn does not count."""
    result, endings = three(
        "services.back.policy.rate_limit={rate: 1/s, burst: 1, wait: 10s}",
        "services.back.policy.timeout=150ms",
    )
    assert endings == [("ok", 0.1), ("ok", 1.1), ("ok", 2.1)]
    assert counters(result, "rate_limit") == {"rejected": 0, "waited": 2}


def test_a_timeout_is_around_the_bulkhead() -> None:
    """Waiting for a permit counts: the third is never sent, the second has 50 ms left."""
    result, endings = three(
        "services.back.policy.bulkhead={concurrency: 1, wait: 10s}",
        "services.back.policy.timeout=150ms",
    )
    assert endings == [("ok", 0.1), ("timeout", 0.15), ("timeout", 0.15)]
    assert result.services["back"].outcomes == {"ok": 1, "timeout": 1}
    assert counters(result, "bulkhead") == {"rejected": 0, "waited": 2}


def test_a_timeout_is_around_the_bulkhead_with_a_deadline() -> None:
    """The same for the time that the whole call has."""
    result, endings = three(
        "services.back.policy.bulkhead={concurrency: 1, wait: 10s}",
        "services.back.policy.deadline=150ms",
    )
    assert endings == [("ok", 0.1), ("timeout", 0.15), ("timeout", 0.15)]
    assert result.services["back"].attempts == 2


def test_a_bulkhead_is_around_the_concurrency_limit() -> None:
    """Whoever waits for a permit is not under way yet, so a limit of one turns nobody away."""
    result, endings = three(
        "services.back.policy.bulkhead={concurrency: 1, wait: 1s}",
        "services.back.policy.concurrency_limit={algorithm: fixed, limit: 1}",
    )
    assert endings == [("ok", 0.1), ("ok", 0.2), ("ok", 0.3)]
    assert counters(result, "concurrency_limit")["rejected"] == 0
    result, endings = three(
        "services.back.policy.bulkhead={concurrency: 2, wait: 1s}",
        "services.back.policy.concurrency_limit={algorithm: fixed, limit: 1}",
    )
    # The second has a permit and gives it back at once, to the third, which fares no better.
    assert endings == [("ok", 0.1), ("bulkhead_full", 0.0), ("bulkhead_full", 0.0)]


def test_what_a_bulkhead_turns_away_is_for_the_breaker_to_judge() -> None:
    """Ours ignores it, resilience4j's counts it as any exception."""
    full = "services.back.policy.bulkhead={concurrency: 0}"
    for breaker, failed in (("{window: 3}", 0), ("{profile: resilience4j, window: 3}", 3)):
        result, _ = three(full, f"services.back.policy.breaker={breaker}")
        assert counters(result, "breaker")["failed"] == failed


# Proxies.


def test_a_proxy_retries_and_limits_for_its_callers() -> None:
    """The caller makes one attempt, the proxy all the others; nothing is applied twice."""
    result = play(
        BAD,
        "services.api.policy.via=proxy",
        "services.api.policy.retry={attempts: 3, backoff: 100ms, multiplier: 1, jitter: none}",
        "services.api.policy.breaker={window: 1000}",
        "services.api.policy.bulkhead={concurrency: 10}",
        "services.api.policy.rate_limit={rate: 1000/s}",
        "services.api.policy.concurrency_limit={algorithm: fixed, limit: 10}",
        "services.api.policy.hedge={delay: 1h}",
    )
    edges = {(each.caller, each.callee): each for each in result.edges}
    assert edges["users", "api-proxy.get"].attempts == 9
    assert edges["api-proxy.get", "api.get"].attempts == 27
    assert edges["api-proxy.get", "api.get"].calls == 9
    assert {each.caller for each in result.policies} == {"api-proxy"}
    assert counters(result, "retry")["sent"] == 18
    assert counters(result, "breaker")["failed"] == 27
    assert result.total.latency_all.max == pytest.approx(0.5)


def test_a_caller_keeps_its_cache_and_its_fallback_before_a_proxy() -> None:
    """A hit does not come to the proxy; a fallback is the caller's own."""
    kept = (
        "services.api.policy.via=proxy",
        "services.api.policy.cache={ttl: 1h}",
        "services.api.policy.fallback={constant: 20ms}",
        "services.api.policy.retry={attempts: 2, backoff: 0s}",
    )
    hits = play(GOOD, *kept)
    assert hits.services["api-proxy"].attempts == hits.services["api"].attempts == 1
    assert {(each.caller, each.policy) for each in hits.policies} == {
        ("users", "cache"),
        ("users", "fallback"),
        ("api-proxy", "retry"),
    }
    falls = play(BAD, *kept)
    assert falls.total.outcomes == {"degraded": 9}
    assert falls.services["api-proxy"].call_outcomes == {"degraded": 9}
    assert falls.services["api-proxy"].outcomes == {"error": 9}
    assert falls.services["api"].call_outcomes == {"error": 9}
    assert falls.services["api"].attempts == 18
    assert falls.total.latency.max == pytest.approx(0.22)


def test_a_timeout_before_a_proxy() -> None:
    """With retries it is the proxy's, for each attempt; a call timeout is the caller's."""
    slow = (
        "services.api.policy.via=proxy",
        "services.api.policy.timeout=60ms",
        "services.api.policy.retry={attempts: 3, backoff: 0s}",
    )
    result = play(GOOD, *slow)
    assert result.services["api"].outcomes == {"timeout": 27}
    assert result.services["api-proxy"].outcomes == {"error": 9}
    assert result.total.latency_all.max == pytest.approx(0.18)
    bounded = play(GOOD, *slow, "services.api.policy.call_timeout=100ms")
    assert bounded.total.outcomes == {"timeout": 9}
    assert bounded.total.latency_all.max == pytest.approx(0.1)
    # Nobody tells the proxy, which goes on trying.
    assert bounded.services["api"].outcomes == {"timeout": 27}


def test_a_fallback_may_go_through_a_proxy_that_nobody_else_uses() -> None:
    """The proxy is there for what is asked instead, too."""
    text = BAD.replace(
        "services: {",
        "services: {spare: {policy: {via: proxy}, endpoints: {get: [{work: 30ms}]}}, ",
    )
    result = play(text, "traffic.users.fallback={call: spare.get}")
    assert result.total.outcomes == {"degraded": 9}
    assert result.services["spare-proxy"].attempts == result.services["spare"].attempts == 9


# Who has which policy.

PLACES = """
scenario: places
duration: 20s
defaults: {retry: {attempts: 2, backoff: 0s}}
policies: {named: {retry: {attempts: 4, backoff: 0s}}}
traffic: {users: {rate: 1/s, arrivals: constant, target: front.get, retry: null, profile: [{at: 9.5s, rate: 0/s}]}}
services:
  front: {endpoints: {get: [{call: back.get, policy: named, retry: {attempts: 5, backoff: 0s}}]}}
  back: {policy: {retry: {attempts: 3, backoff: 0s}}, endpoints: {get: [{fail: 100%}]}}
"""
OWN = "services.front.endpoints.get.0"


@pytest.mark.parametrize(
    ("settings", "attempts"),
    [
        ((), 5),
        ((f"{OWN}={{call: back.get, policy: named}}",), 4),
        ((f"{OWN}={{call: back.get}}",), 3),
        ((f"{OWN}={{call: back.get}}", "services.back.policy=null"), 2),
        ((f"{OWN}={{call: back.get}}", "services.back.policy=named"), 4),
        ((f"{OWN}={{call: back.get}}", "services.back.policy=null", "defaults.retry=null"), 1),
        ((f"{OWN}.retry=null",), 1),
        ((f"{OWN}={{call: back.get, policy: named}}", "policies.named.retry=null"), 1),
        ((f"{OWN}={{call: back.get}}", "services.back.policy.retry=null"), 1),
        # A key that says nothing of retries leaves them as they are.
        ((f"{OWN}={{call: back.get, timeout: 1s}}",), 3),
        ((f"{OWN}={{call: back.get, policy: named, timeout: 1s}}",), 4),
    ],
)
def test_who_wins(settings: tuple[str, ...], attempts: int) -> None:
    """The defaults, the callee, the named policy, the call: a later one wins, also with null."""
    result = play(PLACES, *settings)
    assert result.services["front"].attempts == 9
    assert result.services["back"].attempts == 9 * attempts


def test_keys_win_one_by_one() -> None:
    """Each key is from the last place that says it: five keys from four places."""
    result = play(
        PLACES,
        "defaults.timeout=10s",
        "defaults.fallback={constant: 7ms}",
        "policies.named.call_timeout=30ms",
        "services.back.policy.retry={attempts: 9, backoff: 20ms, multiplier: 1, jitter: none}",
        f"{OWN}={{call: back.get, policy: named, breaker: {{consecutive_failures: 1000}}}}",
        "policies.named.retry=null",
        "traffic.users.fallback=null",
    )
    # No retries by the named policy; the constant of the defaults, for the failure of one attempt.
    assert result.services["back"].attempts == 9
    assert result.total.outcomes == {"degraded": 9}
    assert result.total.latency.max == pytest.approx(0.007)
    assert counters(result, "breaker")["failed"] == 9


def test_a_named_policy_for_a_class_of_users() -> None:
    """A class may build on one as a call does."""
    text = PLACES.replace("target: front.get, retry: null", "target: back.get, policy: named")
    result = play(text)
    assert result.services["back"].attempts == 9 * 4
    assert play(text, "traffic.users.retry=null").services["back"].attempts == 9
