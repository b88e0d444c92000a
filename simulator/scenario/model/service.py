"""Services: endpoints, and the instances that serve them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from simulator.scenario.model.base import Model, mistake
from simulator.scenario.model.policy import Policy
from simulator.scenario.model.step import Step


class Queue(Model):
    """Where requests wait for a free slot of an instance."""

    capacity: int | None = Field(
        None, ge=0, description="How many may wait in one instance; left out: any number."
    )
    order: Literal["fifo", "lifo", "priority", "random"] = Field("fifo", description="Who is next.")


def _bare(capacity: int) -> Queue:
    return Queue.model_construct(capacity=capacity, order="fifo")


class Service(Model):
    """A service: what it can be asked to do, and how many instances of what size do it."""

    replicas: int = Field(1, ge=1, le=100_000, description="How many instances.")
    concurrency: int | None = Field(
        None, ge=1, description="Requests that one instance works on at once; left out: any number."
    )
    queue: (
        Annotated[
            Annotated[Queue, Tag("<capacity>")]
            | Annotated[int, Field(ge=0), AfterValidator(_bare), Tag("<bare>")],
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
    cores: float | None = Field(
        None,
        gt=0,
        strict=False,
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
    endpoints: dict[str, Annotated[tuple[Step, ...], Field(strict=False)]] = Field(
        min_length=1, description="What it can be asked to do: a list of steps for each endpoint."
    )

    @model_validator(mode="after")
    def shareable(self) -> Service:
        if self.sharing == "fcfs" and self.cores is not None and self.cores % 1:
            raise mistake("`sharing: fcfs` needs a whole number of cores")
        if self.sharing == "fcfs" and self.cores is None:
            raise mistake("`sharing` needs `cores` to share")
        return self
