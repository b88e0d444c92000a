"""The laws of the model in random worlds whose calls have random policies, with random faults."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.call.breaker import HALF_OPEN, Breaker
from simulator.call.breaker_set import BreakerSet
from simulator.call.budget.envoy import EnvoyBudget
from simulator.call.budget.token_bucket import TokenBucketBudget
from simulator.call.bulkhead import Bulkhead
from simulator.call.cache import Cache
from simulator.call.concurrency_limit.base import ConcurrencyLimit
from simulator.call.retries import Retries
from simulator.experiment.result import Result
from simulator.experiment.run import Run, simulate
from simulator.scenario import parse

from .test_laws import conserved

# Random policies: of each kind some that act soon, some that act late, and those of real libraries.

Strategy = st.SearchStrategy[Any]
TIMES = st.sampled_from(["1ms", "5ms", "20ms", "100ms"])
CHOICE = st.booleans()


def mapping(*bases: dict[str, Any], **optional: Strategy) -> Strategy:
    """One of some mappings, with some of the optional keys."""
    more: Strategy = st.fixed_dictionaries({}, optional=optional)
    return st.builds(lambda base, extra: {**base, **extra}, st.sampled_from(bases), more)


RETRIES = st.one_of(
    st.sampled_from(
        ["resilience4j", "envoy", "istio", "linkerd", "finagle", "grpc", "aws_standard", "polly"]
    ),
    mapping(
        {"backoff": "0s"},
        {"backoff": "1ms", "max_backoff": "20ms"},
        {"backoff": "20ms"},
        attempts=st.integers(1, 4),
        jitter=st.sampled_from(["none", "full", "equal", "20%"]),
        another_instance=CHOICE,
        honour_retry_after=CHOICE,
        on=st.just(["error", "timeout", "bulkhead_full", "breaker_open", "rate_limited", "reset"]),
        budget=st.sampled_from(
            [
                "finagle",
                "grpc",
                "aws_standard",
                "token_bucket",
                {"failure_rate": "10%"},
                {"envoy": {"min_retry_concurrency": 1}},
                {"aws_standard": {"quota": 20}},
                {"aws_adaptive": {"quota": 100, "min_rate": 1}},
            ]
        ),
    ),
)
HEDGES = st.one_of(
    st.just("finagle"),
    mapping(
        {"delay": "0s"},
        {"delay": "1ms"},
        {"delay": "5ms"},
        {"percentile": "50%", "window": "300ms"},
        maximum=st.integers(1, 3),
        cancel=CHOICE,
        tied=CHOICE,
        another_instance=CHOICE,
        on_failure=CHOICE,
        budget=st.sampled_from(["5%", "50%"]),
    ),
)
BREAKERS = st.one_of(
    st.sampled_from(["resilience4j", "hystrix", "polly", "pybreaker"]),
    mapping(
        {"consecutive_failures": 2},
        {"failure_rate": "50%", "window": 6, "minimum_calls": 3},
        {"failure_rate": "30%", "window": "500ms", "bucket": "100ms", "minimum_calls": 2},
        {"slow_call_rate": "50%", "slow_call_duration": "5ms", "window": 5, "minimum_calls": 2},
        {"window": "500ms", "bucket": "100ms", "minimum_calls": 2, "snapshot": True},
        wait=st.sampled_from(["3ms", "10ms", "100ms"]),
        permitted_calls=st.integers(1, 3),
        scope=st.sampled_from(["caller", "callee", "shared"]),
        automatic=CHOICE,
        half_open=st.sampled_from(["after", "at"]),
        cancelled_probe=st.sampled_from(["release", "reopen"]),
        half_open_wait=st.just("50ms"),
        wait_jitter=st.just("50%"),
        renew_permits=st.just("50ms"),
    ),
)
RATE_LIMITS = st.sampled_from(
    [
        {"rate": "50/s", "burst": 2},
        {"rate": "30/s", "burst": 1, "wait": "30ms"},
        {"rate": "100/s", "algorithm": "leaky_bucket", "wait": "50ms"},
        {"algorithm": "fixed_window", "limit": 5, "period": "100ms", "wait": "50ms"},
        {"algorithm": "sliding_window", "limit": 5, "period": "100ms", "wait": "20ms"},
        "resilience4j",
    ]
)
BULKHEADS = st.sampled_from(
    [
        {"concurrency": 0},
        {"concurrency": 1},
        {"concurrency": 1, "wait": "20ms"},
        {"concurrency": 1, "queue": 2, "wait": "10ms"},
        {"concurrency": 2, "queue": 3},
        "hystrix",
    ]
)
LIMITS = st.sampled_from(
    [
        {"algorithm": "fixed", "limit": 2},
        {"algorithm": "aimd", "limit": 2, "minimum": 1, "maximum": 10, "timeout": "10ms"},
        {"algorithm": "vegas", "limit": 2},
        {"algorithm": "gradient2", "limit": 2, "minimum": 1, "queue_size": 1},
        "concurrency_limits_gradient2",
    ]
)
CACHES = mapping(
    {"ttl": "1ms"},
    {"ttl": "20ms"},
    {"ttl": "500ms"},
    capacity=st.integers(1, 3),
    coalesce=CHOICE,
    stale_while_revalidate=st.just("20ms"),
)
POLICIES: dict[str, Strategy] = {
    "timeout": TIMES,
    "deadline": st.sampled_from(["10ms", "50ms", "300ms"]),
    "call_timeout": TIMES,
    "cancel": CHOICE,
    "idempotent": CHOICE,
    "retry": RETRIES,
    "hedge": HEDGES,
    "breaker": BREAKERS,
    "rate_limit": RATE_LIMITS,
    "bulkhead": BULKHEADS,
    "concurrency_limit": LIMITS,
    "cache": CACHES,
    "fallback": st.sampled_from([{"constant": "3ms"}, "constant"]),
    "balancer": st.sampled_from(["round_robin", "random", "least_request"]),
    "via": st.sampled_from(["client", "proxy", "connection"]),
}


@st.composite
def policies(draw: st.DrawFn, callees: list[str], without: str = "") -> dict[str, Any]:
    """Up to four policies of a call; `callees` may be asked instead."""
    names = [name for name in POLICIES if name != without]
    chosen = draw(st.lists(st.sampled_from(names), max_size=4, unique=True))
    policy = {name: draw(POLICIES[name]) for name in chosen}
    if "fallback" in policy:
        others: list[Any] = [policy["fallback"], *({"call": each} for each in callees)]
        if "cache" in policy:
            others.append({"stale": "10s"})
        policy["fallback"] = draw(st.sampled_from(others))
    return policy


# Random worlds.

WORK = st.sampled_from(
    ["0s", "2ms", "20ms", {"exponential": "5ms"}, {"lognormal": {"median": "2ms", "p99": "30ms"}}]
)


def steps(callees: list[str], depth: int = 1) -> Strategy:
    """Steps of an endpoint that may call some others."""
    work: Strategy = WORK.map(lambda law: {"work": law})
    kinds: list[Strategy] = [work, work]
    kinds.append(st.sampled_from(["0%", "30%", "100%"]).map(lambda chance: {"fail": chance}))
    if callees:
        call: Strategy = st.builds(
            lambda target, optional, policy: {"call": target, "optional": optional, **policy},
            st.sampled_from(callees),
            CHOICE,
            policies(callees),
        )
        kinds += [call, call, call]
    if depth > 0:
        inner = steps(callees, depth - 1)
        kinds.append(
            st.builds(
                lambda branches, hasty: {
                    "together": [{"steps": each} for each in branches],
                    "fail_fast": hasty,
                },
                st.lists(inner, min_size=1, max_size=3),
                CHOICE,
            )
        )
        kinds.append(
            st.builds(lambda n, body: {"repeat": n, "steps": body}, st.integers(0, 3), inner)
        )
    return st.lists(st.one_of(kinds), min_size=1, max_size=3)


@st.composite
def services(draw: st.DrawFn, callees: list[str]) -> dict[str, Any]:
    """One service, all of whose endpoints are `x`."""
    service: dict[str, Any] = {
        "replicas": draw(st.integers(1, 3)),
        "concurrency": draw(st.sampled_from([1, 3, None])),
        "queue": {
            "capacity": draw(st.sampled_from([0, 2, None])),
            "order": draw(st.sampled_from(["fifo", "lifo", "priority", "random"])),
        },
        "threading": draw(st.sampled_from(["blocking", "async"])),
        "retry_after": draw(st.sampled_from(["0s", "5ms"])),
        "endpoints": {"x": draw(steps(list(callees)))},
    }
    cores = draw(st.sampled_from([None, 1, 2]))
    if cores is not None:
        service["cores"] = cores
        service["sharing"] = draw(st.sampled_from(["processor", "fcfs"]))
    if draw(CHOICE):
        service["policy"] = draw(policies(list(callees)))
    if draw(CHOICE):
        service["rate_limit"] = {"rate": "60/s", "burst": 3}
    return service


@st.composite
def faults(draw: st.DrawFn, names: list[str]) -> dict[str, Any]:
    """Some harm that is over in a second."""
    kind = draw(st.sampled_from(["kill", "slow", "partition"]))
    harm: dict[str, Any] = {
        "service": draw(st.sampled_from(names)),
        "mode": draw(st.sampled_from(["one", "all"])),
    }
    if kind == "slow":
        harm["speed"] = draw(st.sampled_from(["10%", "50%"]))
    elif kind == "partition":
        harm["from"] = [draw(st.sampled_from(["open", *names]))]
    moment = f"{draw(st.integers(1, 25)) * 100}ms"
    return {"at": moment, "for": draw(st.sampled_from(["50ms", "300ms", "1s"])), kind: harm}


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, Any]:
    """Two to four services under two seconds of traffic, and then a long time in which none comes."""
    names = ["d", "c", "b", "a"][4 - draw(st.integers(2, 4)) :]
    callees: list[str] = []
    there: dict[str, Any] = {}
    for name in names:
        there[name] = draw(services(callees))
        callees.append(f"{name}.x")
    silence = [{"at": "2s", "rate": "0/s"}]
    users = {
        "rate": "150/s",
        "target": callees[-1],
        "key": {"zipf": {"items": 5}},
        "clients": draw(st.sampled_from([1, 3])),
        "profile": silence,
        **draw(policies(callees[:-1])),
    }
    others = {"rate": "50/s", "target": draw(st.sampled_from(callees)), "profile": silence}
    return {
        "scenario": "random",
        "duration": "2000s",
        "interval": "100s",
        "warmup": draw(st.sampled_from(["0s", "1s"])),
        "traces": 10_000,
        "seed": draw(st.integers(0, 5)),
        "network": {"latency": draw(st.sampled_from(["0s", "1ms", {"exponential": "2ms"}]))},
        "defaults": draw(st.one_of(st.just({}), policies([], without="via"))),
        "traffic": {"open": users, "others": others},
        "services": there,
        "faults": draw(st.lists(faults(names), max_size=2)),
    }


# The laws.


def parts(run: Run) -> Iterator[Any]:
    """Every part of every policy that keeps count, breakers one by one."""
    for group in run.world.policies:
        for part in group.parts:
            if isinstance(part, BreakerSet):
                yield from part.breakers.values()
            else:
                yield part


def within_bounds(run: Run) -> None:
    """What holds of every policy at every moment: no more is given than there is, or taken back."""
    for part in parts(run):
        if isinstance(part, Bulkhead):
            assert 0 <= part.in_use <= part.permits
            assert 0 <= part.waiting <= part.queue
            assert part.waiting == sum(passage.in_line for passage in part.line)
            assert part.waiting == 0 or part.in_use == part.permits
        elif isinstance(part, ConcurrencyLimit):
            assert part.in_flight >= 0
        elif isinstance(part, Breaker):
            assert part.permits >= 0
        elif isinstance(part, Cache):
            assert len(part.stored) <= part.capacity
            assert part.poor <= part.stored.keys()
        elif isinstance(part, Retries) and isinstance(part.budget, EnvoyBudget):
            assert min(part.budget.active, part.budget.waiting, part.budget.flying) >= 0
        elif isinstance(part, Retries) and isinstance(part.budget, TokenBucketBudget):
            assert 0.0 <= part.budget.tokens <= part.budget.capacity
        for value in part.counters(run.world.kernel.now).values():
            assert value >= 0


def drained(run: Run, result: Result) -> None:
    """Once nobody asks any more, everything has ended, and every permit is back."""
    assert result.total.in_flight == 0
    for service in result.services.values():
        assert service.in_flight == 0
    for edge in result.edges:
        assert edge.calls == sum(edge.outcomes.values())
    for instance in run.world.instances:
        assert (instance.busy, instance.queued, len(instance.inside)) == (0, 0, 0)
    for part in parts(run):
        if isinstance(part, Bulkhead):
            assert part.in_use == part.waiting == 0
        elif isinstance(part, ConcurrencyLimit):
            assert part.in_flight == 0
        elif isinstance(part, Cache):
            assert not part.fetches
        elif isinstance(part, Retries) and isinstance(part.budget, EnvoyBudget):
            budget = part.budget
            assert (budget.active, budget.waiting, budget.flying) == (0, 0, 0)
        elif isinstance(part, Breaker) and part.state == HALF_OPEN:
            # Whoever tried has been counted, or has given its permit back.
            assert part.permits + part.window.calls >= part.settings.permitted_calls


def worked(run: Run, result: Result) -> None:
    """Nobody wastes more than was done, and cores were busy for as long as there was work."""
    for service in result.services.values():
        assert -1e-9 <= service.wasted_work <= service.work + 1e-9
    for instance in run.world.instances:
        if instance.processor is not None and not instance.inside:
            used = instance.processor.used_until(run.world.kernel.now)
            assert abs(used - instance.work) <= 1e-6 * max(1.0, used)


def traced(result: Result) -> None:
    """Every attempt is in the trace of its request, under the attempt on whose behalf it was."""
    spans = sum(len(trace.spans) for trace in result.traces)
    assert spans == sum(service.attempts for service in result.services.values())
    for trace in result.traces:
        for span in trace.spans:
            if span.parent is None:
                assert span.caller == trace.traffic
            else:
                assert trace.spans[span.parent].callee == span.caller


@settings(max_examples=60)
@given(worlds())
def test_guarded_worlds_obey_the_laws(world: dict[str, Any]) -> None:
    """Whatever guards the calls and whatever goes wrong, nothing is lost, and nothing kept."""
    scenario = parse(yaml.safe_dump(world)).scenario
    run = Run(scenario, check=True)
    while not run.world.kernel.run(4.0, 400):
        within_bounds(run)
    run.advance()
    within_bounds(run)
    result = run.result()
    conserved(result)
    worked(run, result)
    if scenario.warmup == 0.0:
        traced(result)
    if not any(fault.partition for fault in scenario.faults):
        # What the network has eaten may be waited for for ever.
        drained(run, result)
    again = simulate(scenario)
    assert again.digest == simulate(scenario).digest
    assert (again.traffic, again.services, again.edges) == (
        result.traffic,
        result.services,
        result.edges,
    )
