"""Every policy, and every pair of policies, in front of a callee in every condition.

The table is generated. Each cell plays one small scenario twice (the users call the callee
themselves; a service calls it over a network) and holds it against the oracle: what became of every
single call, when, by which attempts, and what the policies counted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.experiment.result import Result
from simulator.experiment.run import simulate
from simulator.scenario import parse
from simulator.scenario.model.scenario import Scenario

from . import oracle
from .conftest import conserved
from .oracle import Caller, Condition

CONDITIONS = {
    "healthy": Condition(),
    "crashed": Condition(dead=[(12 + 41 / 1024, 36 + 75 / 1024)]),
    "slow": Condition(slow=[(12 + 41 / 1024, 36 + 301 / 1024)]),
    "erroring": Condition(failing=True),
    "full": Condition(full=True),
    "partitioned": Condition(cut=[(12 + 41 / 1024, 36 + 75 / 1024)]),
    "torn": Condition(
        slow=[(12 + 41 / 1024, 36 + 301 / 1024)],
        cut=[
            (12 + 151 / 1024, 12 + 501 / 1024),
            (16 + 613 / 1024, 16 + 931 / 1024),
            (20 + 213 / 1024, 20 + 277 / 1024),
            (24 + 913 / 1024, 28 + 51 / 1024),
            (32 + 73 / 1024, 32 + 307 / 1024),
            (36 + 119 / 1024, 40 + 23 / 1024),
        ],
    ),
    "flapping": Condition(
        dead=[
            (8 + 41 / 1024, 8 + 101 / 1024),
            (15.5, 16 + 33 / 1024),
            (20 + 201 / 1024, 28 + 55 / 1024),
            (32 + 41 / 1024, 32 + 301 / 1024),
            (40 + 43 / 1024, 40 + 53 / 1024),
            (48 + 21 / 1024, 52 + 141 / 1024),
        ]
    ),
}


def seconds(value: float) -> str:
    """A duration as a scenario has it."""
    return f"{value!r}s"


def bucket(rate: float, burst: int, **more: str) -> dict[str, Any]:
    """A token bucket as a scenario has it."""
    return {"rate": f"{rate!r}/s", "burst": burst, **more}


CALL: dict[str, dict[str, Any]] = {
    "timeout": {"timeout": seconds(oracle.TIMEOUT)},
    "call_timeout": {"call_timeout": seconds(oracle.CALL_TIMEOUT)},
    "deadline": {"deadline": seconds(oracle.DEADLINE)},
    "retry": {
        "retry": {
            "attempts": oracle.ATTEMPTS,
            "backoff": seconds(oracle.BACKOFF),
            "multiplier": 1,
            "jitter": "none",
        }
    },
    "hedge": {"hedge": {"delay": seconds(oracle.HEDGE_DELAY)}},
    "hasty": {
        "hedge": {
            "delay": seconds(oracle.HEDGE_DELAY),
            "maximum": 2,
            "cancel": False,
            "on_failure": False,
        }
    },
    "breaker": {
        "breaker": {
            "window": oracle.BREAKER_WINDOW,
            "minimum_calls": oracle.BREAKER_LEAST,
            "failure_rate": oracle.BREAKER_RATE,
            "slow_call_duration": seconds(oracle.BREAKER_SLOW),
            "wait": seconds(oracle.BREAKER_WAIT),
            "permitted_calls": oracle.BREAKER_PERMITS,
        }
    },
    "rate_limit": {"rate_limit": bucket(oracle.SLOW_RATE, oracle.SLOW_BURST)},
    "pacing": {
        "rate_limit": bucket(oracle.PACE, oracle.PACE_BURST, wait=seconds(oracle.PACE_WAIT))
    },
    "bulkhead": {"bulkhead": {"concurrency": 1}},
    "pool": {"bulkhead": {"concurrency": 1, "queue": 1}},
    "concurrency_limit": {"concurrency_limit": {"algorithm": "fixed", "limit": 1}},
    "cache": {"cache": {"ttl": seconds(oracle.TTL)}},
    "cache_alone": {"cache": {"ttl": seconds(oracle.TTL), "coalesce": False}},
    "stale": {
        "cache": {
            "ttl": seconds(oracle.STALE_TTL),
            "stale_while_revalidate": seconds(oracle.STALE),
        }
    },
    "fallback": {"fallback": {"constant": seconds(oracle.CONSTANT)}},
    "spare": {"fallback": {"call": "spare.get"}},
    "old": {
        "cache": {"ttl": seconds(oracle.TTL)},
        "fallback": {"stale": seconds(oracle.OLD)},
    },
    "cancel": {"cancel": True},
    "once": {"idempotent": False},
}
"""The policies of a call: keys of the call."""

CALLEE: dict[str, dict[str, Any]] = {
    "shedding": {"shedding": {"deadline_left": seconds(oracle.DEADLINE_LEFT)}},
    "callee_rate": {"rate_limit": bucket(oracle.SLOW_RATE, oracle.SLOW_BURST)},
    "callee_limit": {"concurrency_limit": {"algorithm": "fixed", "limit": 1}},
    "retry_after": {"retry_after": seconds(oracle.RETRY_AFTER)},
}
"""The defences of the callee: keys of the service."""

POLICIES = {**CALL, **CALLEE}


def compatible(names: Iterable[str]) -> bool:
    """Whether no two of these policies are the same key of the same thing."""
    keys = [(name in CALL, key) for name in names for key in POLICIES[name]]
    return len(keys) == len(set(keys))


THREES = [
    ("timeout", "hedge", "pool"),
    ("timeout", "retry", "cache"),
    ("timeout", "hedge", "cancel"),
    ("call_timeout", "hedge", "pool"),
    ("call_timeout", "hedge", "pacing"),
    ("call_timeout", "retry", "pacing"),
    ("deadline", "retry", "pacing"),
    ("deadline", "hedge", "cache"),
    ("deadline", "hedge", "pool"),
    ("hedge", "pacing", "pool"),
]
"""Where one policy lets a second one do what the third must put up with."""

SETS = [
    (),
    *((name,) for name in POLICIES),
    *(pair for pair in combinations(POLICIES, 2) if compatible(pair)),
    *THREES,
]


def scenario_of(condition: Condition, policies: Iterable[str], place: str) -> Scenario:
    """The callee `back`: users call it (near), or a service does, over a network or by a proxy."""
    call: dict[str, Any] = {}
    back: dict[str, Any] = {
        "endpoints": {
            "get": [{"work": seconds(oracle.WORK)}],
            "job": [{"work": seconds(oracle.JOB)}],
        }
    }
    for name in policies:
        (call if name in CALL else back).update(POLICIES[name])
    if condition.failing:
        back["endpoints"]["get"].append({"fail": "100%"})
    spare = {"endpoints": {"get": [{"work": seconds(oracle.SPARE)}]}}
    users = {"rate": f"{1 / oracle.GAP}/s", "arrivals": "constant"}
    world: dict[str, Any] = {
        "scenario": "cell",
        "duration": seconds(oracle.END),
        "interval": seconds(oracle.END),
        "traces": 1000,
        "traffic": {"users": users},
        "services": {"back": back, "spare": spare},
    }
    if place == "near":
        users.update(call, target="back.get")
    else:
        users["target"] = "front.get"
        world["services"]["front"] = {"endpoints": {"get": [{"call": "back.get", **call}]}}
    if place == "far":
        link = {"from": "front", "to": "back", "latency": seconds(oracle.LATENCY)}
        world["network"] = {"links": [link]}
    elif place == "proxy":
        world["services"]["front"]["endpoints"]["get"][0]["via"] = "proxy"
    if condition.full:
        back.update(concurrency=1, queue=0)
        batch = {"users": 1, "think": seconds(oracle.THINK), "target": "back.job"}
        world["traffic"]["batch"] = batch
    world["faults"] = [*faults_of(condition, CALLER[place])]
    return parse(json.dumps(world)).scenario


CALLER = {"near": "users", "far": "front", "proxy": "front"}
"""Who has the policies."""
LATENCY = {"near": 0.0, "far": oracle.LATENCY, "proxy": 0.0}


def faults_of(condition: Condition, caller: str) -> Iterator[dict[str, Any]]:
    """The faults that bring a condition about."""
    harms: list[tuple[oracle.Windows, dict[str, Any]]] = [
        (condition.dead, {"kill": {"service": "back", "mode": "all"}}),
        (condition.slow, {"slow": {"service": "back", "speed": oracle.SPEED}}),
        (condition.cut, {"partition": {"service": "back", "from": [caller]}}),
    ]
    for windows, harm in harms:
        for start, end in windows:
            yield {"at": seconds(start), "for": seconds(end - start), **harm}


def tally(outcomes: Iterable[str | None]) -> dict[str, int]:
    """How often there was which outcome."""
    return dict(Counter(each for each in outcomes if each is not None))


def same_calls(result: Result, expected: Caller, place: str) -> None:
    """Every call ended as it should, and when it should."""
    found = {each.request: each for each in result.traces if each.traffic == "users"}
    assert sorted(found) == list(range(oracle.CALLS))
    for number, (outcome, ended) in enumerate(expected.calls):
        if place != "near" and outcome not in (None, "ok", "degraded"):
            # What a service does not get, it cannot give.
            outcome = "error"
        trace = found[number]
        assert trace.started == (number + 1) * oracle.GAP
        seen = (trace.outcome, oracle.NEVER if trace.ended is None else trace.ended)
        assert seen == (outcome, ended), f"call {number} of {expected.calls}"


def same_attempts(result: Result, expected: Caller) -> None:
    """Every attempt was sent when it should be, and ended as it should, when it should."""
    back = result.services["back"]
    every = expected.every_attempt
    ended = [each.outcome for each in every if each.ended <= oracle.END]
    assert back.attempts == len(every)
    assert back.outcomes == tally(ended)
    assert back.in_flight == len(every) - len(ended)
    assert back.work == pytest.approx(expected.work)
    assert back.wasted_work == pytest.approx(expected.wasted_work)
    spans = [
        (span.sent, span.outcome, oracle.NEVER if span.ended is None else span.ended)
        for trace in result.traces
        for span in trace.spans
        if span.callee == "back.get"
    ]
    attempts = [each for some in expected.attempts for each in some]
    assert spans == [(each.sent, each.outcome, each.ended) for each in attempts]


def same_counts(result: Result, expected: Caller, caller: str) -> None:
    """Calls are counted by how they ended, and the policies counted what they should."""
    (edge,) = (each for each in result.edges if each.callee == "back.get")
    assert (edge.caller.partition(".")[0], edge.calls) == (caller, oracle.CALLS)
    assert edge.outcomes == tally(outcome for outcome, _ in expected.calls)
    mine = [each for each in result.policies if each.policy != "gate"]
    assert {each.caller for each in mine} <= {caller}
    assert {each.policy: dict(each.counters) for each in mine} == expected.counters()
    gates = [dict(each.counters) for each in result.policies if each.policy == "gate"]
    assert gates == ([expected.gate_counters()] if expected.gate_counters() else [])


def check(condition: Condition, policies: Iterable[str], place: str) -> None:
    """Play one cell and hold it against the oracle."""
    result = simulate(scenario_of(condition, policies, place), check=True)
    expected = Caller(condition, frozenset(policies), LATENCY[place])
    same_calls(result, expected, place)
    same_attempts(result, expected)
    same_counts(result, expected, CALLER[place])
    conserved(result)


@pytest.mark.parametrize("place", ["near", pytest.param("far", marks=pytest.mark.once)])
@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("policies", SETS, ids=lambda names: "+".join(names) or "none")
def test_policies_compose(policies: tuple[str, ...], condition: str, place: str) -> None:
    """Alone and in pairs, policies show the caller what they promise, and count what they did."""
    check(CONDITIONS[condition], policies, place)


ANY_SET = st.sets(st.sampled_from(sorted(POLICIES)), min_size=3).filter(compatible)


@settings(max_examples=150)
@given(ANY_SET, st.sampled_from(sorted(CONDITIONS)), st.sampled_from(["near", "far"]))
def test_any_set_of_policies_composes(policies: set[str], condition: str, place: str) -> None:
    """So do they in any number, and untraced as well as traced."""
    check(CONDITIONS[condition], policies, place)
    scenario = scenario_of(CONDITIONS[condition], policies, place)
    untraced = scenario.model_copy(update={"traces": 0})
    assert simulate(untraced).digest == simulate(scenario).digest


JOINED = sorted(name for name, condition in CONDITIONS.items() if not condition.cut)


@settings(max_examples=100)
@given(ANY_SET.map(lambda names: names - {"call_timeout"}), st.sampled_from(JOINED))
def test_a_proxy_keeps_the_contract(policies: set[str], condition: str) -> None:
    """Policies that a proxy has taken over show the caller the same as its own would.

    All but `call_timeout`, of which a proxy knows nothing: what it has begun goes on.
    """
    result = simulate(scenario_of(CONDITIONS[condition], policies, "proxy"), check=True)
    same_calls(result, Caller(CONDITIONS[condition], frozenset(policies), 0.0), "proxy")
    conserved(result)


def test_a_turn_that_nobody_waits_for_is_given_back() -> None:
    """Who gives up while waiting for the rate limiter leaves its permit to the next one."""
    text = """
scenario: turns
duration: 30s
traces: 20
traffic:
  users:
    rate: 20/m
    arrivals: constant
    target: back.get
    call_timeout: 500ms
    rate_limit: {rate: 15/m, burst: 1, wait: 2s}
services: {back: {endpoints: {get: [{work: 1ms}]}}}
"""
    # A permit grows in four seconds. Three seconds after one was used the next is a second away, and
    # patience is shorter. Given back, it is there for whoever comes three seconds later; were it
    # lost, that one would be two seconds away from the next, and give up too.
    result = simulate(parse(text).scenario, check=True)
    assert [each.outcome for each in result.traces] == ["ok", "timeout"] * 4 + ["ok"]
    (limit,) = (each for each in result.policies if each.policy == "rate_limit")
    assert limit.counters == {"rejected": 0, "waited": 4}
