"""How many calls of a kind a caller has under way at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag

from simulator.scenario.model.base import Duration, Mistake, whole
from simulator.scenario.model.guards.profile import Profiled, options_or_name, with_profile

BulkheadProfile = Literal["resilience4j", "hystrix", "hystrix_semaphore", "envoy", "polly"]


class Bulkhead(Profiled):
    """At most so many at once; more wait a while, or in a line of their own, or are turned away."""

    profiles: ClassVar[Mapping[str, Mapping[str, object]]] = {
        # BulkheadConfig: maxConcurrentCalls 25, maxWaitDuration 0.
        "resilience4j": {},
        # HystrixThreadPoolProperties: ten threads, maxQueueSize -1: nobody waits.
        "hystrix": {"concurrency": 10, "queue": 0},
        # execution.isolation.semaphore.maxConcurrentRequests
        "hystrix_semaphore": {"concurrency": 10},
        # Cluster circuit breakers: max_requests and max_pending_requests.
        "envoy": {"concurrency": 1024, "queue": 1024},
        # Polly 8, ConcurrencyLimiterOptions: PermitLimit 1000, QueueLimit 0.
        "polly": {"concurrency": 1000, "queue": 0},
    }

    profile: BulkheadProfile | None = Field(
        None, description="The library whose defaults these are."
    )
    concurrency: Annotated[int, whole(0, 10**9)] = Field(
        25, description="Calls under way at once, for each caller instance."
    )
    queue: Annotated[int, whole(0, 10**9)] | None = Field(
        None,
        description="A thread pool's queue: so many more wait for as long as it takes; left out: "
        "a semaphore, for which calls wait at most `wait`.",
    )
    wait: Duration | None = Field(
        None,
        description="How long a call waits for a place; left out: not at all, or with a `queue` "
        "for as long as it takes.",
    )

    def rules(self) -> Iterator[Mistake]:
        if self.queue == 0 and self.wait:
            yield Mistake("nobody can wait in a `queue` of 0", ("wait",))


BulkheadField = Annotated[
    Annotated[Bulkhead, Tag("<options>")]
    | Annotated[BulkheadProfile, AfterValidator(with_profile(Bulkhead)), Tag("<bare>")],
    Discriminator(options_or_name),
]
