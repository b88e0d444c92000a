"""Trying again what has failed, and how much of that a caller may do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag

from simulator.scenario.model.base import (
    Duration,
    Mistake,
    Model,
    PositiveDuration,
    Reads,
    Share,
    number,
    whole,
)
from simulator.scenario.model.guards.profile import (
    ALL_FAILURES,
    FailureName,
    Profiled,
    options_or_name,
    with_profile,
)
from simulator.units import SHARE_PATTERN, format_share, parse_share

RetryProfile = Literal[
    "resilience4j",
    "envoy",
    "istio",
    "linkerd",
    "finagle",
    "grpc",
    "aws_standard",
    "aws_adaptive",
    "polly",
]
BudgetName = Literal["finagle", "envoy", "grpc", "aws_standard", "aws_adaptive", "token_bucket"]

JITTERS = ("none", "full", "equal", "decorrelated")
MOST_ATTEMPTS = 100
MOST_RATIO = 1000.0


def _jitter(given: object) -> str | float:
    """A kind of jitter by its name, or how far from the delay a wait may be, as a share."""
    if isinstance(given, str) and given in JITTERS:
        return given
    try:
        return parse_share(given)
    except ValueError:
        names = ", ".join(f"`{each}`" for each in JITTERS)
        raise ValueError(f"expected {names} or a share, such as `20%`") from None


def _written_jitter(jitter: str | float) -> object:
    return jitter if isinstance(jitter, str) else format_share(jitter)


def _ratio(given: object) -> float:
    """A share, or a number above 1."""
    if isinstance(given, (int, float)) and not isinstance(given, bool) and 1 < given <= MOST_RATIO:
        return float(given)
    try:
        return parse_share(given)
    except ValueError:
        raise ValueError(
            f"expected a share, such as `20%`, or a number of at most {MOST_RATIO:,.0f}"
        ) from None


def _written_ratio(ratio: float) -> object:
    return format_share(ratio) if ratio <= 1.0 else ratio


Jitter = Annotated[
    str | float,
    Reads(
        _jitter,
        _written_jitter,
        {
            "anyOf": [
                {"enum": list(JITTERS)},
                {"type": "string", "pattern": SHARE_PATTERN},
                {"type": "number", "minimum": 0, "maximum": 1},
            ],
            "description": "A kind of jitter, or a share such as 20%.",
        },
    ),
]
Ratio = Annotated[
    float,
    Reads(
        _ratio,
        _written_ratio,
        {
            "anyOf": [
                {"type": "string", "pattern": SHARE_PATTERN},
                {"type": "number", "minimum": 0, "maximum": MOST_RATIO},
            ],
            "description": "A share such as 20%, or a number.",
        },
    ),
]
Outcomes = Annotated[tuple[FailureName, ...], Field(strict=False)]


class FinagleRetryBudget(Model):
    """Finagle's and Linkerd's budget, under Finagle's names and with its defaults."""

    ttl: PositiveDuration = Field(
        10.0, description="How long a call counts for the budget; 1s to 60s."
    )
    min_retries_per_sec: Annotated[int, whole(0, 10**6)] = Field(
        10, description="Retries on top, for each second of `ttl`, all there from the start."
    )
    percent_can_retry: Ratio = Field(0.2, description="Retries for each call.")

    def rules(self) -> Iterator[Mistake]:
        if not 1.0 <= self.ttl <= 60.0:
            yield Mistake("expected a duration from 1s to 60s", ("ttl",))


class EnvoyRetryBudget(Model):
    """Envoy's budget, under its names and with its defaults."""

    budget_percent: Share = Field(
        0.2, description="Retries under way, as a share of the requests under way."
    )
    min_retry_concurrency: Annotated[int, whole(0, 10**9)] = Field(
        3, description="So many may always be under way."
    )


