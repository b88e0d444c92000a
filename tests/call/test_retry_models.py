"""Retries as a scenario has them: profiles, defaults, budgets, and what is refused."""

from __future__ import annotations

from math import inf
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter, ValidationError

from simulator.call.backoff import Backoff
from simulator.call.budget.aws_adaptive import AwsAdaptiveBudget
from simulator.call.budget.aws_standard import AwsStandardBudget
from simulator.call.budget.base import DENIED, RetryBudget
from simulator.call.budget.envoy import EnvoyBudget
from simulator.call.budget.failure_rate import FailureRateBudget
from simulator.call.budget.finagle import FinagleBudget
from simulator.call.budget.grpc import GrpcBudget
from simulator.call.budget.token_bucket import TokenBucketBudget
from simulator.call.retry import RetrySettings
from simulator.outcome import ERROR, NAMES, OK, RATE_LIMITED, REFUSED
from simulator.scenario.guards.retry import make_budget, retry_settings
from simulator.scenario.model.guards.retry import Retry, RetryField

FIELD: TypeAdapter[Retry] = TypeAdapter(RetryField)

EVERYTHING = {*NAMES} - {"ok", "degraded", "deadline", "cancelled"}
USUAL = {
    "error",
    "timeout",
    "refused",
    "reset",
    "unreachable",
    "queue_full",
    "shed",
    "rate_limited",
    "no_instance",
}


def read(written: object) -> RetrySettings:
    """The settings of what is written in a scenario."""
    return retry_settings(FIELD.validate_python(written))


def budget(written: object) -> RetryBudget | None:
    """The budget of what is written in a scenario."""
    return make_budget(FIELD.validate_python(written))


def names(settings: RetrySettings) -> set[str]:
    """The outcomes that are retried."""
    return {name for code, name in enumerate(NAMES) if (settings.mask >> code) & 1}


def mistakes(written: object) -> list[tuple[str, str]]:
    """Where each mistake is, and what is said of it."""
    with pytest.raises(ValidationError) as caught:
        FIELD.validate_python(written)
    return [
        (".".join(str(step) for step in each["loc"] if step != "<options>"), each["msg"])
        for each in caught.value.errors()
    ]


# Defaults and profiles.


def test_defaults() -> None:
    """Three attempts, 25 ms and doubling, full jitter, what may be over soon, and no budget."""
    settings = read({})
    assert settings.attempts == 3
    assert settings.backoff == Backoff(0.025, 2.0, inf, "full")
    assert names(settings) == USUAL
    assert not settings.another_instance
    assert settings.honour_retry_after
    assert budget({}) is None


@pytest.mark.parametrize(
    ("profile", "attempts", "backoff", "outcomes"),
    [
        # RetryConfig: DEFAULT_MAX_ATTEMPTS 3, DEFAULT_WAIT_DURATION 500 ms, any exception.
        ("resilience4j", 3, Backoff(0.5), EVERYTHING),
        # num_retries 1, base_interval 25 ms, max_interval ten times that.
        (
            "envoy",
            2,
            Backoff(0.025, 2.0, 0.25, "full"),
            {"error", "timeout", "refused", "reset", "unreachable", "queue_full", "shed"},
        ),
        # TestNilRetryShouldReturnDefault: num_retries 2 (C14-01).
        ("istio", 3, Backoff(0.025, 2.0, 0.25, "full"), {"refused"}),
        ("linkerd", 100, Backoff(0.0), {"error", "refused", "reset", "queue_full", "shed"}),
        ("finagle", 21, Backoff(0.0), {"refused", "queue_full", "shed"}),
        # The example of A6.
        ("grpc", 4, Backoff(0.1, 2.0, 1.0, "factor", 0.2), {"refused", "reset", "no_instance"}),
        ("aws_standard", 3, Backoff(1.0, 2.0, 20.0, "full"), USUAL),
        ("aws_adaptive", 3, Backoff(1.0, 2.0, 20.0, "full"), USUAL),
        # RetryConstants: DefaultRetryCount 3, DefaultBaseDelay 2 s, constant.
        ("polly", 4, Backoff(2.0), EVERYTHING),
    ],
)
def test_profiles(profile: str, attempts: int, backoff: Backoff, outcomes: set[str]) -> None:
    """A bare name is the library with its defaults, and so is a mapping with only the profile."""
    for written in (profile, {"profile": profile}):
        settings = read(written)
        assert settings.attempts == attempts
        assert settings.backoff == backoff
        assert names(settings) == outcomes


