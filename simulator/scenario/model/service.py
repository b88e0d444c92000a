"""Services: endpoints, and the instances that serve them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag

from simulator.scenario.model.base import Duration, Mistake, Model, Name, number, whole
from simulator.scenario.model.guards.concurrency_limit import ConcurrencyLimitField
from simulator.scenario.model.guards.rate_limit import RateLimit, RateLimitField
from simulator.scenario.model.guards.shedding import Shedding
from simulator.scenario.model.label import LabelKey, LabelValue
from simulator.scenario.model.policy import PolicyField
from simulator.scenario.model.step import Step

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

    replicas: Annotated[int, whole(1, 100_000)] = Field(1, description="How many instances.")
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

    def rules(self) -> Iterator[Mistake]:
        if self.cores is None and "sharing" in self.model_fields_set:
            yield Mistake("`sharing` needs `cores` to share", ("sharing",))
        elif self.sharing == "fcfs" and self.cores is not None and self.cores % 1:
            yield Mistake("`sharing: fcfs` needs a whole number of cores", ("cores",))
        for key in ("weight", "speed"):
            given = getattr(self, key)
            if isinstance(given, tuple) and len(given) != self.replicas:
                message = f"expected one number for each of the {self.replicas} replicas"
                yield Mistake(message, (key,))
        yield from self.shedding_rules()
        limit = self.rate_limit
        if isinstance(limit, RateLimit) and "wait" in limit.model_fields_set and limit.wait > 0.0:
            message = "an instance lets nobody wait for its rate limit: expected no `wait`"
            yield Mistake(message, ("rate_limit", "wait"))

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
