"""What a caller sees of each policy by itself, and when: whole worlds with times worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from simulator.experiment.result import Result, Trace
from simulator.experiment.run import Run, simulate
from simulator.scenario import parse


def play(text: str, *settings: str) -> Result:
    """Play a scenario given as text, with the laws checked."""
    return simulate(parse(text, settings=settings).scenario, check=True)


def counters(result: Result, policy: str, caller: str | None = None) -> Mapping[str, float]:
    """What the only policy of that kind has counted; of that caller, if there are several."""
    (figures,) = (
        each for each in result.policies if each.policy == policy and caller in (None, each.caller)
    )
    return figures.counters


def sent(trace: Trace, callee: str = "api.get") -> list[float]:
    """When the attempts of a request to one endpoint were sent, since it started."""
    return [each.sent - trace.started for each in trace.spans if each.callee == callee]


def seconds(trace: Trace) -> float:
    """How long a request took."""
    assert trace.ended is not None
    return trace.ended - trace.started


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

Ending = tuple[str, float]


def three(*settings: str) -> tuple[Result, list[Ending]]:
    """How the three calls ended and after how long, and the whole result."""
    result = play(THREE, *settings)
    endings = []
    for name in "abc":
        (outcome,) = (
            how for edge in result.edges if edge.callee == f"back.{name}" for how in edge.outcomes
        )
        endings.append((outcome, result.traffic[name].latency_all.max or 0.0))
    return result, endings


def after(outcome: str, took: float) -> Ending:
    """An ending, but for rounding."""
    return (outcome, pytest.approx(took))


# Retries.


@pytest.mark.parametrize(
    ("retry", "waits"),
    [
        ("attempts: 4, backoff: 200ms, multiplier: 1", [0.2, 0.2, 0.2]),
        ("attempts: 5, backoff: 100ms, max_backoff: 300ms", [0.1, 0.2, 0.3, 0.3]),
        ("attempts: 4, backoff: 50ms, multiplier: 3", [0.05, 0.15, 0.45]),
        ("attempts: 3, backoff: 0s", [0.0, 0.0]),
        ("attempts: 1, backoff: 1s", []),
    ],
)
def test_waits_add_up(retry: str, waits: list[float]) -> None:
    """Attempts are sent when the one before has failed and the wait is over, and not otherwise."""
    result = play(BAD, f"traffic.users.retry={{{retry}, jitter: none}}")
    expected = [0.1 * n + sum(waits[:n]) for n in range(len(waits) + 1)]
    for trace in result.traces:
        assert sent(trace) == pytest.approx(expected)
        assert seconds(trace) == pytest.approx(expected[-1] + 0.1)
        assert trace.outcome == "error"
    assert result.total.outcomes == {"error": 9}
    assert result.services["api"].attempts == 9 * len(expected)
    found = counters(result, "retry")
    assert found["sent"] == 9 * len(waits)
    assert found["exhausted"] == (9 if waits else 0)
    assert found["succeeded"] == 0


def test_a_retry_saves_a_call() -> None:
    """The first attempt that goes well ends it; refusals take no time."""
    result = play(
        GOOD,
        "traffic.users.retry={attempts: 5, backoff: 100ms, multiplier: 1, jitter: none}",
        "faults=[{at: 0.9s, for: 350ms, kill: {service: api}}]",
    )
    first, *others = result.traces
    assert sent(first) == pytest.approx([0.0, 0.1, 0.2, 0.3])
    assert [each.outcome for each in first.spans] == ["refused"] * 3 + ["ok"]
    assert seconds(first) == pytest.approx(0.4)
    assert all(seconds(each) == pytest.approx(0.1) for each in others)
    assert result.total.outcomes == {"ok": 9}
    assert counters(result, "retry")["succeeded"] == 1
    assert result.services["api"].call_outcomes == {"ok": 9}
    assert result.services["api"].outcomes == {"ok": 9, "refused": 3}


def test_only_the_listed_outcomes_are_tried_again() -> None:
    """An error is not, where only refusals are."""
    listed = "traffic.users.retry={attempts: 3, backoff: 0s, on: [refused]}"
    assert play(BAD, listed).services["api"].attempts == 9
    dead = "faults=[{at: 0s, kill: {service: api}}]"
    assert play(BAD, listed, dead).services["api"].attempts == 27


@pytest.mark.parametrize(("honour", "wait"), [("true", 0.7), ("false", 0.1)])
def test_retry_after_is_honoured_or_not(honour: str, wait: float) -> None:
    """Who has been asked to wait for 700 ms does, if it is told to honour that."""
    result = play(
        GOOD,
        "services.api.rate_limit={rate: 0.01/s, burst: 1}",
        "services.api.retry_after=700ms",
        "traffic.users.retry={attempts: 2, backoff: 100ms, jitter: none, "
        f"honour_retry_after: {honour}}}",
    )
    for trace in result.traces[1:]:
        assert sent(trace) == pytest.approx([0.0, wait])
        assert trace.outcome == "rate_limited"


def test_a_call_timeout_bounds_all_attempts_together() -> None:
    """It ends in the midst of an attempt or of a wait, and the callee does not hear of it."""
    retry = "traffic.users.retry={attempts: 9, backoff: 100ms, multiplier: 1, jitter: none}"
    in_attempt = play(BAD, retry, "traffic.users.call_timeout=450ms")
    for trace in in_attempt.traces:
        assert sent(trace) == pytest.approx([0.0, 0.2, 0.4])
        assert seconds(trace) == pytest.approx(0.45)
    assert in_attempt.total.outcomes == {"timeout": 9}
    assert in_attempt.services["api"].outcomes == {"error": 18, "cancelled": 9}
    assert in_attempt.services["api"].work == pytest.approx(27 * 0.1)
    assert counters(in_attempt, "call") == {"call_timeouts": 9, "duplicates": 0}
    in_wait = play(BAD, retry, "traffic.users.call_timeout=350ms")
    assert in_wait.total.latency_all.max == pytest.approx(0.35)
    assert in_wait.services["api"].outcomes == {"error": 18}


def test_a_deadline_stops_retries_that_would_be_too_late() -> None:
    """The call ends with the failure that it has, when it has it."""
    result = play(
        BAD,
        "traffic.users.retry={attempts: 9, backoff: 100ms, multiplier: 1, jitter: none}",
        "traffic.users.deadline=390ms",
    )
    for trace in result.traces:
        assert sent(trace) == pytest.approx([0.0, 0.2])
        assert seconds(trace) == pytest.approx(0.3)
        assert trace.outcome == "error"
    assert counters(result, "retry")["too_late"] == 9
    assert counters(result, "retry")["exhausted"] == 0


def test_what_may_have_been_done_is_not_done_again() -> None:
    """A call that is not idempotent is tried again after a full queue, and not after a timeout."""
    retry = "traffic.users.retry={attempts: 3, backoff: 0s}"
    once = "traffic.users.idempotent=false"
    slow = play(GOOD, retry, once, "traffic.users.timeout=50ms")
    assert slow.services["api"].attempts == 9
    assert counters(slow, "retry")["unsafe"] == 9
    assert play(GOOD, retry, "traffic.users.timeout=50ms").services["api"].attempts == 27
    full = play(
        GOOD,
        retry,
        once,
        "services.api.rate_limit={rate: 0.01/s, burst: 1}",
        "traffic.users.retry.on=[rate_limited]",
    )
    assert full.services["api"].attempts == 1 + 8 * 3


def test_duplicates_are_counted_exactly() -> None:
    """An attempt that timed out and its retry are both done, unless the callee is told to stop."""
    settings = ("traffic.users.timeout=80ms", "traffic.users.retry={attempts: 3, backoff: 0s}")
    result = play(GOOD, *settings)
    assert result.total.outcomes == {"timeout": 9}
    assert counters(result, "call") == {"call_timeouts": 0, "duplicates": 18}
    assert result.services["api"].work == pytest.approx(27 * 0.1)
    told = play(GOOD, *settings, "traffic.users.cancel=true")
    assert [each.policy for each in told.policies] == ["retry"]
    assert told.services["api"].work == pytest.approx(27 * 0.08)
    # The first answer is on its way, 50 ms from the user, when the second is asked for.
    far = play(
        GOOD, "network.latency=50ms", "traffic.users.timeout=180ms", "traffic.users.retry=polly"
    )
    assert counters(far, "call")["duplicates"] == 27
    assert far.services["api"].work == pytest.approx(36 * 0.1)


def test_an_answer_after_a_retry_counts_as_a_duplicate_too() -> None:
    """A slow first attempt ends after the call has its answer from the second."""
    result = play(
        GOOD,
        "services.api.replicas=2",
        "services.api.speed=[0.2, 1]",
        "services.api.weight=[1, 1]",
        "traffic.users.timeout=150ms",
        "traffic.users.retry={attempts: 2, backoff: 0s}",
    )
    slow = [trace for trace in result.traces if len(trace.spans) == 2]
    assert 1 <= len(slow) <= 9
    for trace in slow:
        assert [each.instance for each in trace.spans] == ["api-1", "api-2"]
        assert [each.outcome for each in trace.spans] == ["timeout", "ok"]
        assert seconds(trace) == pytest.approx(0.25)
    assert result.total.outcomes == {"ok": 9}
    assert counters(result, "call")["duplicates"] == len(slow)


def test_another_instance_is_sought() -> None:
    """A retry that wants another instance finds one, where chance alone repeats half of them."""
    retry = "traffic.users.retry={attempts: 2, backoff: 0s, another_instance: %s}"
    settings = (
        "traffic.users.balancer=random",
        "services.api.replicas=2",
        "traffic.users.rate=100/s",
    )
    again = {}
    for wanted in ("true", "false"):
        result = play(BAD, *settings, retry % wanted, "traces=1000")
        pairs = [tuple(each.instance for each in trace.spans) for trace in result.traces]
        assert len(pairs) == result.total.started
        again[wanted] = sum(first == second for first, second in pairs) / len(pairs)
    # Six picks that are all the same: 1 in 64; 3.3 standard errors of about 950 requests.
    assert again["true"] == pytest.approx(1 / 64, abs=3.3 * (1 / 64 / 950) ** 0.5)
    assert again["false"] == pytest.approx(0.5, abs=3.3 * (0.25 / 950) ** 0.5)


# Hedges.

TWO = ("services.api.replicas=2", "services.api.speed=[0.1, 1]", "services.api.weight=[1, 1]")
"""One instance takes a second, the other a tenth of that."""


@pytest.mark.parametrize("cancel", ["true", "false"])
def test_a_hedge_is_sent_at_exactly_the_delay(cancel: str) -> None:
    """The first answer wins; the loser is cancelled, and what it did is wasted."""
    result = play(GOOD, *TWO, f"traffic.users.hedge={{delay: 200ms, cancel: {cancel}}}")
    hedged = [trace for trace in result.traces if len(trace.spans) == 2]
    assert 3 <= len(hedged) <= 9
    for trace in hedged:
        slow, fast = trace.spans
        assert (slow.instance, fast.instance) == ("api-1", "api-2")
        assert sent(trace) == pytest.approx([0.0, 0.2])
        assert seconds(trace) == pytest.approx(0.3)
        assert (slow.outcome, fast.outcome) == ("cancelled", "ok")
        assert slow.ended == fast.ended == trace.ended
    for trace in result.traces:
        if trace not in hedged:
            assert seconds(trace) == pytest.approx(0.1)
    found = counters(result, "hedge")
    assert found["copies"] == found["won"] == len(hedged)
    api = result.services["api"]
    each = 0.3 if cancel == "true" else 1.0
    assert api.wasted_work == pytest.approx(each * len(hedged))
    assert api.work == pytest.approx(each * len(hedged) + 0.9)
    assert result.total.attempts_per_request == pytest.approx(1 + len(hedged) / 9)


def test_no_hedge_where_the_answer_is_in_time() -> None:
    """A copy whose time comes with the answer is not sent."""
    result = play(GOOD, "services.api.replicas=2", "traffic.users.hedge={delay: 101ms}")
    assert result.services["api"].attempts == 9
    assert counters(result, "hedge") == {"copies": 0, "won": 0, "refused": 0}


def test_several_copies_each_after_the_delay() -> None:
    """With `maximum: 2` one goes after the delay and one more after as long again."""
    result = play(
        GOOD,
        "services.api.replicas=3",
        "traffic.users.hedge={delay: 40ms, maximum: 2}",
        "traffic.users.balancer=round_robin",
    )
    for trace in result.traces:
        assert sent(trace) == pytest.approx([0.0, 0.04, 0.08])
        assert sorted(str(each.instance) for each in trace.spans) == ["api-1", "api-2", "api-3"]
        assert [each.outcome for each in trace.spans] == ["ok", "cancelled", "cancelled"]
        assert seconds(trace) == pytest.approx(0.1)
    assert counters(result, "hedge") == {"copies": 18, "won": 0, "refused": 0}


@pytest.mark.parametrize(("patient", "took"), [("true", 0.15), ("false", 0.1)])
def test_a_failure_ends_the_call_or_the_copy_goes_on(patient: str, took: float) -> None:
    """`on_failure` says whether a failure waits for the copies that are under way."""
    result = play(BAD, f"traffic.users.hedge={{delay: 50ms, on_failure: {patient}}}")
    assert all(seconds(trace) == pytest.approx(took) for trace in result.traces)
    assert result.total.outcomes == {"error": 9}


def test_a_hedge_that_has_no_answer_tells_nobody() -> None:
    """Only slower copies are cancelled: a call that is given up says no more than without a hedge."""
    settings = ("traffic.users.hedge={delay: 20ms}", "traffic.users.call_timeout=50ms")
    result = play(GOOD, "services.api.replicas=2", *settings)
    assert result.services["api"].outcomes == {"cancelled": 18}
    assert result.services["api"].work == pytest.approx(18 * 0.1)
    told = play(GOOD, "services.api.replicas=2", *settings, "traffic.users.cancel=true")
    assert told.services["api"].work == pytest.approx(9 * (0.05 + 0.03))


def test_what_is_not_idempotent_is_not_hedged() -> None:
    """A copy is a repetition."""
    result = play(GOOD, "traffic.users.hedge={delay: 10ms}", "traffic.users.idempotent=false")
    assert result.services["api"].attempts == 9


BUSY = """
scenario: busy
duration: 20s
traffic:
  users: {rate: 1/s, arrivals: constant, target: api.get, hedge: {delay: 0s, tied: true}, profile: [{at: 9.5s, rate: 0/s}]}
  other: {rate: 1/s, arrivals: constant, target: api.long, profile: [{at: 1.5s, rate: 0/s}]}