@pytest.mark.parametrize(
    ("profile", "elsewhere", "honours"),
    [("istio", True, False), ("envoy", False, False), ("grpc", False, True)],
)
def test_profiles_of_where_and_when(profile: str, elsewhere: bool, honours: bool) -> None:
    """Istio avoids the hosts it has tried; gRPC waits as long as it is told (pushback)."""
    settings = read(profile)
    assert settings.another_instance is elsewhere
    assert settings.honour_retry_after is honours


@pytest.mark.parametrize("profile", ["resilience4j", "istio", "polly"])
def test_profiles_without_a_budget(profile: str) -> None:
    """These libraries bound the retries of one call, and not those of all."""
    assert budget(profile) is None


def test_envoy_has_three_retries_at_once() -> None:
    """Without a retry budget, however much is under way: max_retries 3."""
    made = budget("envoy")
    assert isinstance(made, EnvoyBudget)
    for _ in range(1000):
        made.attempt_started(0.0, retry=False)
    assert [made.spend(0.0, ERROR) for _ in range(4)] == [1.0, 1.0, 1.0, DENIED]


@pytest.mark.parametrize("profile", ["linkerd", "finagle"])
def test_linkerd_and_finagle_have_the_same_budget(profile: str) -> None:
    """A fifth of the calls of the last 10 s, and 10 a second on top."""
    made = budget(profile)
    assert isinstance(made, FinagleBudget)
    assert made.balance(0.0) == 100
    for _ in range(50):
        made.call_started(0.0)
    assert made.balance(0.0) == 110
    assert made.balance(11.0) == 100


def test_grpc_throttles_by_what_it_retries() -> None:
    """Failures that are not retried take nothing from the bucket, of 10 with 0.1 for a success."""
    made = budget("grpc")
    assert isinstance(made, GrpcBudget)
    made.attempt_ended(0.0, False, ERROR)
    assert made.counters(0.0)["balance"] == 10
    made.attempt_ended(0.0, False, REFUSED)
    made.attempt_ended(0.0, False, OK)
    assert made.counters(0.0)["balance"] == 9.1
    wider = budget({"profile": "grpc", "on": ["error"]})
    assert wider is not None
    wider.attempt_ended(0.0, False, ERROR)
    assert wider.counters(0.0)["balance"] == 9


def test_aws_quotas() -> None:
    """Both modes have 500 tokens, and only the adaptive one slows down."""
    for profile, slows in (("aws_standard", False), ("aws_adaptive", True)):
        made = budget(profile)
        assert isinstance(made, AwsStandardBudget)
        assert made.counters(0.0)["balance"] == 500
        made.attempt_ended(0.1, False, RATE_LIMITED)
        made.pace(0.1)
        assert (made.pace(0.1) > 0.0) is slows


def test_what_is_written_wins_over_the_profile() -> None:
    """Field by field, a budget of nothing too."""
    settings = read({"profile": "grpc", "attempts": 2, "jitter": "none", "on": ["error"]})
    assert settings.attempts == 2
    assert settings.backoff == Backoff(0.1, 2.0, 1.0)
    assert names(settings) == {"error"}
    assert budget({"profile": "grpc", "budget": None}) is None
    assert isinstance(budget({"profile": "grpc", "budget": "envoy"}), EnvoyBudget)


# Fields.


@pytest.mark.parametrize(
    ("jitter", "kind", "factor"),
    [
        ("none", "none", 0.0),
        ("full", "full", 0.0),
        ("equal", "equal", 0.0),
        ("decorrelated", "decorrelated", 0.0),
        ("20%", "factor", 0.2),
        (0.5, "factor", 0.5),
    ],
)
def test_jitter_by_name_or_by_share(jitter: object, kind: str, factor: float) -> None:
    """A kind of jitter, or how far from the delay a wait may be; and it is written back as it was."""
    backoff = read({"jitter": jitter}).backoff
    assert (backoff.jitter, backoff.factor) == (kind, factor)
    written = FIELD.validate_python({"jitter": jitter}).model_dump()["jitter"]
    assert read({"jitter": written}).backoff == backoff


def test_units() -> None:
    """Durations have units, and the multiplier may be 1."""
    written = {"attempts": 5, "backoff": "50ms", "multiplier": 1, "max_backoff": "2s"}
    settings = read(written)
    assert settings.attempts == 5
    assert settings.backoff == Backoff(0.05, 1.0, 2.0, "full")


