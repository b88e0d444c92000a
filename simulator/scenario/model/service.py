"""Services: endpoints, and the instances that serve them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from simulator.scenario.model.autoscaler.autoscaler import AutoscalerField
from simulator.scenario.model.base import Duration, Mistake, Model, Name, number, whole
from simulator.scenario.model.cdn import Cdn
from simulator.scenario.model.disruption_budget import DisruptionBudget
from simulator.scenario.model.guards.concurrency_limit import ConcurrencyLimitField
from simulator.scenario.model.guards.rate_limit import RateLimit, RateLimitField
from simulator.scenario.model.guards.shedding import Shedding
from simulator.scenario.model.label import LabelKey, LabelValue
from simulator.scenario.model.platform import PlacementName
from simulator.scenario.model.policy import PolicyField
from simulator.scenario.model.probes import Probes
from simulator.scenario.model.resources import Limits, Requests, resource_rules
from simulator.scenario.model.routing import Routing
from simulator.scenario.model.start_up import ShutDown, StartUp
from simulator.scenario.model.step import Step
from simulator.scenario.model.version import Version
from simulator.scenario.problem import few, nearest

MANY = 10**9


class Queue(Model):
    """Where requests wait for a free slot of an instance."""

    capacity: Annotated[int, whole(0, MANY)] | None = Field(
        None, description="How many may wait in one instance; left out: any number."
    )
    order: Literal["fifo", "lifo", "adaptive_lifo", "priority", "random"] = Field(
        "fifo", description="Who is next."
    )
    threshold: Annotated[int, whole(0, MANY)] | None = Field(
        None,
        description="With `adaptive_lifo`: while more than so many wait, the newest is next; left "
        "out: as many as the instance works on at once.",
    )

    def rules(self) -> Iterator[Mistake]:
        if self.threshold is not None and self.order != "adaptive_lifo":
            yield Mistake("`threshold` goes with `order: adaptive_lifo`", ("threshold",))


def _bare(capacity: int) -> Queue:
    return Queue.model_construct(capacity=capacity, order="fifo")


class Proxy(Model):
    """A balancer of its own before a service: one hop more, with a capacity."""

    replicas: Annotated[int, whole(1, 10_000)] = Field(1, description="How many there are.")
    concurrency: Annotated[int, whole(1, MANY)] | None = Field(
        None, description="Requests that one has open at once; left out: any number."
    )
    queue: Annotated[int, whole(0, MANY)] | None = Field(
        None, description="How many more may wait; left out: any number."
    )
    cores: Annotated[float, number(above=True, most=100_000)] | None = Field(
        None, description="Its cores; left out: work never waits for one."
    )
    work: Duration = Field(0.0, description="What passing one request on costs it.")


Numbers = Annotated[
    tuple[Annotated[float, number(above=True, most=1e6)], ...], Field(min_length=1, strict=False)
]


class Service(Model):
    """A service: what it can be asked to do, and how many instances of what size do it."""

    on_nodes: ClassVar[bool] = True
    """Whether its instances stand on the nodes of the `platform`, if there are any."""

    replicas: Annotated[int, whole(0, 100_000)] = Field(
        1,
        description="How many instances; 0 only where an autoscaler starts one as soon as there is "
        "something to do.",
    )
    concurrency: Annotated[int, whole(1, MANY)] | None = Field(
        None, description="Requests that one instance works on at once; left out: any number."
    )
    queue: (
        Annotated[
            Annotated[Queue, Tag("<capacity>")]
            | Annotated[
                int,
                whole(0, MANY, ", or a mapping with `capacity` and `order`"),
                AfterValidator(_bare),
                Tag("<bare>"),
            ],
            Discriminator(
                lambda value: "<capacity>" if isinstance(value, (dict, Queue)) else "<bare>"
            ),
        ]
        | None
    ) = Field(
        None,
        description="How many requests may wait in one instance (0: none; left out: any number), "
        "or a mapping with `capacity` and `order`.",
    )
    shedding: Shedding | None = Field(
        None, description="Whom an instance turns away before it must; left out: nobody."
    )
    rate_limit: RateLimitField | None = Field(
        None,
        description="How many requests one instance lets in in a time; those beyond are turned "
        "away at once.",
    )
    concurrency_limit: ConcurrencyLimitField | None = Field(
        None,
        description="How many requests one instance lets in at once, waiting or at work, as their "
        "latencies show to be good.",
    )
    retry_after: Duration = Field(
        0.0,
        description="How long those whom it turns away (`queue_full`, `shed`, `rate_limited`) are "
        "asked to wait before they come again.",
    )
    cores: Annotated[float, number(above=True, most=100_000)] | None = Field(
        None,
        description="Cores of one instance: how many requests may compute at once. Left out: work "
        "never waits for a core.",
    )
    sharing: Literal["processor", "fcfs"] = Field(
        "processor",
        description="How requests share the cores: `processor`, all at once, each at its part of "
        "the speed; `fcfs`, one after another.",
    )
    requests: Requests | None = Field(
        None,
        description="What is kept for each instance on its node; left out: as much as its `limits`, "
        "or nothing.",
    )
    limits: Limits | None = Field(
        None,
        description="What each instance may use at most; left out: its cores, and all the memory.",
    )
    threading: Literal["blocking", "async"] = Field(
        "blocking",
        description="`blocking` holds a slot while a call is awaited (a thread for each request); "
        "`async` gives it back.",
    )
    weight: Annotated[float, number(above=True, most=1e6)] | Numbers | None = Field(
        None,
        description="The instances' share of the traffic, relative to one another, for balancers "
        "that heed it: one number, or one for each replica; left out: their speed.",
    )
    speed: Annotated[float, number(above=True, most=1e6)] | Numbers = Field(
        1.0, description="How fast instances work: one number, or one for each replica."
    )
    zones: Annotated[tuple[Name, ...], Field(strict=False)] = Field(
        (),
        description="Where the replicas are: the first in the first zone, and so on round. With a "
        "`platform`: the zones whose nodes they may stand on.",
    )
    placement: PlacementName | None = Field(
        None,
        description="Which node of the `platform` an instance is placed on: `spread`, where fewest "
        "of its service are; `pack`, where least is free. Left out: as the platform says.",
    )
    anti_affinity: Literal["node", "zone"] | None = Field(
        None,
        description="No two instances on one `node`, or in one `zone`; left out: they may be.",
    )
    disruption_budget: DisruptionBudget | None = Field(
        None, description="How many instances evictions must leave; left out: none."
    )
    autoscaler: AutoscalerField = Field(
        None, description="Who changes the number of its instances; left out: nobody."
    )
    price: Annotated[float, number(most=1e9)] | None = Field(
        None, description="What one instance costs for an hour, in any currency; left out: nothing."
    )
    startup: StartUp | None = Field(
        None,
        description="What lies between the wish for an instance and one that is warm; left out: no "
        "time.",
    )
    shutdown: ShutDown | None = Field(
        None, description="How an instance that is one too many is let go."
    )
    probes: Probes | None = Field(
        None,
        description="How the platform finds out how an instance is, and restarts it; left out: it "
        "does not ask.",
    )
    version: Name = Field("v1", description="What the version is called that it begins with.")
    versions: dict[Name, Version] = Field(
        default_factory=dict, description="Other versions of it, by name."
    )
    routing: Routing | None = Field(
        None,
        description="Which version gets which requests; left out: each instance is as good as "
        "another, whatever its version.",
    )
    cdn: Cdn | None = Field(
        None, description="The caches that users ask instead of it; left out: there are none."
    )
    labels: dict[LabelKey, LabelValue] = Field(
        default_factory=dict, description="Labels by which faults find it, such as `tier: backend`."
    )
    proxy: Proxy = Field(
        default_factory=Proxy, description="The proxy before it, for calls with `via: proxy`."
    )
    policy: PolicyField | None = Field(
        None,
        description="How callers call it, unless a call says otherwise: keys, or the name of one of "
        "the `policies`.",
    )
    endpoints: dict[Name, Annotated[tuple[Step, ...], Field(strict=False)]] = Field(
        min_length=1, description="What it can be asked to do: a list of steps for each endpoint."
    )

    @model_validator(mode="before")
    @classmethod
    def _least(cls, given: object) -> object:
        """Where an autoscaler says how many there are at least, so many there are at first."""
        if not isinstance(given, dict) or "replicas" in given:
            return given
        autoscaler = given.get("autoscaler")
        kinds = list(autoscaler.values()) if isinstance(autoscaler, dict) else []
        least = kinds[0].get("min") if len(kinds) == 1 and isinstance(kinds[0], dict) else None
        return {**given, "replicas": least} if isinstance(least, int) and least > 0 else given

    @property
    def managed(self) -> bool:
        """Whether its instances come and go: whether something may start and stop them."""
        causes = (self.autoscaler, self.startup, self.shutdown, self.probes)
        return any(each is not None for each in causes)

    @property
    def requested_cpu(self) -> float:
        """Cores that are kept for an instance on its node; 0 for none."""
        for given in (self.requests, self.limits):
            if given is not None and given.cpu is not None:
                return given.cpu
        return 0.0

    @property
    def requested_memory(self) -> int:
        """Bytes that are kept for an instance on its node; 0 for none."""
        for given in (self.requests, self.limits):
            if given is not None and given.memory is not None:
                return given.memory
        return 0

    def rules(self) -> Iterator[Mistake]:
        if self.cores is None and "sharing" in self.model_fields_set:
            yield Mistake("`sharing` needs `cores` to share", ("sharing",))
        elif self.sharing == "fcfs" and self.cores is not None and self.cores % 1:
            yield Mistake("`sharing: fcfs` needs a whole number of cores", ("cores",))
        yield from resource_rules(self.requests, self.limits, self.cores)
        yield from self.vertical_rules()
        bounds = None if self.autoscaler is None else self.autoscaler.bounds
        if self.replicas == 0 and (bounds is None or not bounds.wakes):
            message = "expected 1 or more: only the autoscalers `kpa` and `keda` start from none"
            yield Mistake(message, ("replicas",))
        elif bounds is not None and not bounds.min <= self.replicas <= bounds.max:
            least, most = f"`min`, {bounds.min}", f"`max`, {bounds.max}"
            yield Mistake(f"expected from {least}, to {most} of the autoscaler", ("replicas",))
        for key in ("weight", "speed"):
            given = getattr(self, key)
            if isinstance(given, tuple) and len(given) != self.replicas:
                message = f"expected one number for each of the {self.replicas} replicas"
                yield Mistake(message, (key,))
        yield from self.shedding_rules()
        yield from self.version_rules()
        limit = self.rate_limit
        if isinstance(limit, RateLimit) and "wait" in limit.model_fields_set and limit.wait > 0.0:
            message = "an instance lets nobody wait for its rate limit: expected no `wait`"
            yield Mistake(message, ("rate_limit", "wait"))

    def vertical_rules(self) -> Iterator[Mistake]:
        """What changes the size of instances needs one to begin with."""
        if self.autoscaler is None or self.autoscaler.vertical is None:
            return
        if self.cores is None:
            message = "`vertical` goes by the use of cores: expected `cores`"
            yield Mistake(message, ("autoscaler", "vertical"))
        elif not self.requested_cpu:
            message = "`vertical` changes what is requested: expected `requests` with a `cpu`"
            yield Mistake(message, ("autoscaler", "vertical"))

    def shedding_rules(self) -> Iterator[Mistake]:
        """What sheds by the queue needs a queue, and one that can be full if it goes by that."""
        if self.shedding is None:
            return
        bounded = isinstance(self.queue, Queue) and self.queue.capacity is not None
        for key in ("queue", "codel", "priority"):
            if getattr(self.shedding, key) is None:
                continue
            if self.concurrency is None:
                message = f"`{key}` needs a `concurrency`: without one nobody ever waits"
                yield Mistake(message, ("shedding", key))
            elif key == "priority" and not bounded:
                message = "`priority` needs a queue with a `capacity`, to say how full it is"
                yield Mistake(message, ("shedding", key))

    def version_rules(self) -> Iterator[Mistake]:
        """Versions that are named must be there, and have no more instances than there are."""
        if self.version in self.versions:
            message = f"`{self.version}` is the version that the service begins with"
            yield Mistake(message, ("versions", self.version))
        given = sum(each.replicas for each in self.versions.values())
        if given > self.replicas:
            message = f"the versions have {given} instances, and the service {self.replicas} in all"
            yield Mistake(message, ("versions",))
        known = [self.version, *self.versions]
        for name, at in () if self.routing is None else self.routing.named():
            if name not in known:
                hint = nearest(name, known) or few(known)
                yield Mistake(f"unknown version `{name}`{hint}", ("routing", *at))
        if self.cdn is not None:
            for number, name in enumerate(self.cdn.endpoints):
                if name not in self.endpoints:
                    hint = nearest(name, self.endpoints) or few(list(self.endpoints))
                    yield Mistake(f"unknown endpoint `{name}`{hint}", ("cdn", "endpoints", number))
