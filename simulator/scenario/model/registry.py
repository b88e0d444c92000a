"""Registries: how callers learn which instances there are."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from simulator.scenario.model.base import Duration, Model, PositiveDuration, Share, whole

REGISTRIES = ("static", "eureka", "consul", "etcd", "kubernetes", "dns")
Count = Annotated[int, whole(1, 1000)]


class Static(Model):
    """Every caller knows every instance, always: also one that is dead."""

    kind: Literal["static"] = Field("static", description="No registry.")


class Registry(Model):
    """What all registries have."""

    replicas: Annotated[int, whole(1, 99)] = Field(3, description="How many servers it has.")
    latency: Duration = Field(0.001, description="What one message to or from a server takes.")


class Eureka(Registry):
    """Netflix Eureka."""

    kind: Literal["eureka"] = Field(description="Available before all, and late to know.")
    renewal_interval: PositiveDuration = Field(30.0, description="Time between two heartbeats.")
    lease_duration: PositiveDuration = Field(
        90.0, description="A lease without a heartbeat; one that was renewed lasts twice as long."
    )
    eviction_interval: PositiveDuration = Field(60.0, description="Time between two evictions.")
    response_cache_update: PositiveDuration = Field(
        30.0, description="How often the answer to callers is made anew."
    )
    registry_fetch: PositiveDuration = Field(30.0, description="How often callers ask.")
    self_preservation: bool = Field(
        True, description="Evict nobody while too many heartbeats are missing at once."
    )
    renewal_percent_threshold: Share = Field(
        0.85, description="The share of heartbeats that must come, or nobody is evicted."
    )
    threshold_update: PositiveDuration = Field(
        900.0, description="How often the expected number is worked out anew."
    )


class Consul(Registry):
    """HashiCorp Consul."""

    kind: Literal["consul"] = Field(description="Agents check, servers agree, callers wait.")
    check: Literal["http", "ttl", "gossip"] = Field(
        "http",
        description="`http`: the agent asks; `ttl`: the instance reports; `gossip`: each instance "
        "is a node whose silence the others notice.",
    )
    interval: PositiveDuration = Field(10.0, description="Time between two checks.")
    timeout: PositiveDuration = Field(10.0, description="An answer later than this is none.")
    ttl: PositiveDuration = Field(30.0, description="With `ttl`: critical after such a silence.")
    success_before_passing: Count = Field(1, description="Good results in a row that it takes.")
    failures_before_critical: Count = Field(1, description="Bad results in a row that it takes.")
    deregister_critical_service_after: PositiveDuration | None = Field(
        None, description="Forget an instance that has been critical for so long; left out: never."
    )
    reap_interval: PositiveDuration = Field(30.0, description="How often that is looked for.")
    election_timeout: PositiveDuration = Field(
        5.0, description="A leader is missed after once to twice as long."
    )
    stale: bool = Field(False, description="Callers are content with an answer without a leader.")
    probe_interval: PositiveDuration = Field(1.0, description="With `gossip`: between two probes.")
    probe_timeout: PositiveDuration = Field(0.5, description="With `gossip`: of a probe.")
    suspicion_mult: Count = Field(
        4, description="With `gossip`: how long a silent node is only suspected."
    )


class Etcd(Registry):
    """etcd."""

    kind: Literal["etcd"] = Field(description="Leases that a majority keeps.")
    ttl: PositiveDuration = Field(10.0, description="The time to live of a lease.")
    heartbeat_interval: PositiveDuration = Field(0.1, description="The tick of the servers.")
    election_ticks: Annotated[int, whole(5, 500)] = Field(
        10, description="A leader is missed after so many ticks, to twice as many."
    )
    expiry_scan: PositiveDuration = Field(
        0.5, description="How often the leader looks for leases that have run out."
    )


class Kubernetes(Registry):
    """Kubernetes."""

    kind: Literal["kubernetes"] = Field(description="Probes, endpoints, kube-proxy.")
    period: PositiveDuration = Field(10.0, description="Time between two readiness probes.")
    timeout: PositiveDuration = Field(1.0, description="An answer later than this is none.")
    failure_threshold: Count = Field(3, description="Bad probes in a row: not ready.")
    success_threshold: Count = Field(1, description="Good probes in a row: ready.")
    relist: PositiveDuration = Field(
        1.0, description="How often the kubelet looks whether containers still run."
    )
    endpoints: Duration = Field(
        0.1, description="What the controller takes to change the endpoints of a service."
    )
    proxy_sync: Duration = Field(1.0, description="How often kube-proxy writes its rules.")
    node_lease_renewal: PositiveDuration = Field(
        10.0, description="How often a node says that it is there."
    )
    node_monitor_period: PositiveDuration = Field(
        5.0, description="How often silent nodes are looked for."
    )
    node_monitor_grace_period: PositiveDuration = Field(
        40.0, description="After such a silence a node and its pods are not ready."
    )


class Dns(Registry):
    """DNS with health checks."""

    kind: Literal["dns"] = Field(description="Records with a time to live.")
    ttl: PositiveDuration = Field(60.0, description="How long callers keep an answer.")
    negative_ttl: PositiveDuration = Field(
        300.0, description="How long callers keep the answer that there is nobody."
    )
    check_interval: PositiveDuration = Field(30.0, description="Time between two health checks.")
    timeout: PositiveDuration = Field(4.0, description="An answer later than this is none.")
    failure_threshold: Count = Field(3, description="Results in a row that change a record.")


def _kind(value: object) -> str | None:
    kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)
    return f"<{kind}>" if kind in REGISTRIES else None


AnyRegistry = Annotated[
    Annotated[Static, Tag("<static>")]
    | Annotated[Eureka, Tag("<eureka>")]
    | Annotated[Consul, Tag("<consul>")]
    | Annotated[Etcd, Tag("<etcd>")]
    | Annotated[Kubernetes, Tag("<kubernetes>")]
    | Annotated[Dns, Tag("<dns>")],
    Discriminator(
        _kind,
        custom_error_type="registry",
        custom_error_message="a registry",
    ),
]