services:
  api: {replicas: 2, concurrency: 1, endpoints: {get: [{work: 100ms}], long: [{work: 10s}]}}
"""


def test_tied_copies_are_taken_back_when_one_begins() -> None:
    """A copy is sent when the first waits; whichever begins, the other leaves its queue."""
    result = play(BUSY)
    users = [trace for trace in result.traces if trace.traffic == "users"]
    copied = [trace for trace in users if len(trace.spans) == 2]
    assert 3 <= len(copied) < 9
    for trace in copied:
        waiting, working = trace.spans
        assert (waiting.outcome, working.outcome) == ("cancelled", "ok")
        assert waiting.served_from is None
        assert waiting.ended == working.sent == trace.started
    assert all(seconds(trace) == pytest.approx(0.1) for trace in users)
    assert counters(result, "hedge") == {"copies": len(copied), "won": len(copied), "refused": 0}
    assert result.services["api"].wasted_work == 0.0


def test_tied_copies_that_wait_far_away() -> None:
    """Over a network a copy is sent before it is known that the first has begun."""
    result = play(BUSY, "network.latency=10ms")
    for trace in result.traces:
        if trace.traffic == "users":
            assert sorted(str(each.outcome) for each in trace.spans) == ["cancelled", "ok"]
            assert seconds(trace) == pytest.approx(0.12)
            (loser,) = (each for each in trace.spans if each.outcome == "cancelled")
            assert loser.ended == pytest.approx(trace.started + 0.01)
    assert result.traffic["users"].outcomes == {"ok": 9}
    assert counters(result, "hedge")["copies"] == 9


def test_tied_copies_may_both_begin_over_a_network() -> None:
    """The one that begins first wins, also when the other begins before it hears of that."""
    text = BUSY.replace(
        "{rate: 1/s, arrivals: constant, target: api.long", "{rate: 0/s, target: api.long"
    )
    result = play(text, "network.latency=10ms")
    assert result.traffic["users"].outcomes == {"ok": 9}
    assert all(seconds(trace) == pytest.approx(0.12) for trace in result.traces)
    # The loser works from the moment at which it is asked to that at which it is told to stop.
    assert result.services["api"].wasted_work == pytest.approx(9 * 0.01)


# Fallbacks.


def test_a_constant_instead() -> None:
    """The user has something, a while later; it is available, and no goodput."""
    result = play(BAD, "traffic.users.fallback={constant: 50ms}")
    assert result.total.outcomes == {"degraded": 9}
    assert result.total.latency.mean == pytest.approx(0.15)
    assert result.total.availability == 1.0
    assert result.total.goodput == 0.0
    assert result.services["api"].outcomes == {"error": 9}
    assert result.services["api"].call_outcomes == {"degraded": 9}
    assert counters(result, "fallback") == {"used": 9, "failed": 0}


@pytest.mark.parametrize(
    ("good", "outcome", "took"), [("0%", "degraded", 0.13), ("100%", "error", 0.13)]
)
def test_another_call_instead(good: str, outcome: str, took: float) -> None:
    """As good as its callee; if that fails too, the call has failed as it had."""
    text = BAD.replace(
        "services: {",
        f"services: {{spare: {{endpoints: {{get: [{{work: 30ms}}, {{fail: {good}}}]}}}}, ",
    )
    result = play(text, "traffic.users.fallback={call: spare.get}")
    assert result.total.outcomes == {outcome: 9}
    assert result.total.latency_all.mean == pytest.approx(took)
    assert result.services["spare"].attempts == 9
    found = counters(result, "fallback")
    assert found == {"used": 9 * (outcome == "degraded"), "failed": 9 * (outcome == "error")}
    if outcome == "error":
        assert result.total.failed_by == {"api": 9}


def test_an_old_answer_instead() -> None:
    """As long as it is not too old."""
    result = play(
        GOOD,
        "traffic.users.cache={ttl: 100ms}",
        "traffic.users.fallback={stale: 4s}",
        "faults=[{at: 2.5s, for: 6s, kill: {service: api}}]",
    )
    # The last answer is from 2.1 s: it will do at 3, 4, 5 and 6 s, not at 7 and 8.
    assert [trace.outcome for trace in result.traces] == (
        ["ok"] * 2 + ["degraded"] * 4 + ["refused"] * 2 + ["ok"]
    )
    assert counters(result, "fallback") == {"used": 4, "failed": 2}


def test_a_fallback_only_for_what_is_listed() -> None:
    """Errors are not, where only timeouts are."""
    listed = "traffic.users.fallback={constant: 0s, on: [timeout]}"
    assert play(BAD, listed).total.outcomes == {"error": 9}
    assert play(BAD, listed, "traffic.users.timeout=50ms").total.outcomes == {"degraded": 9}


CHAIN = """
scenario: chain
duration: 10s
traffic: {users: {rate: 1/s, arrivals: constant, target: front.get, slo: 10s}}
services:
  front: {endpoints: {get: [{call: middle.get}, {work: 1ms}]}}
  middle: {endpoints: {get: [{together: [{call: back.get}, {work: 1ms}]}]}}
  back: {endpoints: {get: [{fail: 100%}]}}