class GrpcRetryThrottling(Model):
    """gRPC's throttling of retries; it has no defaults, these are its specification's example."""

    max_tokens: Annotated[int, whole(1, 1000)] = Field(
        10, description="The size of the bucket; retries stop when it is half empty."
    )
    token_ratio: Annotated[float, number(0.001, most=1000)] = Field(
        0.1, description="What a good attempt puts in; a failed one takes out 1."
    )


class AwsRetryQuota(Model):
    """The quota of the AWS SDKs, with their constants."""

    quota: Annotated[int, whole(0, 10**9)] = Field(
        500, description="What there is at first, and at most."
    )
    retry_cost: Annotated[int, whole(1, 10**6)] = Field(5, description="What a retry takes.")
    timeout_cost: Annotated[int, whole(1, 10**6)] = Field(
        10, description="What a retry takes after a timeout."
    )


class AwsAdaptiveQuota(AwsRetryQuota):
    """The same with the client's own rate limiter, which throttled answers switch on."""

    beta: Annotated[float, number(0.01, most=1)] = Field(
        0.7, description="What a throttled answer leaves of the rate."
    )
    scale: Annotated[float, number(above=True, most=1000)] = Field(
        0.4, description="How quickly the rate comes back: the C of CUBIC."
    )
    smoothing: Annotated[float, number(0.01, most=1)] = Field(
        0.8, description="The weight of the latest half second in the measured rate."
    )
    min_rate: Annotated[float, number(above=True, most=10**6)] = Field(
        0.5, description="Attempts a second, at least."
    )


class RetryTokenBucket(Model):
    """A bucket that each call fills a little, and each retry empties by one."""

    deposit: Annotated[float, number(most=1000)] = Field(
        0.1, description="What a call puts in: retries for each call, in the long run."
    )
    capacity: Annotated[float, number(above=True, most=10**9)] = Field(
        5.0, description="What there is at first, and at most."
    )
    cost: Annotated[float, number(above=True, most=10**6)] = Field(
        1.0, description="What a retry takes; there must be more than that."
    )


class RetryBudgetChoice(Model):
    """A budget with its options."""

    finagle: FinagleRetryBudget | None = Field(
        None, description="A share of the calls of late, and a reserve on top."
    )
    envoy: EnvoyRetryBudget | None = Field(
        None, description="So many at once, as a share of the requests under way."
    )
    grpc: GrpcRetryThrottling | None = Field(
        None, description="None while too large a share of the attempts fails."
    )
    aws_standard: AwsRetryQuota | None = Field(
        None, description="A store that successes fill again."
    )
    aws_adaptive: AwsAdaptiveQuota | None = Field(
        None, description="The same, and all attempts slow down when the callee throttles."
    )
    token_bucket: RetryTokenBucket | None = Field(
        None, description="A bucket that each call fills a little."
    )
    failure_rate: Share | None = Field(
        None, description="None while more of the calls than this have failed since the start."
    )

    def rules(self) -> Iterator[Mistake]:
        given = [name for name in self.model_fields_set if getattr(self, name) is not None]
        if len(given) != 1:
            yield Mistake("expected one budget, as in `{finagle: {percent_can_retry: 10%}}`")


RetryBudgetField = Annotated[
    Annotated[RetryBudgetChoice, Tag("<options>")] | Annotated[BudgetName, Tag("<bare>")],
    Discriminator(options_or_name),
]

BUDGETS: dict[str, type[Model]] = {
    "finagle": FinagleRetryBudget,
    "envoy": EnvoyRetryBudget,
    "grpc": GrpcRetryThrottling,
    "aws_standard": AwsRetryQuota,
    "aws_adaptive": AwsAdaptiveQuota,
    "token_bucket": RetryTokenBucket,
}
"""The options of every budget that has defaults."""


def chosen_budget(budget: RetryBudgetChoice | str) -> Model | float:
    """The options of a budget, defaults included; a share for `failure_rate`."""
    if isinstance(budget, str):
        return BUDGETS[budget]()
    for name in budget.model_fields_set:
        options: Model | float | None = getattr(budget, name)
        if options is not None:
            return options
    raise AssertionError("a budget without options has been refused when it was read")


