"""From the retry policy of a call to its settings and its budget."""

from __future__ import annotations

from math import inf

from simulator.call.backoff import Backoff
from simulator.call.budget.aws_adaptive import AwsAdaptiveBudget
from simulator.call.budget.aws_standard import AwsStandardBudget
from simulator.call.budget.base import RetryBudget
from simulator.call.budget.envoy import EnvoyBudget
from simulator.call.budget.failure_rate import FailureRateBudget
from simulator.call.budget.finagle import FinagleBudget
from simulator.call.budget.grpc import GrpcBudget
from simulator.call.budget.token_bucket import TokenBucketBudget
from simulator.call.retry import RetrySettings
from simulator.scenario.model.guards.profile import outcome_mask
from simulator.scenario.model.guards.retry import (
    AwsAdaptiveQuota,
    AwsRetryQuota,
    EnvoyRetryBudget,
    FinagleRetryBudget,
    GrpcRetryThrottling,
    Retry,
    RetryTokenBucket,
    chosen_budget,
)


def retry_settings(model: Retry) -> RetrySettings:
    """What is tried again, how often, and after which waits."""
    values = model.settled()
    jitter, longest = values["jitter"], values["max_backoff"]
    by_name = isinstance(jitter, str)
    backoff = Backoff(
        base=values["backoff"],
        multiplier=values["multiplier"],
        maximum=inf if longest is None else longest,
        jitter=jitter if by_name else "factor",
        factor=0.0 if by_name else jitter,
    )
    return RetrySettings(
        attempts=values["attempts"],
        mask=outcome_mask(values["on"]),
        backoff=backoff,
        another_instance=values["another_instance"],
        honour_retry_after=values["honour_retry_after"],
    )


def make_budget(model: Retry, now: float = 0.0) -> RetryBudget | None:
    """A budget for one caller instance, which begins to exist at `now`; None for none."""
    values = model.settled()
    if values["budget"] is None:
        return None
    match chosen_budget(values["budget"]):
        case FinagleRetryBudget() as options:
            return FinagleBudget(
                options.ttl, options.min_retries_per_sec, options.percent_can_retry
            )
        case EnvoyRetryBudget() as options:
            return EnvoyBudget(options.budget_percent, options.min_retry_concurrency)
        case GrpcRetryThrottling() as options:
            failures = outcome_mask(values["on"])
            return GrpcBudget(options.max_tokens, options.token_ratio, failures)
        case AwsAdaptiveQuota() as options:
            return AwsAdaptiveBudget(
                options.quota,
                options.retry_cost,
                options.timeout_cost,
                beta=options.beta,
                scale=options.scale,
                smoothing=options.smoothing,
                min_rate=options.min_rate,
                now=now,
            )
        case AwsRetryQuota() as options:
            return AwsStandardBudget(options.quota, options.retry_cost, options.timeout_cost)
        case RetryTokenBucket() as options:
            return TokenBucketBudget(options.deposit, options.capacity, options.cost)
        case float() as limit:
            return FailureRateBudget(limit)
        case unknown:
            raise AssertionError(f"no budget is made of {unknown!r}")