"""


def test_degraded_travels_up_to_the_user() -> None:
    """Whoever goes on with a degraded answer gives one; it counts as available, not as goodput."""
    result = play(CHAIN, "services.back.policy.fallback=constant")
    assert result.total.outcomes == {"degraded": 9}
    assert result.total.goodput == 0.0
    assert result.total.availability == 1.0
    for name in ("front", "middle"):
        assert result.services[name].outcomes == {"degraded": 9}
    assert play(CHAIN).total.outcomes == {"error": 9}


def test_a_cache_makes_no_degraded_answer_good() -> None:
    """A degraded answer that is kept is degraded for all who are given it."""
    result = play(
        CHAIN, "services.back.policy.fallback=constant", "services.middle.policy.cache={ttl: 1h}"
    )
    assert counters(result, "cache")["hits"] == 8
    assert result.total.outcomes == {"degraded": 9}


# Bulkheads.


def test_a_bulkhead_lets_them_in_in_order() -> None:
    """One permit for three calls at once to three endpoints: one after another, in their order."""
    result, endings = three("services.back.policy.bulkhead={concurrency: 1, wait: 1s}")
    assert endings == [after("ok", 0.1), after("ok", 0.2), after("ok", 0.3)]
    begun = [trace.spans[1].sent for trace in result.traces]
    assert begun == pytest.approx([5.0, 5.1, 5.2])
    assert counters(result, "bulkhead") == {"rejected": 0, "waited": 2}


@pytest.mark.parametrize(
    ("bulkhead", "endings", "rejected"),
    [
        ("concurrency: 2", [("ok", 0.1), ("ok", 0.1), ("bulkhead_full", 0.0)], 1),
        ("concurrency: 1, wait: 150ms", [("ok", 0.1), ("ok", 0.2), ("bulkhead_full", 0.15)], 1),
        ("concurrency: 1, queue: 1", [("ok", 0.1), ("ok", 0.2), ("bulkhead_full", 0.0)], 1),
        (
            "concurrency: 1, queue: 1, wait: 50ms",
            [("ok", 0.1), ("bulkhead_full", 0.05), ("bulkhead_full", 0.0)],
            2,
        ),
        ("concurrency: 0, wait: 1s", [("bulkhead_full", 0.0)] * 3, 3),
    ],
)
def test_a_bulkhead_turns_away(bulkhead: str, endings: list[Ending], rejected: int) -> None:
    """At once without a wait, after the wait with one, at once where the line is full."""
    result, found = three(f"services.back.policy.bulkhead={{{bulkhead}}}")
    assert found == [after(*each) for each in endings]
    assert counters(result, "bulkhead")["rejected"] == rejected
    assert result.services["back"].attempts == 3 - rejected


def test_a_permit_comes_back_when_the_caller_gives_up() -> None:
    """Also while the callee works on: permits are the caller's threads."""
    _, endings = three(
        "services.back.policy.bulkhead={concurrency: 1, wait: 1s}",
        "services.back.endpoints.a=[{work: 1s}]",
        "services.front.endpoints.a.0.timeout=50ms",
    )
    assert endings == [after("timeout", 0.05), after("ok", 0.15), after("ok", 0.25)]