NEVER: tuple[FailureName, ...] = ("deadline", "cancelled")
"""After these there is no time left, or nobody who wants it."""
EVERY_FAILURE = tuple(name for name in ALL_FAILURES if name not in NEVER)
TRANSIENT: tuple[FailureName, ...] = (
    "error",
    "timeout",
    "refused",
    "reset",
    "unreachable",
    "queue_full",
    "shed",
    "rate_limited",
    "no_instance",
)
"""What may be over by the time of the next attempt, and is not of the caller's own making."""

_ENVOY_BACKOFF: Mapping[str, object] = {
    "backoff": 0.025,
    "multiplier": 2.0,
    "max_backoff": 0.25,
    "jitter": "full",
    "honour_retry_after": False,
}
_AWS: Mapping[str, object] = {
    "attempts": 3,
    "backoff": 1.0,
    "multiplier": 2.0,
    "max_backoff": 20.0,
    "jitter": "full",
    # TransientRetryableChecker (500, 502, 503, 504, connection errors), ThrottledRetryableChecker.
    "on": TRANSIENT,
    "honour_retry_after": False,
}


class Retry(Profiled):
    """Which failures are tried again, how often, and after which wait."""

    profiles: ClassVar[Mapping[str, Mapping[str, object]]] = {
        # RetryConfig: any exception, an open breaker's too.
        "resilience4j": {
            "attempts": 3,
            "backoff": 0.5,
            "multiplier": 1.0,
            "jitter": "none",
            "on": EVERY_FAILURE,
            "honour_retry_after": False,
        },
        # Envoy retries nothing by itself; this is `retry_on: 5xx` (which includes connect-failure
        # and refused-stream) with the defaults of the rest. What Envoy answers itself (no healthy
        # host, its own overflow) is not retried, and 429 is not 5xx. The cluster's circuit breaker
        # `max_retries: 3` is its budget without a share.
        "envoy": {
            **_ENVOY_BACKOFF,
            "attempts": 2,
            "on": ("error", "timeout", "refused", "reset", "unreachable", "queue_full", "shed"),
            "budget": RetryBudgetChoice(
                envoy=EnvoyRetryBudget(budget_percent=0.0, min_retry_concurrency=3)
            ),
        },
        # `connect-failure,refused-stream,unavailable,cancelled`, as in current versions, without 503.
        # What is left of our outcomes is a connection that was refused: a callee that dies while it
        # works resets a stream that it had accepted, full queues and shed load are plain 503s, and
        # what the network eats on an open connection is a timeout. Istio sets max_retries so high
        # that it does not count.
        "istio": {
            **_ENVOY_BACKOFF,
            "attempts": 3,
            "on": ("refused",),
            "another_instance": True,
        },
        # A ServiceProfile's `isRetryable`: any answer of 5xx, at once, as often as the budget pays
        # for, which here is at most 100 attempts. A refused or broken connection to the callee is
        # answered with 502 or 503 by the proxy at the callee's side. A timeout ends the call.
        "linkerd": {
            "attempts": MOST_ATTEMPTS,
            "backoff": 0.0,
            "multiplier": 1.0,
            "jitter": "none",
            "on": ("error", "refused", "reset", "queue_full", "shed"),
            "honour_retry_after": False,
            "budget": "finagle",
        },
        # Requeues: only what is sure not to have been done (RetryableWriteException), for want of
        # a connection or by a nack of the server's admission control. One request may have a fifth
        # of the balance (Retries.MaxRequeuesPerReq), 20 retries of the reserve of 100.
        "finagle": {
            "attempts": 21,
            "backoff": 0.0,
            "multiplier": 1.0,
            "jitter": "none",
            "on": ("refused", "queue_full", "shed"),
            "honour_retry_after": False,
            "budget": "finagle",
        },
        # gRPC retries nothing by itself; these are the examples of its specification, A6, with
        # UNAVAILABLE for the status. What the balancer drops on purpose, as a breaker does, is not
        # retried.
        "grpc": {
            "attempts": 4,
            "backoff": 0.1,
            "multiplier": 2.0,
            "max_backoff": 1.0,
            "jitter": 0.2,
            "on": ("refused", "reset", "no_instance"),
            "budget": "grpc",
        },
        "aws_standard": {**_AWS, "budget": "aws_standard"},
        "aws_adaptive": {**_AWS, "budget": "aws_adaptive"},
        # Version 8, RetryStrategyOptions: three retries, 2 s, any exception but a cancellation.
        "polly": {
            "attempts": 4,
            "backoff": 2.0,
            "multiplier": 1.0,
            "jitter": "none",
            "on": EVERY_FAILURE,
            "honour_retry_after": False,
        },
    }

    profile: RetryProfile | None = Field(None, description="The library whose defaults these are.")
    attempts: Annotated[int, whole(1, MOST_ATTEMPTS)] = Field(
        3, description="How often it is tried at most, the first time included."
    )
    backoff: Duration = Field(0.025, description="The delay before the first retry.")
    multiplier: Annotated[float, number(1.0, most=100)] = Field(
        2.0, description="By which factor the delay grows from retry to retry; 1: not at all."
    )
    max_backoff: PositiveDuration | None = Field(
        None, description="The longest delay; left out: as long as it grows."
    )
    jitter: Jitter = Field(
        "full",
        description="How the wait is drawn from the delay d. `none`: it is d; `full`: from 0 to d; "
        "`equal`: from d/2 to d; `20%`: within 20 % of d; `decorrelated`: from `backoff` to three "
        "times the wait before.",
    )
    on: Outcomes = Field(TRANSIENT, description="Which outcomes are tried again.")
    another_instance: bool = Field(
        False, description="Prefer an instance that has not had the call yet."
    )
    honour_retry_after: bool = Field(
        True, description="Wait at least as long as the callee asks for."
    )
    budget: RetryBudgetField | None = Field(
        None,
        description="What bounds the retries of all calls of a caller instance together; left "
        "out: nothing does.",
    )

    def rules(self) -> Iterator[Mistake]:
        if not self.on:
            yield Mistake(
                "expected an outcome at least; `attempts: 1` is how not to retry", ("on",)
            )
        for place, name in enumerate(self.on):
            if name in NEVER:
                reason = "no time is left" if name == "deadline" else "nobody wants the answer"
                yield Mistake(f"`{name}` cannot be tried again: {reason}", ("on", place))
            elif name in self.on[:place]:
                yield Mistake(f"`{name}` is there already", ("on", place))
        yield from self._delays()

    def _delays(self) -> Iterator[Mistake]:
        """What must hold between the delays, some of which may be a profile's."""
        settled = self.settled()
        backoff, longest = settled["backoff"], settled["max_backoff"]
        if longest is not None and longest < backoff:
            if "max_backoff" in self.model_fields_set:
                yield Mistake("expected at least `backoff`", ("max_backoff",))
            else:
                yield Mistake(
                    f"the longest delay of `{self.profile}` is shorter; write `max_backoff` too",
                    ("backoff",),
                )
        if settled["jitter"] == "decorrelated":
            if "multiplier" in self.model_fields_set:
                yield Mistake("`jitter: decorrelated` has no use for it", ("multiplier",))
            if backoff == 0.0:
                yield Mistake(
                    "expected a duration above 0 with `jitter: decorrelated`", ("backoff",)
                )


RetryField = Annotated[
    Annotated[Retry, Tag("<options>")]
    | Annotated[RetryProfile, AfterValidator(with_profile(Retry)), Tag("<bare>")],
    Discriminator(options_or_name),
]
