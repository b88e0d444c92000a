"""Policies named after real libraries: a scenario that has only the name runs with the real defaults."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, get_args

import pytest

from simulator.experiment.result import Result
from simulator.experiment.run import simulate
from simulator.scenario import parse
from simulator.scenario.model.balancer import Outlier, OutlierProfile
from simulator.scenario.model.guards.breaker import Breaker, BreakerProfile
from simulator.scenario.model.guards.bulkhead import Bulkhead, BulkheadProfile
from simulator.scenario.model.guards.concurrency_limit import (
    ConcurrencyLimit,
    ConcurrencyLimitProfile,
)
from simulator.scenario.model.guards.hedge import Hedge, HedgeProfile
from simulator.scenario.model.guards.profile import Profiled
from simulator.scenario.model.guards.rate_limit import RateLimit, RateLimitProfile
from simulator.scenario.model.guards.retry import Retry, RetryProfile, chosen_budget

from .conftest import conserved

NAMES: dict[str, tuple[type[Profiled], Any]] = {
    "breaker": (Breaker, BreakerProfile),
    "retry": (Retry, RetryProfile),
    "bulkhead": (Bulkhead, BulkheadProfile),
    "rate_limit": (RateLimit, RateLimitProfile),
    "concurrency_limit": (ConcurrencyLimit, ConcurrencyLimitProfile),
    "hedge": (Hedge, HedgeProfile),
    "outlier": (Outlier, OutlierProfile),
}
"""The model of each policy that has profiles, and their names."""


@dataclass(frozen=True)
class Row:
    """One profile: what the real thing's `source` says; seconds, and shares of 1.

    `more` is what has to be written beside the name, where the real thing has no default either;
    `budget` are the options of a retry budget.
    """

    policy: str
    profile: str
    source: str
    defaults: dict[str, Any]
    more: dict[str, Any] = field(default_factory=dict)
    budget: dict[str, float] | None = None


FINAGLE_BUDGET = {"ttl": 10.0, "min_retries_per_sec": 10, "percent_can_retry": 0.2}
AWS_BUDGET = {"quota": 500, "retry_cost": 5, "timeout_cost": 10}
AWS_RETRY = {
    "attempts": 3,
    "backoff": 1.0,
    "multiplier": 2.0,
    "max_backoff": 20.0,
    "jitter": "full",
}
ENVOY_BACKOFF = {"backoff": 0.025, "multiplier": 2.0, "max_backoff": 0.25, "jitter": "full"}
OUTLIER = {
    "consecutive_5xx": 5,
    "enforcing_consecutive_5xx": 1.0,
    "consecutive_gateway_failure": 5,
    "enforcing_consecutive_gateway_failure": 0.0,
    "interval": 10.0,
    "base_ejection_time": 30.0,
    "max_ejection_time": 300.0,
    "max_ejection_percent": 0.1,
}

ROWS = [
    Row(
        "breaker",
        "resilience4j",
        "resilience4j-circuitbreaker CircuitBreakerConfig.java, DEFAULT_*",
        {
            "failure_rate": 0.5,
            "slow_call_rate": 1.0,
            "slow_call_duration": 60.0,
            "window": 100,
            "minimum_calls": 100,
            "wait": 60.0,
            "permitted_calls": 10,
            "half_open_wait": None,
            "after_half_open_wait": "open",
            "automatic": False,
        },
    ),
    Row(
        "breaker",
        "hystrix",
        "HystrixCommandProperties.java, default_circuitBreaker*, default_metrics*",
        {
            "failure_rate": 0.5,
            "slow_call_rate": None,
            "window": 10.0,
            "bucket": 0.5,
            "snapshot": True,
            "minimum_calls": 20,
            "wait": 5.0,
            "permitted_calls": 1,
        },
    ),
    Row(
        "breaker",
        "polly",
        "Polly.Core CircuitBreakerConstants.cs, Default*",
        {
            "failure_rate": 0.1,
            "slow_call_rate": None,
            "window": 30.0,
            "minimum_calls": 100,
            "wait": 5.0,
            "permitted_calls": 1,
        },
    ),
    Row(
        "breaker",
        "pybreaker",
        "pybreaker CircuitBreaker.__init__: fail_max, reset_timeout, success_threshold",
        {"consecutive_failures": 5, "wait": 60.0, "successes": 1, "ignored": ("cancelled",)},
    ),
    Row(
        "retry",
        "resilience4j",
        "resilience4j-retry RetryConfig.java, DEFAULT_*",
        {"attempts": 3, "backoff": 0.5, "multiplier": 1.0, "jitter": "none", "budget": None},
    ),
    Row(
        "retry",
        "envoy",
        "envoy route_components.proto, RetryPolicy: num_retries 1, retry_back_off; "
        "circuit_breaker.proto, max_retries 3",
        {"attempts": 2, **ENVOY_BACKOFF, "another_instance": False},
        budget={"budget_percent": 0.0, "min_retry_concurrency": 3},
    ),
    Row(
        "retry",
        "istio",
        "istio pilot/pkg/networking/core/route/retry/retry.go, DefaultPolicy: 2 retries, "
        "previous_hosts",
        {"attempts": 3, **ENVOY_BACKOFF, "another_instance": True, "budget": None},
    ),
    Row(
        "retry",
        "linkerd",
        "linkerd2 ServiceProfile, retryBudget: retryRatio 0.2, minRetriesPerSecond 10, ttl 10s",
        {"backoff": 0.0, "jitter": "none"},
        budget=FINAGLE_BUDGET,
    ),
    Row(
        "retry",
        "finagle",
        "finagle-core RetryBudget.scala, DefaultTtl, DefaultMinRetriesPerSec; Retries.scala, "
        "MaxRequeuesPerReq: a fifth of a balance of 100",
        {"attempts": 21, "backoff": 0.0, "jitter": "none"},
        budget=FINAGLE_BUDGET,
    ),
    Row(
        "retry",
        "grpc",
        "grpc/proposal A6-client-retries.md: the examples of retryPolicy and retryThrottling",
        {"attempts": 4, "backoff": 0.1, "multiplier": 2.0, "max_backoff": 1.0, "jitter": 0.2},
        budget={"max_tokens": 10, "token_ratio": 0.1},
    ),
    Row(
        "retry",
        "aws_standard",
        "botocore retries/standard.py: DEFAULT_MAX_ATTEMPTS, ExponentialBackoff; quota.py",
        AWS_RETRY,
        budget=AWS_BUDGET,
    ),
    Row(
        "retry",
        "aws_adaptive",
        "botocore retries/standard.py; throttling.py: CubicCalculator; adaptive.py; bucket.py",
        AWS_RETRY,
        budget={**AWS_BUDGET, "beta": 0.7, "scale": 0.4, "smoothing": 0.8, "min_rate": 0.5},
    ),
    Row(
        "retry",
        "polly",
        "Polly.Core RetryConstants.cs, Default*: three retries",
        {"attempts": 4, "backoff": 2.0, "multiplier": 1.0, "jitter": "none", "budget": None},
    ),
    Row(
        "bulkhead",
        "resilience4j",
        "resilience4j-bulkhead BulkheadConfig.java, DEFAULT_*: who finds no place does not wait",
        {"concurrency": 25, "queue": None, "wait": None},
    ),
    Row(
        "bulkhead",
        "hystrix",
        "HystrixThreadPoolProperties.java: default_coreSize, default_maxQueueSize -1",
        {"concurrency": 10, "queue": 0},
    ),
    Row(
        "bulkhead",
        "hystrix_semaphore",
        "HystrixCommandProperties.java, default_executionIsolationSemaphoreMaxConcurrentRequests",
        {"concurrency": 10, "queue": None, "wait": None},
    ),
    Row(
        "bulkhead",
        "envoy",
        "envoy circuit_breaker.proto: max_requests, max_pending_requests",
        {"concurrency": 1024, "queue": 1024},
    ),
    Row(
        "bulkhead",
        "polly",
        "Polly.RateLimiting RateLimiterConstants.cs: DefaultPermitLimit, DefaultQueueLimit",
        {"concurrency": 1000, "queue": 0},
    ),
    Row(
        "rate_limit",
        "resilience4j",
        "resilience4j-ratelimiter RateLimiterConfig.java, Builder: 50 in 500 ns, 5 s",
        {"algorithm": "fixed_window", "limit": 50, "period": 500e-9, "wait": 5.0},
    ),
    Row(
        "rate_limit",
        "nginx",
        "nginx ngx_http_limit_req_module.c: a rate must be given, the burst is 0",
        {"algorithm": "leaky_bucket", "rate": 30.0, "burst": 0},
        {"rate": "30/s"},
    ),
    Row(
        "concurrency_limit",
        "concurrency_limits_vegas",
        "concurrency-limits VegasLimit.java, Builder",
        {
            "algorithm": "vegas",
            "limit": 20,
            "maximum": 1000,
            "smoothing": 1.0,
            "probe_multiplier": 30,
            "window": None,
        },
    ),
    Row(
        "concurrency_limit",
        "concurrency_limits_gradient2",
        "concurrency-limits Gradient2Limit.java, Builder; WindowedLimit.java, windows of 1 s",
        {
            "algorithm": "gradient2",
            "limit": 20,
            "minimum": 20,
            "maximum": 200,
            "smoothing": 0.2,
            "queue_size": 4,
            "long_window": 600,
            "tolerance": 1.5,
            "window": 1.0,
            "samples": 10,
        },
    ),
    Row(
        "concurrency_limit",
        "concurrency_limits_aimd",
        "concurrency-limits AIMDLimit.java, Builder, DEFAULT_TIMEOUT",
        {
            "algorithm": "aimd",
            "limit": 20,
            "minimum": 20,
            "maximum": 200,
            "backoff_ratio": 0.9,
            "timeout": 5.0,
        },
    ),
    Row(
        "hedge",
        "finagle",
        "finagle-core BackupRequestFilter.scala: maxExtraLoad 1 %, MinSendBackupAfterMs; "
        "WindowedPercentileHistogram.scala: 3 x 10 s, DefaultHighestTrackableValue",
        {
            "percentile": 0.99,
            "budget": 0.01,
            "window": 30.0,
            "minimum_delay": 0.001,
            "maximum_delay": 2.0,
            "maximum": 1,
            "delay": None,
        },
    ),
    Row(
        "outlier",
        "envoy",
        "envoy outlier_detection.proto; outlier_detection_impl.h, DEFAULT_*",
        {
            **OUTLIER,
            "success_rate_minimum_hosts": 5,
            "success_rate_request_volume": 100,
            "success_rate_stdev_factor": 1900.0,
            "enforcing_success_rate": 1.0,
            "failure_percentage_threshold": 0.85,
            "failure_percentage_minimum_hosts": 5,
            "failure_percentage_request_volume": 50,
            "enforcing_failure_percentage": 0.0,
        },
    ),
    Row(
        "outlier",
        "istio",
        "istio api networking/v1alpha3/destination_rule.proto, OutlierDetection; "
        "cluster_traffic_policy.go: no success rates",
        {**OUTLIER, "enforcing_success_rate": 0.0, "enforcing_failure_percentage": 0.0},
    ),
]


def play(row: Row, ill: bool) -> tuple[Result, dict[str, Any]]:
    """Run a world with this profile, in trouble or not; returns its settled fields too."""
    policy = {"profile": row.profile, **row.more} if row.more else row.profile
    call = {"call": "back.get", "timeout": "100ms", "cancel": True, row.policy: policy}
    work = [{"work": {"exponential": "10ms"}}, {"fail": "60%" if ill else "0%"}]
    world: dict[str, Any] = {
        "scenario": "profile",
        "duration": "20s",
        "traffic": {"users": {"rate": "60/s", "target": "front.get"}},
        "services": {
            "front": {"endpoints": {"get": [call]}},
            "back": {"replicas": 6, "concurrency": 2, "queue": 4, "endpoints": {"get": work}},
        },
    }
    if ill:
        world["faults"] = [
            {"at": "4s", "for": "3s", "slow": {"service": "back", "speed": "10%", "mode": "all"}},
            {"at": "9s", "for": "4s", "kill": {"service": "back", "mode": {"fixed": 3}}},
            {"at": "15s", "for": "2s", "partition": {"service": "back", "from": ["front"]}},
        ]
    scenario = parse(json.dumps(world)).scenario
    result = simulate(scenario, check=True)
    conserved(result)
    assert result.total.started > 1000
    (step,) = scenario.services["front"].endpoints["get"]
    found = getattr(step, row.policy)
    assert isinstance(found, NAMES[row.policy][0])
    return result, found.settled()


IDS = [f"{row.policy}-{row.profile}" for row in ROWS]


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_a_bare_name_has_the_real_defaults(row: Row) -> None:
    """In a world in trouble the laws hold under each profile, whose fields are as documented."""
    result, settled = play(row, ill=True)
    assert len(result.total.outcomes) > 1
    assert {name: settled[name] for name in row.defaults} == row.defaults
    if row.budget is not None:
        options = chosen_budget(settled["budget"])
        assert {name: getattr(options, name) for name in type(options).model_fields} == row.budget


LEVELS = {"limit", "balance", "succeeded"}
"""What is not 0 either where nothing is wrong."""


@pytest.mark.parametrize(
    "row",
    [row for row in ROWS if row.profile != "nginx"],
    ids=lambda row: f"{row.policy}-{row.profile}",
)
def test_real_defaults_leave_a_healthy_world_alone(row: Row) -> None:
    """Where nothing is wrong nobody is turned away, tried again or put aside; one in 100 is hedged."""
    result, _ = play(row, ill=False)
    assert result.total.availability == 1.0
    counted = {
        name: value
        for each in result.policies
        if each.policy == row.policy
        for name, value in each.counters.items()
        if value and name not in LEVELS
    }
    if row.policy == "hedge":
        assert 0 < counted.pop("copies") <= 0.01 * result.total.started
        counted.pop("won", None)
        counted.pop("refused", None)
    assert counted == {}


def test_every_profile_has_a_row() -> None:
    """No profile of any policy is left out."""
    names = {(policy, name) for policy, (_, names) in NAMES.items() for name in get_args(names)}
    assert {(row.policy, row.profile) for row in ROWS} == names
    assert all(set(model.profiles) == set(get_args(names)) for model, names in NAMES.values())