# Rate limits.


def test_a_rate_limiter_makes_them_wait_or_turns_them_away() -> None:
    """The second call waits for its turn; the third would have to wait for too long."""
    result, endings = three("services.back.policy.rate_limit={rate: 4/s, burst: 1, wait: 300ms}")
    assert endings == [after("ok", 0.1), after("ok", 0.35), after("rate_limited", 0.0)]
    assert counters(result, "rate_limit") == {"rejected": 1, "waited": 1}


def test_a_rate_limiter_does_not_let_wait_beyond_the_deadline() -> None:
    """Whoever has not so much time left is turned away at once."""
    result, endings = three(
        "services.back.policy.rate_limit={rate: 4/s, burst: 1, wait: 10s}",
        "services.back.policy.deadline=300ms",
    )
    # The second is sent after 250 ms, and has 50 ms left.
    assert endings == [after("ok", 0.1), after("timeout", 0.3), after("rate_limited", 0.0)]
    assert result.services["back"].attempts == 2


# Breakers.


def test_a_breaker_opens_rejects_tries_and_closes() -> None:
    """After exactly three failures it rejects at once; after the wait one call may try."""
    breaker = "traffic.users.breaker={consecutive_failures: 3, wait: 2.5s, permitted_calls: 1}"
    result = play(GOOD, breaker, "faults=[{at: 0.5s, for: 5.05s, kill: {service: api}}]")
    outcomes = ["refused"] * 3 + ["breaker_open"] * 2 + ["ok"] * 4
    assert [trace.outcome for trace in result.traces] == outcomes
    assert [seconds(trace) for trace in result.traces[3:5]] == [0.0, 0.0]
    found = counters(result, "breaker")
    assert found == {
        "opened": 1,
        "half_opened": 1,
        "closed": 1,
        "rejected": 2,
        "succeeded": 4,
        "failed": 3,
        "slow": 0,
        "open_seconds": pytest.approx(3.0),
    }


