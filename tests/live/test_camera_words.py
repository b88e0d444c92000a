"""What a picture says in words: policies, balancers, autoscalers; and the layers of a call graph."""

from __future__ import annotations

import pytest

from simulator.experiment.run import Run
from simulator.live.camera import Camera
from simulator.live.commands import Focus
from simulator.live.snapshot import CallView
from simulator.live.views.graph import layers_of
from simulator.scenario import parse

PAIR = """
scenario: pair
duration: 10s
traffic: {users: {rate: 1/s, target: front.page}}
services:
  front: {endpoints: {page: [{call: back.read, POLICY}, {call: back.write}]}}
  back: {SERVICE, endpoints: {read: [{work: 1ms}], write: [{work: 1ms}]}}
"""


def told(policy: str, service: str = "replicas: 2") -> CallView:
    """How the call of `back.read` is told, with `timeout: 1s` for whatever asks `back`."""
    text = PAIR.replace("POLICY", policy).replace("SERVICE", f"policy: {{timeout: 1s}}, {service}")
    detail = Camera(Run(parse(text).scenario)).picture(Focus(service="front")).service
    assert detail is not None
    (view,) = detail.callees
    return view


@pytest.mark.parametrize(
    ("policy", "line"),
    [
        ("timeout: 300ms", "timeout 300 ms"),
        ("call_timeout: 1m30s", "call timeout 1 m 30 s"),
        ("deadline: 2s", "deadline 2 s"),
        ("retry: {attempts: 3, backoff: 50ms}", "retry 3 attempts, backoff 50 ms"),
        (
            "retry: {attempts: 3, backoff: 50ms, budget: {finagle: {percent_can_retry: 20%}}}",
            "retry 3 attempts, backoff 50 ms, budget 20 %",
        ),
        (
            "retry: {attempts: 2, backoff: 0s, budget: envoy}",
            "retry 2 attempts, backoff 0 s, budget 20 % at once",
        ),
        (
            "retry: {attempts: 2, backoff: 1s, budget: {failure_rate: 10%}}",
            "retry 2 attempts, backoff 1 s, budget up to 10 % failures",
        ),
        (
            "retry: {attempts: 2, backoff: 1s, budget: grpc}",
            "retry 2 attempts, backoff 1 s, budget 10 tokens, 0.1 back for a success",
        ),
        (
            "retry: {attempts: 2, backoff: 1s, budget: aws_standard}",
            "retry 2 attempts, backoff 1 s, budget 500 tokens, 5 for a retry",
        ),
        (
            "retry: {attempts: 2, backoff: 1s, budget: {token_bucket: {capacity: 5, deposit: 0.2}}}",
            "retry 2 attempts, backoff 1 s, budget 5 tokens, 0.2 for each call",
        ),
        (
            "breaker: {failure_rate: 50%, window: 20, minimum_calls: 10, wait: 5s}",
            "breaker opens at 50 % of 20 calls, waits 5 s",
        ),
        (
            "breaker: {consecutive_failures: 5, wait: 5s, scope: shared}",
            "breaker opens after 5 failures in a row, waits 5 s, one for all callers",
        ),
        (
            "breaker: {window: 10s, wait: 1s, scope: callee, "
            "slow_call_rate: 40%, slow_call_duration: 2s}",
            "breaker opens at 50 % of the calls of 10 s, or 40 % slower than 2 s, waits 1 s, "
            "for each instance",
        ),
        ("breaker: {state: forced_open}", "breaker forced open"),
        ("hedge: {delay: 10ms}", "hedge after 10 ms, 1 more"),
        ("hedge: {percentile: 95%, budget: 5%}", "hedge after p95, 1 more, budget 5 %"),
        ("fallback: constant", "fallback to a fixed answer after 0 s"),
        ("fallback: {call: back.write}", "fallback asks back.write"),
        ("cache: {ttl: 30s}", "cache 30 s, 1,000 answers"),
        ("rate_limit: {rate: 200/s}", "rate limit 200/s"),
        (
            "rate_limit: {algorithm: fixed_window, limit: 5, period: 1s, wait: 2s}",
            "rate limit 5 in 1 s, waits 2 s",
        ),
        ("rate_limit: {profile: nginx, rate: 10/s}", "rate limit 10/s, waits"),
        ("bulkhead: {concurrency: 8}", "bulkhead 8"),
        ("bulkhead: {concurrency: 8, queue: 4}", "bulkhead 8, queue 4"),
        (
            "concurrency_limit: concurrency_limits_aimd",
            "concurrency limit aimd, from 20",
        ),
        ("cancel: true", "cancels what it gives up"),
        ("idempotent: false", "not idempotent"),
        ("outlier: envoy", "ejects after 5 failures in a row, for 30 s"),
        ("health_check: {interval: 5s}", "health check every 5 s, out after 3"),
    ],
)
def test_a_policy_has_a_line(policy: str, line: str) -> None:
    """It begins with the endpoint that it holds for, since the other has it not."""
    assert f"read: {line}" in told(policy).policies


