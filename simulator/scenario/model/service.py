"""Services: endpoints, and the instances that serve them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag

from simulator.scenario.model.base import Mistake, Model, Name, number, whole
from simulator.scenario.model.policy import Policy
from simulator.scenario.model.step import Step

MANY = 10**9


class Queue(Model):
    """Where requests wait for a free slot of an instance."""

    capacity: Annotated[int, whole(0, MANY)] | None = Field(
        None, description="How many may wait in one instance; left out: any number."
    )
    order: Literal["fifo", "lifo", "priority", "random"] = Field("fifo", description="Who is next.")


def _bare(capacity: int) -> Queue:
    return Queue.model_construct(capacity=capacity, order="fifo")


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
    policy: Policy = Field(
        default_factory=Policy, description="How callers call it, unless a call says otherwise."
    )
    endpoints: dict[Name, Annotated[tuple[Step, ...], Field(strict=False)]] = Field(
        min_length=1, description="What it can be asked to do: a list of steps for each endpoint."
    )

    def rules(self) -> Iterator[Mistake]:
        if self.cores is None and "sharing" in self.model_fields_set:
            yield Mistake("`sharing` needs `cores` to share", ("sharing",))
        elif self.sharing == "fcfs" and self.cores is not None and self.cores % 1:
            yield Mistake("`sharing: fcfs` needs a whole number of cores", ("cores",))