def test_a_breaker_that_tries_in_vain_opens_again() -> None:
    """Each trial that fails costs another wait."""
    breaker = "traffic.users.breaker={consecutive_failures: 3, wait: 1.5s, permitted_calls: 1}"
    result = play(BAD, breaker)
    # Open at 3.1 s, tried at 5 s, open at 5.1 s, tried at 7 s, open at 7.1 s, tried at 9 s.
    expected = ["error"] * 3 + ["breaker_open", "error"] * 3
    assert [trace.outcome for trace in result.traces] == expected
    assert counters(result, "breaker")["opened"] == 4


def test_half_open_lets_through_as_many_as_are_permitted() -> None:
    """Of ten calls at a time, two may try; the others are rejected."""
    result = play(
        GOOD,
        "traffic.users.rate=1000/s",
        "traffic.users.profile=[{at: 4s, rate: 0/s}]",
        "traffic.users.breaker={consecutive_failures: 1, wait: 2s, permitted_calls: 2, successes: 2}",
        "faults=[{at: 0s, for: 2.0015s, kill: {service: api}}]",
    )
    # Open from 1 ms on; the one call at 2.001 s is the very end of the wait, and so too early; those
    # at 2.002 s and 2.003 s try, and the answer of the second comes at 2.103 s.
    api = result.services["api"]
    assert api.outcomes["refused"] == 1
    found = counters(result, "breaker")
    assert (found["opened"], found["half_opened"], found["closed"]) == (1, 1, 1)
    assert found["open_seconds"] == pytest.approx(2.001, abs=1e-6)
    rejected = result.total.outcomes["breaker_open"]
    assert found["rejected"] == rejected
    # 2 to 2,001 while open, 2,004 to 2,103 half open; the last of these may tie with the answer.
    assert rejected in (2000 + 99, 2000 + 100)