def test_a_policy_of_all_endpoints_is_told_without_them() -> None:
    assert told("cancel: false").policies == ("timeout 1 s",)
    assert told("timeout: 2s").policies == ("read: timeout 2 s", "write: timeout 1 s")


@pytest.mark.parametrize(
    ("policy", "balancer"),
    [
        ("balancer: random", "random"),
        ("balancer: least_request", "least_request"),
        ("balancer: {least_request: {choices: 3}}", "least_request (choices: 3)"),
        ("balancer: random, via: connection", "random for each connection"),
        ("balancer: random, via: dns, dns: {ttl: 5s}", "random by DNS, kept 5 s"),
    ],
)
def test_a_balancer_is_told_with_its_options(policy: str, balancer: str) -> None:
    assert told(policy).balancer == f"{balancer}, round_robin"


def test_a_proxy_has_the_policies_that_it_stands_for() -> None:
    text = PAIR.replace("POLICY", "cancel: false").replace(
        "SERVICE", "policy: {via: proxy, balancer: random, timeout: 1s, call_timeout: 2s}"
    )
    camera = Camera(Run(parse(text).scenario))
    picture = camera.picture(Focus(service="back-proxy"))
    assert picture.service is not None
    (asked,), (asking,) = picture.service.callers, picture.service.callees
    assert (asked.caller, asked.callee, asked.balancer) == ("front", "back-proxy", "round_robin")
    assert "call timeout 2 s" in asked.policies
    assert (asking.caller, asking.callee, asking.balancer) == ("back-proxy", "back", "random")
    assert [each.layer for each in picture.services] == [1, 3, 2]


@pytest.mark.parametrize(
    ("autoscaler", "target"),
    [
        ("hpa: {max: 4, metrics: [{cpu: 60%}]}", "cpu at 60 %"),
        (
            "hpa: {max: 4, metrics: [{rps: 50/s}, {latency: {target: 200ms}}]}",
            "requests to each at 50/s, p95 of the latency at 200 ms",
        ),
        ("target_tracking: {max: 4, target: {queue: 5}}", "queue of each at 5"),
        (
            "step: {max: 4, scale_out: {threshold: {concurrency: 8}, steps: [{instances: 1}]}}",
            "requests inside each beyond 8",
        ),
        (
            "scheduled: {max: 4, schedule: [{at: 0s, replicas: 1}, {at: 10s, replicas: 3}]}",
            "1 at 0 s, 3 at 10 s",
        ),
        (
            "predictive: {max: 4, target: 50/s, lead: 2m}",
            "50/s for each instance, 2 m from now",
        ),
        ("kpa: {min: 1, max: 4, concurrency: 10}", "7 requests at once for each instance"),
        ("keda: {min: 1, max: 4, backlog: 20}", "20 requests in the queue for each instance"),
        ("vertical: {}", "cores that do for 90 % of the time, and 15 % on top"),
    ],
)
def test_an_autoscaler_says_what_it_goes_by(autoscaler: str, target: str) -> None:
    text = PAIR.replace("POLICY", "cancel: false").replace(
        "SERVICE", f"cores: 1, requests: {{cpu: 1}}, autoscaler: {{{autoscaler}}}"
    )
    detail = Camera(Run(parse(text).scenario)).picture(Focus(service="back")).service
    assert detail is not None
    assert detail.scaler is not None
    assert detail.scaler.target == target


def test_decisions_are_told_the_latest_first() -> None:
    schedule = "[{at: 0s, replicas: 1}, {at: 2s, replicas: 3}, {at: 4s, replicas: 2}]"
    text = PAIR.replace("POLICY", "cancel: false").replace(
        "SERVICE", f"autoscaler: {{scheduled: {{max: 4, schedule: {schedule}}}}}"
    )
    run = Run(parse(text).scenario)
    camera = Camera(run)
    run.advance(until=5.0)
    picture = camera.picture(Focus(service="back"))
    assert picture.service is not None
    scaler = picture.service.scaler
    assert scaler is not None
    assert [(each.time, each.detail.partition(":")[0]) for each in scaler.decisions] == [
        (4.0, "3 to 2"),
        (2.0, "1 to 3"),
    ]
    assert (scaler.least, scaler.most, scaler.wanted) == (1, 4, 2)


def test_a_layer_is_the_longest_way_from_the_users() -> None:
    pairs = [("users", "a"), ("a", "b"), ("a", "c"), ("b", "c"), ("c", "d"), ("users", "d")]
    assert layers_of(pairs, ["users"], ["a", "b", "c", "d", "alone"]) == {
        "a": 1,
        "b": 2,
        "c": 3,
        "d": 4,
        "alone": 1,
    }


def test_a_call_that_closes_a_circle_is_no_step_further() -> None:
    pairs = [("users", "a"), ("a", "b"), ("b", "c"), ("c", "a"), ("c", "c"), ("c", "d")]
    assert layers_of(pairs, ["users"], ["a", "b", "c", "d"]) == {"a": 1, "b": 2, "c": 3, "d": 4}


def test_a_circle_that_nobody_asks_has_layers_too() -> None:
    assert layers_of([("a", "b"), ("b", "a")], ["users"], ["a", "b"]) == {"a": 1, "b": 2}