@pytest.mark.parametrize(
    ("written", "kind", "counters"),
    [
        ("finagle", FinagleBudget, {"balance": 100}),
        ("envoy", EnvoyBudget, {"balance": 3}),
        ("grpc", GrpcBudget, {"balance": 10}),
        ("aws_standard", AwsStandardBudget, {"balance": 500}),
        ("aws_adaptive", AwsAdaptiveBudget, {"balance": 500, "paced": 0}),
        ("token_bucket", TokenBucketBudget, {"balance": 5}),
        (
            {"finagle": {"ttl": "2s", "min_retries_per_sec": 5, "percent_can_retry": "50%"}},
            FinagleBudget,
            {"balance": 10},
        ),
        ({"finagle": {"percent_can_retry": 2}}, FinagleBudget, {"balance": 100}),
        ({"envoy": {"min_retry_concurrency": 7}}, EnvoyBudget, {"balance": 7}),
        ({"grpc": {"max_tokens": 100}}, GrpcBudget, {"balance": 100}),
        ({"aws_standard": {"quota": 50}}, AwsStandardBudget, {"balance": 50}),
        ({"token_bucket": {"capacity": 9.5}}, TokenBucketBudget, {"balance": 9.5}),
        ({"failure_rate": "10%"}, FailureRateBudget, {"failure_rate": 0}),
    ],
)
def test_budgets(written: object, kind: type[RetryBudget], counters: dict[str, float]) -> None:
    """By the bare name with the real thing's defaults, or with options."""
    made = budget({"budget": written})
    assert type(made) is kind
    assert made.counters(0.0) == counters


def test_each_caller_has_a_budget_of_its_own() -> None:
    """Two instances of a caller do not spend from one budget."""
    model = FIELD.validate_python({"budget": "token_bucket"})
    one, other = make_budget(model), make_budget(model)
    assert one is not None
    assert other is not None
    one.spend(0.0, ERROR)
    assert (one.counters(0.0)["balance"], other.counters(0.0)["balance"]) == (4, 5)


def test_options_reach_the_parts() -> None:
    """Every option of a budget is the part's that it is named after."""
    options = {"beta": 0.5, "scale": 1, "smoothing": 0.6, "min_rate": 2, "retry_cost": 7}
    made = budget({"budget": {"aws_adaptive": {**options, "timeout_cost": 9}}})
    assert isinstance(made, AwsAdaptiveBudget)
    limiter = made.limiter
    assert (limiter.cubic.beta, limiter.cubic.scale) == (0.5, 1.0)
    assert (limiter.clocker.smoothing, limiter.bucket.min_rate) == (0.6, 2.0)
    assert (made.retry_cost, made.timeout_cost) == (7, 9)
    bucket = budget({"budget": {"token_bucket": {"deposit": 0.5, "cost": 2}}})
    assert isinstance(bucket, TokenBucketBudget)
    assert (bucket.deposit, bucket.cost, bucket.capacity) == (0.5, 2.0, 5.0)


def test_a_client_that_starts_later_measures_from_then() -> None:
    """The measured rate of a client made at 1,000 s is not spread over the time before."""
    model = FIELD.validate_python("aws_adaptive")
    late, early = make_budget(model, 1000.0), make_budget(model)
    assert isinstance(late, AwsAdaptiveBudget)
    assert isinstance(early, AwsAdaptiveBudget)
    for made in (late, early):
        made.attempt_ended(1001.0, False, OK)
    assert late.limiter.clocker.measured == 0.8
    assert early.limiter.clocker.measured < 0.001


# Mistakes.