@pytest.mark.parametrize(("scope", "failures"), [("shared", 3), ("caller", 6), ("callee", 18)])
def test_whose_breaker_it_is(scope: str, failures: int) -> None:
    """Three failures open one for all, one of two callers', or one of six pairs'."""
    text = f"""
scenario: scopes
duration: 60s
traffic: {{users: {{rate: 10/s, arrivals: constant, target: front.get}}}}
services:
  front: {{replicas: 2, endpoints: {{get: [{{call: back.get}}]}}}}
  back:
    replicas: 3
    policy: {{breaker: {{consecutive_failures: 3, wait: 1h, scope: {scope}}}}}
    endpoints: {{get: [{{fail: 100%}}]}}
"""
    result = play(text)
    assert result.services["back"].attempts == failures
    found = counters(result, "breaker")
    assert found["failed"] == failures
    assert found["opened"] == failures / 3
    assert result.services["back"].call_outcomes["breaker_open"] == found["rejected"]


def test_reading_the_counters_changes_nothing() -> None:
    """Breakers with jitter, looked at all along, do as those that are looked at in the end."""
    text = """
scenario: looked-at
duration: 60s
traffic: {users: {rate: 20/s, target: api.get, timeout: 1s}}
services:
  api:
    replicas: 3
    policy: {breaker: {consecutive_failures: 2, wait: 50ms, wait_jitter: 50%, scope: callee, automatic: true, half_open_wait: 20ms}}
    endpoints: {get: [{work: {exponential: 5ms}}, {fail: 60%}]}
"""
    scenario = parse(text).scenario
    run = Run(scenario)
    while not run.world.kernel.run(60.0, 20):
        for group in run.world.policies:
            for part in group.parts:
                part.counters(run.world.kernel.now)
    run.advance()
    looked_at, plain = run.result(), simulate(scenario)
    assert plain.total.outcomes["breaker_open"] > 100
    assert looked_at.traffic == plain.traffic
    assert looked_at.services == plain.services


# Concurrency limits.


def test_a_fixed_limit_turns_away_and_nobody_waits() -> None:
    """The third of three calls at once is one too many for two."""
    result, endings = three("services.back.policy.concurrency_limit={algorithm: fixed, limit: 2}")
    assert endings == [after("ok", 0.1), after("ok", 0.1), after("bulkhead_full", 0.0)]
    assert counters(result, "concurrency_limit") == {"rejected": 1, "limit": 2}


def test_a_limit_falls_with_timeouts_and_grows_with_success() -> None:
    """AIMD: ten timeouts in a row from 40, each takes a tenth; successes add one each."""
    limit = "{algorithm: aimd, limit: 40, minimum: 1, maximum: 50}"
    settings = (f"traffic.users.concurrency_limit={limit}", "traffic.users.timeout=50ms")
    expected = 40
    for _ in range(9):
        expected = int(expected * 0.9)
    assert counters(play(GOOD, *settings), "concurrency_limit")["limit"] == expected
    alone = play(GOOD, "traffic.users.concurrency_limit={algorithm: aimd, limit: 1, minimum: 1}")
    # One under way is half of a limit of 1 or 2, and less than half of 3: it grows no further.
    assert counters(alone, "concurrency_limit")["limit"] == 3


# Caches.


def test_a_cache_hits_misses_and_forgets() -> None:
    """An answer that came at 1.1 s is fresh at 2 s and 3 s, and old at 4 s."""
    result = play(GOOD, "traffic.users.cache={ttl: 2.5s}")
    took = [seconds(trace) for trace in result.traces]
    assert took == pytest.approx([0.1, 0.0, 0.0] * 3)
    assert result.services["api"].attempts == 3
    assert result.services["api"].calls == 9
    expected = {"hits": 6, "stale": 0, "misses": 3, "coalesced": 0}
    assert counters(result, "cache") == expected
    assert (
        counters(play(GOOD, "traffic.users.cache={ttl: 2.5s, coalesce: false}"), "cache")
        == expected
    )


def test_failures_are_not_kept() -> None:
    """Each call asks anew."""
    result = play(BAD, "traffic.users.cache={ttl: 1h}")
    assert result.services["api"].attempts == 9
    assert result.total.outcomes == {"error": 9}


@pytest.mark.parametrize("capacity", [1, 3, 7])
def test_the_least_recently_used_answer_goes_first(capacity: int) -> None:
    """The hits are those of a plain model of an LRU cache on the same keys."""
    text = f"""
scenario: keys
duration: 1000s
traffic: {{users: {{rate: 1/s, arrivals: constant, target: api.get, key: {{zipf: {{items: 10}}}}, cache: {{ttl: 1h, capacity: {capacity}}}}}}}
services: {{api: {{endpoints: {{get: [{{work: 100ms}}]}}}}}}
"""
    run = Run(parse(text).scenario, check=True)
    nature = run.world.sources["users"].entries[0].tally.nature
    assert nature.keys is not None
    keys = [int(nature.keys.at(number)) for number in range(999)]
    run.advance()
    kept: list[int] = []
    hits = 0
    for key in keys:
        if key in kept:
            kept.remove(key)
            hits += 1
        kept.append(key)
        del kept[:-capacity]
    found = counters(run.result(), "cache")
    assert found["hits"] == hits > 100
    assert found["misses"] == 999 - hits


BURST = """
scenario: burst
duration: 5s
traffic: {users: {rate: 10/s, arrivals: constant, target: api.get, cache: {ttl: 10s}}}
services: {api: {endpoints: {get: [{work: 450ms}]}}}
"""


