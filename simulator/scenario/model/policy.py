"""What guards a call."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from simulator.scenario.model.balancer import (
    Balancer,
    Connections,
    Dns,
    HealthCheck,
    Outlier,
    SlowStartField,
)
from simulator.scenario.model.base import Model, PositiveDuration, Share, whole


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
    slow_start: SlowStartField | None = Field(
        None, description="How long a new instance takes to come to its full share."
    )
    panic_threshold: Share = Field(
        0.5, description="When fewer than this are healthy, the unhealthy are asked too."
    )
    subset: Annotated[int, whole(1, 100_000)] | None = Field(
        None, description="Each caller keeps to so many instances."
    )
    outlier: Outlier | None = Field(
        None, description="Put aside instances whose answers are bad (Envoy's outlier detection)."
    )
    health_check: HealthCheck | None = Field(
        None, description="Probe instances, and leave out those that do not answer well."
    )