@pytest.mark.parametrize(
    ("written", "where", "said"),
    [
        ({"attempts": 0}, "attempts", "at least 1"),
        ({"attempts": 101}, "attempts", "at most 100"),
        ({"attempts": 2.5}, "attempts", "whole number"),
        ({"backoff": 50}, "backoff", "unit"),
        ({"backoff": "-1s"}, "backoff", "at least 0"),
        ({"multiplier": 0.5}, "multiplier", "at least 1"),
        ({"multiplier": 1000}, "multiplier", "at most 100"),
        ({"max_backoff": 0}, "max_backoff", "above 0"),
        ({"backoff": "1s", "max_backoff": "100ms"}, "max_backoff", "at least `backoff`"),
        ({"profile": "envoy", "backoff": "1s"}, "backoff", "write `max_backoff` too"),
        ({"jitter": "half"}, "jitter", "`decorrelated` or a share"),
        ({"jitter": "120%"}, "jitter", "or a share"),
        ({"jitter": True}, "jitter", "or a share"),
        ({"jitter": "decorrelated", "multiplier": 2}, "multiplier", "no use"),
        ({"jitter": "decorrelated", "backoff": 0}, "backoff", "above 0"),
        ({"on": []}, "on", "an outcome at least"),
        ({"on": ["error", "deadline"]}, "on.1", "no time is left"),
        ({"on": ["cancelled"]}, "on.0", "nobody wants the answer"),
        ({"on": ["error", "timeout", "error"]}, "on.2", "there already"),
        ({"on": ["ok"]}, "on.0", "'error'"),
        ({"another_instance": "yes"}, "another_instance", "bool"),
        ({"honour_retry_after": 1}, "honour_retry_after", "bool"),
        ({"retries": 3}, "retries", "not permitted"),
        ({"profile": "hystrix"}, "profile", "'resilience4j'"),
        ("tenacity", "<bare>", "'resilience4j'"),
        ({"budget": {}}, "budget", "one budget"),
        ({"budget": {"finagle": {}, "envoy": {}}}, "budget", "one budget"),
        ({"budget": {"finagle": None}}, "budget", "one budget"),
        ({"budget": "failure_rate"}, "budget.<bare>", "'finagle'"),
        ({"budget": {"failure_rate": "150%"}}, "budget.failure_rate", "from 0 to 1"),
        ({"budget": {"finagle": {"ttl": "61s"}}}, "budget.finagle.ttl", "from 1s to 60s"),
        ({"budget": {"finagle": {"ttl": "500ms"}}}, "budget.finagle.ttl", "from 1s to 60s"),
        (
            {"budget": {"finagle": {"min_retries_per_sec": -1}}},
            "budget.finagle.min_retries_per_sec",
            "at least 0",
        ),
        (
            {"budget": {"finagle": {"percent_can_retry": -1}}},
            "budget.finagle.percent_can_retry",
            "a share",
        ),
        (
            {"budget": {"finagle": {"percent_can_retry": 1001}}},
            "budget.finagle.percent_can_retry",
            "at most 1,000",
        ),
        ({"budget": {"envoy": {"budget_percent": 20}}}, "budget.envoy.budget_percent", "share"),
        ({"budget": {"grpc": {"max_tokens": 1001}}}, "budget.grpc.max_tokens", "at most 1,000"),
        ({"budget": {"grpc": {"max_tokens": 0}}}, "budget.grpc.max_tokens", "at least 1"),
        ({"budget": {"grpc": {"token_ratio": 0}}}, "budget.grpc.token_ratio", "at least 0.001"),
        ({"budget": {"aws_standard": {"beta": 0.7}}}, "budget.aws_standard.beta", "not permitted"),
        ({"budget": {"aws_adaptive": {"beta": 2}}}, "budget.aws_adaptive.beta", "at most 1"),
        ({"budget": {"token_bucket": {"cost": 0}}}, "budget.token_bucket.cost", "above 0"),
    ],
)
def test_mistakes(written: object, where: str, said: str) -> None:
    """Each is refused where it stands, with what was expected."""
    [(at, message)] = mistakes(written)
    assert at == where
    assert said in message


# What editors and reports are told.


def dumped(written: object) -> Any:
    return FIELD.validate_python(written).model_dump(mode="json", exclude_unset=True)


@pytest.mark.parametrize(
    "written",
    [
        {"attempts": 4, "backoff": "100ms", "jitter": "20%", "on": ["error", "timeout"]},
        {"profile": "envoy", "max_backoff": "1s", "budget": {"failure_rate": "10%"}},
        {"budget": {"finagle": {"percent_can_retry": 2.5, "ttl": "5s"}}},
        {"budget": {"finagle": {"percent_can_retry": "20%"}}},
        {"budget": "grpc"},
    ],
)
def test_what_is_written_back_is_what_was_read(written: dict[str, Any]) -> None:
    """A policy is written as a file would have it."""
    assert dumped(written) == written


def test_schema_takes_what_the_models_take() -> None:
    """Editors accept every form, and mark what is refused."""
    schema = FIELD.json_schema()
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for good in (
        "linkerd",
        {"jitter": "full"},
        {"jitter": "20%"},
        {"jitter": 0.2},
        {"budget": None},
        {"budget": "aws_adaptive"},
        {"budget": {"finagle": {"percent_can_retry": 2}}},
        {"profile": "grpc", "max_backoff": "1s", "on": ["error"]},
    ):
        assert validator.is_valid(good), good
    for bad in (
        "tenacity",
        {"jitter": "half"},
        {"budget": "none"},
        {"attempts": 0},
        {"on": ["ok"]},
    ):
        assert not validator.is_valid(bad), bad


def test_a_caller_cannot_tell_a_lost_message_from_a_slow_callee() -> None:
    """Whoever retries timeouts retries what the network ate, and the other way round."""
    assert names(read({"on": ["timeout"]})) == {"timeout", "unreachable"}
    assert names(read({"on": ["unreachable", "refused"]})) == {"timeout", "unreachable", "refused"}
    assert names(read({"on": ["refused"]})) == {"refused"}
