"""Balancers: which instance gets the next attempt, and who decides it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import AfterValidator, BaseModel, Discriminator, Field, Tag

from simulator.scenario.model.base import (
    Duration,
    Mistake,
    Model,
    Name,
    PositiveDuration,
    Share,
    number,
    whole,
)
from simulator.scenario.model.guards.profile import Profiled, options_or_name, with_profile

BalancerName = Literal[
    "random",
    "round_robin",
    "weighted_round_robin",
    "weighted_random",
    "least_request",
    "least_connections",
    "least_latency",
    "peak_ewma",
    "join_idle_queue",
    "prequal",
    "ring_hash",
    "maglev",
    "bounded_load_hash",
    "rendezvous_hash",
    "sticky",
    "locality",
    "priority",
]
Within = Literal[
    "random",
    "round_robin",
    "weighted_round_robin",
    "weighted_random",
    "least_request",
    "least_connections",
    "least_latency",
    "peak_ewma",
]


def balancer_names() -> tuple[str, ...]:
    """Every algorithm, by the name that a scenario calls it."""
    return get_args(BalancerName)


class LeastRequest(Model):
    choices: Annotated[int, whole(1, 1000, ", or `all`")] | Literal["all"] = Field(
        2, description="Instances drawn, with replacement; `all` looks at every one."
    )
    bias: Annotated[float, number(-100.0, most=100.0)] = Field(
        1.0, description="Where weights differ: an instance counts weight / (active + 1)^bias."
    )


class LeastLatency(Model):
    decay: PositiveDuration = Field(10.0, description="Time constant of the moving average.")


class PeakEwma(Model):
    decay: PositiveDuration = Field(10.0, description="Time constant of the moving average.")


class Prequal(Model):
    probes: Annotated[float, number(above=True, most=100)] = Field(
        3.0, description="Probes sent for each request."
    )
    pool: Annotated[int, whole(2, 1000)] = Field(16, description="Answers of probes kept.")
    age: PositiveDuration = Field(1.0, description="How long an answer is worth anything.")
    remove: Annotated[float, number(most=100)] = Field(
        1.0, description="Answers thrown away for each request, the worst and the oldest in turn."
    )
    quantile: Share = Field(
        0.8408964152537145, description="Instances with more in flight than this quantile are hot."
    )


class RingHash(Model):
    minimum_size: Annotated[int, whole(1, 8_388_608)] = Field(
        1024, description="Points on the ring, at least."
    )
    maximum_size: Annotated[int, whole(1, 8_388_608)] = Field(
        8_388_608, description="Points on the ring, at most."
    )

    def rules(self) -> Iterator[Mistake]:
        if self.minimum_size > self.maximum_size:
            yield Mistake("expected at most `maximum_size`", ("minimum_size",))


class Maglev(Model):
    table_size: Annotated[int, whole(2, 5_000_011)] = Field(
        65_537, description="Entries of the table; a prime, well above the number of instances."
    )

    def rules(self) -> Iterator[Mistake]:
        size = self.table_size
        if any(size % factor == 0 for factor in range(2, int(size**0.5) + 1)):
            yield Mistake("expected a prime number", ("table_size",))


class BoundedLoadHash(Model):
    factor: Annotated[float, number(1.0, most=1000)] = Field(
        1.25, description="How much more than the mean an instance may have."
    )
    minimum_size: Annotated[int, whole(1, 8_388_608)] = Field(
        1024, description="Points on the ring, at least."
    )


class Sticky(Model):
    within: Within = Field("round_robin", description="Who picks for a client that is new.")
    timeout: PositiveDuration = Field(
        10_800.0, description="After so long without a request a client is new again."
    )


class Locality(Model):
    within: Within = Field("round_robin", description="Who picks within a zone.")
    minimum_size: Annotated[int, whole(1, 100_000)] = Field(
        6, description="With fewer instances zones are not looked at."
    )
    failover: bool = Field(
        False,
        description="Instead: all to the own zone, what that cannot bear to its region, and what "
        "this cannot bear elsewhere, as Istio does (`localityLbSetting`).",
    )
    to: dict[Name, Name] = Field(
        default_factory=dict,
        description="With `failover`: the region to go to first, after the own, from each region.",
    )

    def rules(self) -> Iterator[Mistake]:
        if self.to and not self.failover:
            yield Mistake("`to` goes with `failover: true`", ("to",))
        for here, there in self.to.items():
            if here == there:
                yield Mistake("expected another region", ("to", here))


class Priority(Model):
    levels: Annotated[tuple[Name, ...], Field(strict=False)] = Field(
        (), description="Zones or regions, the preferred first; instances elsewhere come last."
    )
    within: Within = Field("round_robin", description="Who picks within a level.")
    overprovisioning: Annotated[float, number(1.0, most=100)] = Field(
        1.4, description="How much more than its healthy share a level can bear."
    )


class BalancerChoice(Model):
    """An algorithm with its options."""

    least_request: LeastRequest | None = Field(None, description="The best of a few drawn.")
    least_latency: LeastLatency | None = Field(None, description="Who answered fastest of late.")
    peak_ewma: PeakEwma | None = Field(
        None, description="The better of two by latency times requests under way."
    )
    prequal: Prequal | None = Field(None, description="Probes ahead, and asks the best known.")
    ring_hash: RingHash | None = Field(None, description="By key, on a ring.")
    maglev: Maglev | None = Field(None, description="By key, in a table.")
    bounded_load_hash: BoundedLoadHash | None = Field(
        None, description="By key, on a ring, but nobody gets too much."
    )
    sticky: Sticky | None = Field(None, description="A client stays where it was sent first.")
    locality: Locality | None = Field(None, description="The caller's own zone first.")
    priority: Priority | None = Field(None, description="Zones in order, failing over by and by.")

    def rules(self) -> Iterator[Mistake]:
        given = [name for name in self.model_fields_set if getattr(self, name) is not None]
        if len(given) != 1:
            yield Mistake("expected one algorithm, as in `{least_request: {choices: 3}}`")


def _kind(value: object) -> str:
    return "<options>" if isinstance(value, (dict, BaseModel)) else "<bare>"


Balancer = Annotated[
    Annotated[BalancerChoice, Tag("<options>")] | Annotated[BalancerName, Tag("<bare>")],
    Discriminator(_kind),
]

OPTIONS: dict[str, type[Model]] = {
    "least_request": LeastRequest,
    "least_latency": LeastLatency,
    "peak_ewma": PeakEwma,
    "prequal": Prequal,
    "ring_hash": RingHash,
    "maglev": Maglev,
    "bounded_load_hash": BoundedLoadHash,
    "sticky": Sticky,
    "locality": Locality,
    "priority": Priority,
}
"""The options of every algorithm that has any."""


def chosen(balancer: BalancerChoice | str) -> tuple[str, Model | None]:
    """The name of an algorithm and its options, defaults included; None if it has none."""
    if isinstance(balancer, str):
        options = OPTIONS.get(balancer)
        return balancer, None if options is None else options()
    name = next(each for each in balancer.model_fields_set if getattr(balancer, each) is not None)
    return name, getattr(balancer, name)


class SlowStart(Model):
    """How an instance that has just come up is given its share by and by."""

    window: PositiveDuration = Field(description="How long it takes.")
    aggression: Annotated[float, number(above=True, most=100)] = Field(
        1.0, description="The share is (time / window)^(1/aggression): 1 grows evenly."
    )
    minimum: Share = Field(0.1, description="The share it begins with, at least.")


class Connections(Model):
    """The connections that a caller keeps, with `via: connection`."""

    count: Annotated[int, whole(1, 10_000)] = Field(
        1, description="How many; requests take them in turn."
    )
    max_age: PositiveDuration | None = Field(
        None, description="When they are closed; left out: never."
    )


class Dns(Model):
    """How names are looked up, with `via: dns`."""

    ttl: Duration = Field(30.0, description="How long an address is kept.")


OutlierProfile = Literal["envoy", "istio"]


class Outlier(Profiled):
    """Putting aside instances whose answers are bad, under Envoy's names and with its defaults."""

    profiles: ClassVar[Mapping[str, Mapping[str, object]]] = {
        "envoy": {},
        # Istio's outlierDetection looks at failures in a row alone (cluster_traffic_policy.go); it
        # sets the panic threshold to 0 too, which is a key of its own here.
        "istio": {"enforcing_success_rate": 0.0},
    }

    profile: OutlierProfile | None = Field(None, description="The proxy whose defaults these are.")
    consecutive_5xx: Annotated[int, whole(1, 10**9)] = Field(
        5, description="Failures in a row after which an instance is ejected."
    )
    enforcing_consecutive_5xx: Share = Field(1.0, description="How often that is done.")
    consecutive_gateway_failure: Annotated[int, whole(1, 10**9)] = Field(
        5, description="Failures in a row of status 502, 503 or 504."
    )
    enforcing_consecutive_gateway_failure: Share = Field(
        0.0, description="How often they lead to an ejection."
    )
    interval: PositiveDuration = Field(
        10.0, description="How often instances are compared, and let back."
    )
    base_ejection_time: PositiveDuration = Field(
        30.0, description="How long the first ejection lasts; the n-th lasts n times as long."
    )
    max_ejection_time: PositiveDuration = Field(300.0, description="And no ejection longer.")
    max_ejection_percent: Share = Field(
        0.1, description="The share of instances that may be ejected at a time."
    )
    always_eject_one_host: bool = Field(
        False, description="One may be, however few there are (version `main`)."
    )
    success_rate_minimum_hosts: Annotated[int, whole(1, 10**9)] = Field(
        5, description="Compare only so many instances with enough requests."
    )
    success_rate_request_volume: Annotated[int, whole(1, 10**9)] = Field(
        100, description="Requests in an interval that are enough."
    )
    success_rate_stdev_factor: Annotated[float, number(most=10**6)] = Field(
        1900.0, description="Thousandths of a standard deviation below the mean: an outlier."
    )
    enforcing_success_rate: Share = Field(1.0, description="How often an outlier is ejected.")
    failure_percentage_threshold: Share = Field(0.85, description="Failures that are too many.")
    failure_percentage_minimum_hosts: Annotated[int, whole(1, 10**9)] = Field(
        5, description="With fewer instances failures are not judged."
    )
    failure_percentage_request_volume: Annotated[int, whole(1, 10**9)] = Field(
        50, description="Requests in an interval that are enough."
    )
    enforcing_failure_percentage: Share = Field(0.0, description="How often it is done.")
    envoy_version: Literal["main", "1.22"] = Field(
        "main",
        description="`1.22` may eject one more than the limit; `main` counts it in beforehand.",
    )


OutlierField = Annotated[
    Annotated[Outlier, Tag("<options>")]
    | Annotated[OutlierProfile, AfterValidator(with_profile(Outlier)), Tag("<bare>")],
    Discriminator(options_or_name),
]


class HealthCheck(Model):
    """Active checks that each caller makes of each instance."""

    interval: PositiveDuration = Field(10.0, description="Time between two probes.")
    timeout: PositiveDuration = Field(1.0, description="An answer later than this is none.")
    healthy_threshold: Annotated[int, whole(1, 1000)] = Field(
        2, description="Good probes in a row after which it is healthy again."
    )
    unhealthy_threshold: Annotated[int, whole(1, 1000)] = Field(
        3, description="Bad probes in a row after which it is not."
    )
    work: Duration = Field(0.0, description="What answering a probe costs the instance.")


def _window(seconds: float) -> SlowStart:
    return SlowStart.model_construct(window=seconds, aggression=1.0, minimum=0.1)


SlowStartField = Annotated[
    Annotated[SlowStart, Tag("<options>")]
    | Annotated[PositiveDuration, AfterValidator(_window), Tag("<bare>")],
    Discriminator(_kind),
]