def test_one_fetch_serves_all_who_ask_meanwhile() -> None:
    """All have their answer at the same moment, and the callee was asked once."""
    result = play(BURST)
    waited = [trace.ended for trace in result.traces[:5]]
    assert waited == pytest.approx([0.55] * 5)
    assert all(seconds(trace) == 0.0 for trace in result.traces[5:])
    assert result.services["api"].attempts == 1
    assert counters(result, "cache") == {"hits": 44, "stale": 0, "misses": 1, "coalesced": 4}
    apart = play(BURST, "traffic.users.cache.coalesce=false")
    assert apart.services["api"].attempts == 5
    assert [seconds(trace) for trace in apart.traces[:6]] == pytest.approx([0.45] * 5 + [0.0])


def test_old_answers_are_given_while_new_ones_are_fetched() -> None:
    """At 3 s and 5 s and so on the answer is old: it is given at once, and renewed."""
    result = play(GOOD, "traffic.users.cache={ttl: 1s, stale_while_revalidate: 1s}")
    assert [seconds(trace) for trace in result.traces] == pytest.approx([0.1] + [0.0] * 8)
    # Fetched at 1 s; fresh at 2 s; old, and fetched, at 3 s; fresh at 4 s; and so on.
    assert counters(result, "cache") == {"hits": 4, "stale": 4, "misses": 1, "coalesced": 0}
    assert result.services["api"].attempts == 5
    assert result.total.outcomes == {"ok": 9}


def test_a_fetch_outlives_those_who_wait_for_it() -> None:
    """Its user gave up, and the next one finds the answer there."""
    text = """
scenario: gone
duration: 5s
traffic: {users: {rate: 1/s, arrivals: constant, target: front.get, timeout: 50ms, cancel: true}}
services:
  front: {endpoints: {get: [{call: back.get, cache: {ttl: 1h}}]}}
  back: {endpoints: {get: [{work: 100ms}]}}
"""
    result = play(text)
    assert [trace.outcome for trace in result.traces] == ["timeout", "ok", "ok", "ok"]
    assert result.services["back"].outcomes == {"ok": 1}


def test_a_fetch_dies_with_its_process() -> None:
    """The retries of a fetch end when the instance that wants it is killed."""
    text = """
scenario: orphan
duration: 10s
traffic: {users: {rate: 1/s, arrivals: constant, target: front.get, profile: [{at: 1.5s, rate: 0/s}]}}
services:
  front: {endpoints: {get: [{call: back.get, cache: {ttl: 1h}, retry: {attempts: 100, backoff: 100ms, multiplier: 1, jitter: none}}]}}
  back: {endpoints: {get: [{fail: 100%}]}}
faults: [{at: 2.05s, kill: {service: front}}]
"""
    result = play(text)
    # Sent at 1.0 s, 1.1 s, ..., 2.0 s.
    assert result.services["back"].attempts == 11
    assert result.total.outcomes == {"reset": 1}


def test_a_timeout_is_for_one_attempt_behind_a_cache_too() -> None:
    """A call that waits for a fetch waits for its retries: the cache changes no outcome."""
    text = """
scenario: flaky
duration: 100s
traffic: {users: {rate: 1/s, arrivals: constant, target: api.get, timeout: 150ms, retry: {attempts: 3, backoff: 0s}}}
services: {api: {endpoints: {get: [{work: {uniform: {low: 1ms, high: 300ms}}}]}}}
"""
    plain = play(text)
    assert plain.total.outcomes["timeout"] > 5
    assert plain.services["api"].outcomes["timeout"] > 30
    cached = play(text, "traffic.users.cache={ttl: 1ms}")
    assert cached.total.outcomes == plain.total.outcomes
    assert cached.total.latency_all == plain.total.latency_all


def test_a_call_timeout_that_did_not_pass_leaves_no_trace() -> None:
    """A fetch that has ended does not time out later."""
    result = play(GOOD, "traffic.users.cache={ttl: 500ms}", "traffic.users.call_timeout=300ms")
    assert result.total.outcomes == {"ok": 9}
    assert [each.policy for each in result.policies] == ["cache"]


def test_a_deadline_is_no_call_timeout() -> None:
    """Whoever waits for a fetch until its user's time is up has no call timeout that passed."""
    text = """
scenario: late
duration: 5s
traffic: {users: {rate: 1/s, arrivals: constant, target: front.get, deadline: 50ms}}
services:
  front: {endpoints: {get: [{call: back.get, cache: {ttl: 1ms}}]}}
  back: {endpoints: {get: [{work: 100ms}]}}
"""
    result = play(text)
    assert result.services["back"].call_outcomes == {"timeout": 4}
    assert [each.policy for each in result.policies] == ["cache"]


def test_two_calls_to_an_endpoint_share_its_cache() -> None:
    """Also where they have a fallback that is another call, or differ in their retries."""
    text = """
scenario: shared
duration: 10s
traffic: {users: {rate: 1/s, arrivals: constant, mix: {front.a: 1, front.b: 1}}}
services:
  front: {endpoints: {a: [{call: back.get, retry: {attempts: 2}}], b: [{call: back.get}]}}
  back: {policy: {cache: {ttl: 1h}, fallback: {call: spare.get}}, endpoints: {get: [{work: 100ms}]}}
  spare: {endpoints: {get: [{work: 100ms}]}}
"""
    result = play(text)
    assert min(result.services["front"].endpoints[name].calls for name in "ab") >= 2
    assert counters(result, "cache") == {"hits": 8, "stale": 0, "misses": 1, "coalesced": 0}


# What a run says of its policies.

