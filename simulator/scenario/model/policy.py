"""What guards a call."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from simulator.scenario.model.balancer import (
    Balancer,
    Connections,
    Dns,
    HealthCheck,
    OutlierField,
    SlowStartField,
)
from simulator.scenario.model.base import Model, Name, PositiveDuration, Share, whole
from simulator.scenario.model.gslb import Gslb
from simulator.scenario.model.guards.breaker import BreakerField
from simulator.scenario.model.guards.bulkhead import BulkheadField
from simulator.scenario.model.guards.cache import Cache
from simulator.scenario.model.guards.concurrency_limit import ConcurrencyLimitField
from simulator.scenario.model.guards.fallback import FallbackField
from simulator.scenario.model.guards.hedge import HedgeField
from simulator.scenario.model.guards.profile import options_or_name
from simulator.scenario.model.guards.rate_limit import RateLimitField
from simulator.scenario.model.guards.retry import RetryField


class Policy(Model):
    """How a call is made.

    May stand in `defaults`, in a service's `policy`, in a traffic class (for its entry call) and in
    a call; a later one wins, key by key.
    """

    timeout: PositiveDuration | None = Field(
        None, description="How long one attempt waits for its answer; left out: for ever."
    )
    deadline: PositiveDuration | None = Field(
        None,
        description="How long the call may take with everything it causes; what is left travels "
        "down to the calls below, and nothing is started that has no time left.",
    )
    cancel: bool = Field(
        False, description="Tell the callee when the caller gives up, so that it stops working."
    )
    idempotent: bool = Field(
        True,
        description="Whether it does no harm when the callee does it twice; `false` is not tried "
        "again once it may have been done.",
    )
    fallback: FallbackField | None = Field(
        None, description="What to make do with when the call has failed."
    )
    cache: Cache | None = Field(None, description="Keep good answers, and ask for each only once.")
    call_timeout: PositiveDuration | None = Field(
        None,
        description="How long the call may take with all its attempts and waits; unlike `deadline` "
        "nobody below knows of it.",
    )
    retry: RetryField | None = Field(None, description="Try again what has failed.")
    hedge: HedgeField | None = Field(
        None, description="Ask another instance too when an answer takes long."
    )
    breaker: BreakerField | None = Field(
        None, description="Ask no more for a while when too much has failed."
    )
    rate_limit: RateLimitField | None = Field(
        None, description="Make only so many calls a second, for each caller instance."
    )
    bulkhead: BulkheadField | None = Field(
        None, description="Have only so many calls under way, for each caller instance."
    )
    concurrency_limit: ConcurrencyLimitField | None = Field(
        None, description="Have as many calls under way as the latency shows to be good."
    )
    balancer: Balancer = Field(
        "round_robin",
        description="Which instance gets the next attempt: an algorithm, or one with its options.",
    )
    via: Literal["client", "proxy", "connection", "dns"] = Field(
        "client",
        description="Who balances: each caller instance; a proxy before the service that all "
        "callers share; each caller, but only when it opens a connection; or the resolver.",
    )
    connections: Connections = Field(
        default_factory=Connections, description="With `via: connection`: how many, how long."
    )
    dns: Dns = Field(
        default_factory=Dns, description="With `via: dns`: how long an address is kept."
    )
    gslb: Gslb | None = Field(
        None,
        description="Lead callers to a region of the service first; the balancer chooses there.",
    )
    slow_start: SlowStartField | None = Field(
        None, description="How long a new instance takes to come to its full share."
    )
    panic_threshold: Share = Field(
        0.5, description="When fewer than this are healthy, the unhealthy are asked too."
    )
    subset: Annotated[int, whole(1, 100_000)] | None = Field(
        None, description="Each caller keeps to so many instances."
    )
    outlier: OutlierField | None = Field(
        None, description="Put aside instances whose answers are bad (Envoy's outlier detection)."
    )
    health_check: HealthCheck | None = Field(
        None, description="Probe instances, and leave out those that do not answer well."
    )


GUARDS = (
    "fallback",
    "cache",
    "call_timeout",
    "retry",
    "hedge",
    "breaker",
    "rate_limit",
    "bulkhead",
    "concurrency_limit",
)
"""What of a policy stands between a call and its attempts, the outermost first."""

BALANCING = (
    "balancer",
    "via",
    "connections",
    "dns",
    "gslb",
    "slow_start",
    "panic_threshold",
    "subset",
    "outlier",
    "health_check",
)
"""What of a call's policy is about the choice of an instance."""

PolicyField = Annotated[
    Annotated[Policy, Tag("<options>")] | Annotated[Name, Tag("<bare>")],
    Discriminator(options_or_name),
]
"""A policy, or the name of one of the scenario's `policies`."""


class NamedPolicy(Policy):
    """A policy that may build on one of the scenario's `policies`: its own keys win over those."""

    policy: Name | None = Field(
        None, description="One of the `policies`, for whatever is not said here."
    )
