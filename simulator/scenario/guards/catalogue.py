"""Every policy that a call or a service can have: what it does, its fields, defaults and profiles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict

from pydantic import BaseModel

from simulator.call.breaker import Breaker
from simulator.call.budget.aws_adaptive import AwsAdaptiveBudget
from simulator.call.budget.aws_standard import AwsStandardBudget
from simulator.call.budget.envoy import EnvoyBudget
from simulator.call.budget.failure_rate import FailureRateBudget
from simulator.call.budget.finagle import FinagleBudget
from simulator.call.budget.grpc import GrpcBudget
from simulator.call.budget.token_bucket import TokenBucketBudget
from simulator.call.bulkhead import Bulkhead
from simulator.call.cache import Cache
from simulator.call.concurrency_limit.aimd import AimdLimit
from simulator.call.concurrency_limit.fixed import FixedLimit
from simulator.call.concurrency_limit.gradient2 import Gradient2Limit
from simulator.call.concurrency_limit.vegas import VegasLimit
from simulator.call.fallback import Fallback
from simulator.call.hedge import Hedge
from simulator.call.rate_limit.fixed_window import FixedWindow
from simulator.call.rate_limit.leaky_bucket import LeakyBucket
from simulator.call.rate_limit.sliding_window import SlidingWindow
from simulator.call.rate_limit.token_bucket import TokenBucket
from simulator.call.retry import RetrySettings
from simulator.discovery.health_check import HealthChecker
from simulator.discovery.outlier import OutlierDetector
from simulator.scenario.docstring import story_of
from simulator.scenario.fields import FieldSummary, dumped, fields_of, written
from simulator.scenario.model import balancer
from simulator.scenario.model.guards.breaker import Breaker as BreakerModel
from simulator.scenario.model.guards.bulkhead import Bulkhead as BulkheadModel
from simulator.scenario.model.guards.cache import Cache as CacheModel
from simulator.scenario.model.guards.concurrency_limit import ConcurrencyLimit as LimitModel
from simulator.scenario.model.guards.fallback import Fallback as FallbackModel
from simulator.scenario.model.guards.hedge import Hedge as HedgeModel
from simulator.scenario.model.guards.profile import Profiled
from simulator.scenario.model.guards.rate_limit import RateLimit as RateModel
from simulator.scenario.model.guards.retry import Retry as RetryModel
from simulator.scenario.model.guards.shedding import Shedding as SheddingModel
from simulator.scenario.model.policy import Policy
from simulator.service.gate import Gate
from simulator.service.shedding.codel import CoDel
from simulator.service.shedding.deadline_left import DeadlineLeft
from simulator.service.shedding.priority import PriorityShares
from simulator.service.shedding.queue_length import QueueLength


@dataclass(frozen=True, slots=True)
class Entry:
    """One policy: the class that explains it, its fields, and variants that have a text of their own.

    A policy without a class is a single value, and its key's description explains it.
    """

    explained_by: type | None = None
    model: type[BaseModel] | None = None
    variants: Mapping[str, type] = field(default_factory=dict)
    place: str = "a call"


POLICIES: Mapping[str, Entry] = {
    "fallback": Entry(Fallback, FallbackModel),
    "cache": Entry(Cache, CacheModel),
    "call_timeout": Entry(),
    "deadline": Entry(),
    "retry": Entry(
        RetrySettings,
        RetryModel,
        {
            "budget: finagle": FinagleBudget,
            "budget: envoy": EnvoyBudget,
            "budget: grpc": GrpcBudget,
            "budget: aws_standard": AwsStandardBudget,
            "budget: aws_adaptive": AwsAdaptiveBudget,
            "budget: token_bucket": TokenBucketBudget,
            "budget: failure_rate": FailureRateBudget,
        },
    ),
    "hedge": Entry(Hedge, HedgeModel),
    "breaker": Entry(Breaker, BreakerModel),
    "rate_limit": Entry(
        TokenBucket,
        RateModel,
        {
            "algorithm: leaky_bucket": LeakyBucket,
            "algorithm: fixed_window": FixedWindow,
            "algorithm: sliding_window": SlidingWindow,
        },
        "a call or a service",
    ),
    "timeout": Entry(),
    "bulkhead": Entry(Bulkhead, BulkheadModel),
    "concurrency_limit": Entry(
        Gradient2Limit,
        LimitModel,
        {
            "algorithm: vegas": VegasLimit,
            "algorithm: aimd": AimdLimit,
            "algorithm: fixed": FixedLimit,
        },
        "a call or a service",
    ),
    "cancel": Entry(),
    "idempotent": Entry(),
    "outlier": Entry(OutlierDetector, balancer.Outlier),
    "health_check": Entry(HealthChecker, balancer.HealthCheck),
    "shedding": Entry(
        Gate,
        SheddingModel,
        {
            "queue": QueueLength,
            "codel": CoDel,
            "priority": PriorityShares,
            "deadline_left": DeadlineLeft,
        },
        "a service",
    ),
}
"""In the order in which they wrap a call, the outermost first; then those that wrap none."""


class Summary(TypedDict):
    """One policy: what it does, where it may stand, its fields, and what each profile sets."""

    name: str
    summary: str
    stands_in: str
    fields: list[FieldSummary]
    profiles: dict[str, dict[str, object]]


def summary_of(name: str) -> Summary:
    """What there is to say of a policy, as data."""
    entry = POLICIES[name]
    return {
        "name": name,
        "summary": explained(name).partition("\n")[0],
        "stands_in": entry.place,
        "fields": fields_of(entry.model),
        "profiles": _profiles(entry.model),
    }


def explain(name: str) -> str:
    """All there is to say of a policy, to be read."""
    entry = POLICIES[name]
    summary = summary_of(name)
    parts = [f"{name}: a key of {entry.place}", explained(name)]
    if name in ORDER:
        parts.append(f"Order, the outermost first: {', '.join(ORDER)}.")
    for variant, explained_by in entry.variants.items():
        parts.append(f"With `{variant}`:\n\n{story_of(explained_by)}")
    if summary["fields"]:
        lines = [
            f"  {each['name']} ({written(each['default'])}): {each['meaning']}"
            for each in summary["fields"]
        ]
        parts.append("\n".join(["Fields, with their defaults:", *lines]))
    if summary["profiles"]:
        lines = [
            f"  {profile}: {_listed(values) or 'the defaults above'}"
            for profile, values in summary["profiles"].items()
        ]
        parts.append("\n".join(["Profiles, and what they set:", *lines]))
    return "\n\n".join(parts) + "\n"


ORDER = (
    "fallback",
    "cache",
    "call_timeout",
    "deadline",
    "retry",
    "hedge",
    "breaker",
    "rate_limit",
    "timeout",
    "bulkhead",
    "concurrency_limit",
)
"""The policies that wrap a call, the outermost first."""


def explained(name: str) -> str:
    """What a policy does in the real world and here."""
    kind = POLICIES[name].explained_by
    if kind is None:
        return Policy.model_fields[name].description or ""
    return story_of(kind)


def _profiles(model: type[BaseModel] | None) -> dict[str, dict[str, object]]:
    if model is None or not issubclass(model, Profiled):
        return {}
    return {
        profile: {key: value for key, value in dumped(model, values).items() if key in values}
        for profile, values in model.profiles.items()
    }


def _listed(values: Mapping[str, object]) -> str:
    return ", ".join(f"{key}: {written(value)}" for key, value in values.items())