EVERYTHING: dict[str, Any] = {
    "retry": ("{attempts: 3, backoff: 10ms}", "sent"),
    "hedge": ("{delay: 20ms}", "copies"),
    "breaker": ("{window: 10, minimum_calls: 10, failure_rate: 30%, wait: 1s}", "rejected"),
    "rate_limit": ("{rate: 40/s, burst: 3}", "rejected"),
    "bulkhead": ("{concurrency: 2}", "rejected"),
    "concurrency_limit": ("{algorithm: fixed, limit: 2}", "rejected"),
    "cache": ("{ttl: 1s}", "misses"),
    "fallback": ("{constant: 0s}", "used"),
    "call_timeout": ("30ms", "call_timeouts"),
}
MIXED = """
scenario: mixed
duration: 60s
traces: 10000
traffic: {users: {rate: 50/s, target: front.get, key: {zipf: {items: 50}}}}
services:
  front: {endpoints: {get: [{call: back.get}]}}
  back: {replicas: 2, endpoints: {get: [{work: {exponential: 15ms}}, {fail: 25%}]}}
"""


@pytest.mark.parametrize("policy", EVERYTHING)
def test_counters_agree_with_outcomes(policy: str) -> None:
    """What a policy says it did is what the calls and their attempts show."""
    settings, counter = EVERYTHING[policy]
    result = play(MIXED, f"services.back.policy.{policy}={settings}")
    back = result.services["back"]
    kind = "call" if policy == "call_timeout" else policy
    found = counters(result, kind)[counter]
    seen = {
        "retry": back.attempts - back.calls,
        "hedge": back.attempts - back.calls,
        "breaker": back.call_outcomes.get("breaker_open"),
        "rate_limit": back.call_outcomes.get("rate_limited"),
        "bulkhead": back.call_outcomes.get("bulkhead_full"),
        "concurrency_limit": back.call_outcomes.get("bulkhead_full"),
        "cache": back.attempts,
        "fallback": back.call_outcomes.get("degraded"),
        "call_timeout": back.call_outcomes.get("timeout"),
    }[policy]
    assert found == seen
    assert found > 50


@pytest.mark.parametrize("policy", EVERYTHING)
def test_every_attempt_is_in_the_traces(policy: str) -> None:
    """Each has a span, whose parent is the attempt on whose behalf it was sent."""
    settings, _ = EVERYTHING[policy]
    for via in ("client", "proxy"):
        result = play(
            MIXED, f"services.back.policy.{policy}={settings}", f"services.back.policy.via={via}"
        )
        everything = [each for trace in result.traces for each in trace.spans]
        assert len(result.traces) == result.total.started
        assert len(everything) == sum(each.attempts for each in result.services.values())
        for trace in result.traces:
            for each in trace.spans:
                if each.parent is None:
                    assert each.caller == "users"
                else:
                    parent = trace.spans[each.parent]
                    assert parent.callee == each.caller
                    assert parent.sent <= each.sent


def test_the_same_run_gives_the_same_digest() -> None:
    """With all policies at once, and another seed gives another one."""
    settings = [f"services.back.policy.{name}={each}" for name, (each, _) in EVERYTHING.items()]
    scenario = parse(MIXED, settings=settings).scenario
    digests = [simulate(scenario, seed=seed).digest for seed in (1, 1, 2)]
    assert digests[0] == digests[1] != digests[2]
    assert simulate(scenario, seed=1, check=True).digest == digests[0]


# Common random numbers.

IDLE = {
    "retry": "{attempts: 3, on: [no_instance]}",
    "hedge": "{delay: 1h}",
    "breaker": "{failure_rate: 100%, slow_call_rate: null}",
    "rate_limit": "{rate: 1000000/s}",
    "bulkhead": "{concurrency: 100000, queue: 10}",
    "concurrency_limit": "{algorithm: fixed, limit: 100000}",
    "fallback": "{constant: 0s, on: [no_instance]}",
    "call_timeout": "1h",
    "timeout": "1h",
    "deadline": "1h",
}


@pytest.mark.parametrize("policy", [*IDLE, "all"])
def test_policies_that_never_act_change_nothing(policy: str) -> None:
    """Every request, and every figure of users and services, is as without them."""
    chosen = IDLE if policy == "all" else {policy: IDLE[policy]}
    bare = play(MIXED, "services.back.queue=0", "services.back.concurrency=1")
    guarded = play(
        MIXED,
        "services.back.queue=0",
        "services.back.concurrency=1",
        *(f"services.back.policy.{name}={each}" for name, each in chosen.items()),
    )
    assert bare.services["back"].outcomes["queue_full"] > 20
    assert [(each.started, each.ended, each.outcome) for each in guarded.traces] == [
        (each.started, each.ended, each.outcome) for each in bare.traces
    ]
    assert guarded.traffic == bare.traffic
    assert guarded.services == bare.services


@pytest.mark.parametrize("policy", ["retry", "breaker", "rate_limit", "fallback"])
def test_policies_that_act_shift_no_draws(policy: str) -> None:
    """A request that needs no help takes as long as without it: only the others differ."""
    bare = play(MIXED)
    helped = play(MIXED, f"services.back.policy.{policy}={EVERYTHING[policy][0]}")
    assert len(bare.traces) == len(helped.traces) > 2500
    alike = 0
    for one, other in zip(bare.traces, helped.traces, strict=True):
        assert one.started == other.started
        if one.outcome == other.outcome == "ok":
            alike += 1
            assert one.ended == other.ended
    assert alike > 500
