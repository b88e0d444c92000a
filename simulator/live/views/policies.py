"""What stands between a caller and a service, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from simulator.scenario.building.pushes import Push
from simulator.scenario.fields import written
from simulator.scenario.guards.breaker import breaker_settings
from simulator.scenario.model.balancer import Outlier, chosen
from simulator.scenario.model.base import LONGEST
from simulator.scenario.model.guards.breaker import Breaker
from simulator.scenario.model.guards.bulkhead import Bulkhead
from simulator.scenario.model.guards.concurrency_limit import ConcurrencyLimit
from simulator.scenario.model.guards.fallback import Fallback
from simulator.scenario.model.guards.hedge import Hedge
from simulator.scenario.model.guards.profile import the
from simulator.scenario.model.guards.rate_limit import RateLimit
from simulator.scenario.model.guards.retry import (
    AwsRetryQuota,
    EnvoyRetryBudget,
    FinagleRetryBudget,
    GrpcRetryThrottling,
    Retry,
    RetryTokenBucket,
    chosen_budget,
)
from simulator.scenario.model.policy import Policy
from simulator.scenario.model.scenario import Scenario
from simulator.scenario.policies import calls_and_fallbacks, policy_of
from simulator.scenario.proxies import before_proxy, proxy_name
from simulator.units import format_duration, format_rate, format_share

Policies = dict[str, Policy]
"""By endpoint."""


def policies_of(scenario: Scenario, pushes: list[Push]) -> dict[tuple[str, str], Policies]:
    """By caller and callee, the policies of the calls between them, by the endpoint that is asked.

    The scenario is one in which proxies are services; `pushes` are those that are on, the latest
    last. Of several calls to one endpoint under different policies the last counts.
    """
    found: dict[tuple[str, str], Policies] = {}
    for caller, target, own in calls_and_fallbacks(scenario):
        party = caller.partition(".")[0]
        service, _, endpoint = target.partition(".")
        policy = policy_of(scenario, service, own)
        for push in pushes:
            if push.concerns(party, target):
                policy = _pushed(push, policy, own)
        if policy.via == "proxy" and party != proxy_name(service):
            service, policy = proxy_name(service), before_proxy(policy)
        found.setdefault((party, service), {})[endpoint] = policy
    return found


def _pushed(push: Push, policy: Policy, own: Policy) -> Policy:
    """A policy while a push is on, with the balancer too."""
    policy = push.over(policy, own)
    if push.balancer is None:
        return policy
    return policy.model_copy(update={"balancer": push.balancer})


def balancers_in_words(policies: Policies) -> str:
    """Who chooses among the instances, such as `least_request (choices: 3)`."""
    return ", ".join(dict.fromkeys(_balancer(each) for each in policies.values()))


def policies_in_words(policies: Policies) -> tuple[str, ...]:
    """A line for each policy; those that hold for some endpoints alone begin with these."""
    by_line: dict[str, list[str]] = {}
    for endpoint, policy in policies.items():
        for line in _lines(policy):
            by_line.setdefault(line, []).append(endpoint)
    return tuple(
        line if len(endpoints) == len(policies) else f"{', '.join(endpoints)}: {line}"
        for line, endpoints in by_line.items()
    )


def time(seconds: float) -> str:
    """A length of time as a line of text has it: `300 ms`."""
    parts = re.findall(r"([0-9.e+-]+)([a-z]+)", format_duration(seconds))
    return " ".join(f"{number} {unit}" for number, unit in parts)


def share(part: float) -> str:
    """A part of 1 as a line of text has it: `20 %`."""
    return format_share(part).replace("%", " %")


def _balancer(policy: Policy) -> str:
    name, options = chosen(policy.balancer)
    told = [name]
    given = {} if options is None else options.model_dump(exclude_unset=True)
    if given:
        told.append(f"({', '.join(f'{key}: {written(value)}' for key, value in given.items())})")
    if policy.via == "connection":
        told.append("for each connection")
    elif policy.via == "dns":
        told.append(f"by DNS, kept {time(policy.dns.ttl)}")
    if policy.gslb is not None:
        told.append(f"in the {policy.gslb.policy} region")
    return " ".join(told)


def _lines(policy: Policy) -> Iterator[str]:
    """The policies that wrap a call, the outermost first; then those about the choice."""
    if policy.fallback is not None:
        yield _fallback(the(Fallback, policy.fallback))
    if policy.cache is not None:
        yield f"cache {time(policy.cache.ttl)}, {policy.cache.capacity:,} answers"
    if policy.call_timeout is not None:
        yield f"call timeout {time(policy.call_timeout)}"
    if policy.deadline is not None:
        yield f"deadline {time(policy.deadline)}"
    if policy.retry is not None:
        yield _retry(the(Retry, policy.retry))
    if policy.hedge is not None:
        yield _hedge(the(Hedge, policy.hedge))
    if policy.breaker is not None:
        yield _breaker(the(Breaker, policy.breaker))
    if policy.rate_limit is not None:
        yield _rate_limit(the(RateLimit, policy.rate_limit))
    if policy.timeout is not None:
        yield f"timeout {time(policy.timeout)}"
    if policy.bulkhead is not None:
        yield _bulkhead(the(Bulkhead, policy.bulkhead))
    if policy.concurrency_limit is not None:
        values = the(ConcurrencyLimit, policy.concurrency_limit).settled()
        yield f"concurrency limit {values['algorithm']}, from {values['limit']}"
    if policy.cancel:
        yield "cancels what it gives up"
    if not policy.idempotent:
        yield "not idempotent"
    if policy.outlier is not None:
        values = the(Outlier, policy.outlier).settled()
        yield (
            f"ejects after {values['consecutive_5xx']} failures in a row, "
            f"for {time(values['base_ejection_time'])}"
        )
    if policy.health_check is not None:
        check = policy.health_check
        yield f"health check every {time(check.interval)}, out after {check.unhealthy_threshold}"


def _fallback(model: Fallback) -> str:
    if model.call is not None:
        return f"fallback asks {model.call}"
    if model.stale is not None:
        return f"fallback to answers up to {time(model.stale)} old"
    return f"fallback to a fixed answer after {time(model.constant or 0.0)}"


def _retry(model: Retry) -> str:
    values = model.settled()
    told = f"retry {values['attempts']} attempts, backoff {time(values['backoff'])}"
    if values["budget"] is None:
        return told
    return f"{told}, budget {_budget(chosen_budget(values['budget']))}"


def _budget(budget: object) -> str:
    match budget:
        case FinagleRetryBudget():
            return share(budget.percent_can_retry)
        case EnvoyRetryBudget():
            return f"{share(budget.budget_percent)} at once"
        case GrpcRetryThrottling():
            return f"{budget.max_tokens} tokens, {budget.token_ratio:g} back for a success"
        case AwsRetryQuota():
            return f"{budget.quota} tokens, {budget.retry_cost} for a retry"
        case RetryTokenBucket():
            return f"{budget.capacity:g} tokens, {budget.deposit:g} for each call"
        case float():
            return f"up to {share(budget)} failures"
    raise AssertionError(f"{budget!r} is no budget")


def _hedge(model: Hedge) -> str:
    values = model.settled()
    after = time(values["delay"] or 0.0)
    if values["percentile"] is not None:
        after = f"p{values['percentile'] * 100:g}"
    budget = "" if values["budget"] is None else f", budget {share(values['budget'])}"
    return f"hedge after {after}, {values['maximum']} more{budget}"


def _breaker(model: Breaker) -> str:
    settings = breaker_settings(model)
    values = model.settled()
    if values["state"] != "closed":
        return f"breaker {values['state'].replace('_', ' ')}"
    if settings.consecutive_failures is not None:
        opens = f"after {settings.consecutive_failures} failures in a row"
    else:
        calls = f"{settings.window} calls"
        if settings.window_seconds is not None:
            calls = f"the calls of {time(settings.window_seconds)}"
        opens = "never" if settings.failure_rate is None else f"at {share(settings.failure_rate)}"
        opens = f"{opens} of {calls}"
        slow = settings.slow_call_rate
        if slow is not None and {"slow_call_rate", "slow_call_duration"} & model.model_fields_set:
            opens += f", or {share(slow)} slower than {time(settings.slow_call_duration)}"
    whose = {"callee": ", for each instance", "shared": ", one for all callers"}
    return f"breaker opens {opens}, waits {time(settings.wait)}{whose.get(values['scope'], '')}"


def _rate_limit(model: RateLimit) -> str:
    values = model.settled()
    if values["rate"] is not None:
        told = f"rate limit {format_rate(values['rate'])}"
    else:
        told = f"rate limit {values['limit']} in {time(values['period'])}"
    if values["wait"] == 0.0:
        return told
    return f"{told}, waits" + (f" {time(values['wait'])}" if values["wait"] < LONGEST else "")


def _bulkhead(model: Bulkhead) -> str:
    values = model.settled()
    queue = values["queue"]
    return f"bulkhead {values['concurrency']}" + (f", queue {queue}" if queue else "")
