"""The gate of an instance: who is let in, and who still gets a turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.outcome import OK, RATE_LIMITED, SHED

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt
    from simulator.call.concurrency_limit.base import ConcurrencyLimit
    from simulator.call.rate_limit.base import RateLimiter
    from simulator.service.instance import Instance
    from simulator.service.shedding.base import Shedder


class Visit:
    """What is kept of an attempt while it is inside.

    `since` is when it was let in; `in_flight` how many were inside with it, for the limit.
    """

    __slots__ = ("in_flight", "since")

    def __init__(self, since: float, in_flight: int) -> None:
        self.since = since
        self.in_flight = in_flight


class Gate:
    """The defences of one instance against too much to do.

    On arrival an attempt passes the shedders, the rate limit and the concurrency limit, in that
    order; the first to say no decides. Its turn in the queue is a second chance to say no, for
    those shedders that judge by it. Nobody waits here: the queue is there for that.

    The limit's sample is the time from coming in to leaving, in seconds, whether or not the caller
    still waits and however the work ended, as in Netflix's gRPC interceptor
    (`ConcurrencyLimitServerInterceptor`). What the queue let go too late counts as dropped; what
    was cancelled, or lost in a crash, is no sample.

    Attributes:
        remembers: whether it keeps a record of every attempt inside; only some parts need one.
        rate_limited: how many the rate limit has refused.
    """

    __slots__ = (
        "limit",
        "rate_limited",
        "rate_limiter",
        "remembers",
        "shedders",
        "visits",
    )

    def __init__(
        self,
        shedders: list[Shedder],
        rate_limiter: RateLimiter | None = None,
        limit: ConcurrencyLimit | None = None,
    ) -> None:
        self.shedders = shedders
        self.rate_limiter = rate_limiter
        self.limit = limit
        self.remembers = limit is not None
        for shedder in shedders:
            if shedder.timed:
                self.remembers = True
        self.visits: dict[Attempt, Visit] = {}
        self.rate_limited = 0

    def refusal(self, instance: Instance, attempt: Attempt, now: float) -> int:
        """OK if an attempt is let in; else the outcome with which it is turned away."""
        for shedder in self.shedders:
            if shedder.refuses(instance, attempt, now):
                shedder.shed += 1
                return SHED
        if self.rate_limiter is not None and self.rate_limiter.reserve(now, 0.0) < 0.0:
            self.rate_limited += 1
            return RATE_LIMITED
        if self.remembers:
            in_flight = 0
            if self.limit is not None:
                in_flight = self.limit.acquire()
                if in_flight == 0:
                    return SHED
            self.visits[attempt] = Visit(now, in_flight)
        return OK

    def drops(self, attempt: Attempt, now: float) -> bool:
        """Whether an attempt whose turn has come is not begun after all."""
        waited = now - self.visits[attempt].since if self.remembers else 0.0
        for shedder in self.shedders:
            if shedder.drops(attempt, waited, now):
                shedder.shed += 1
                return True
        return False

    # However an attempt goes, it is told here once.

    def left(self, attempt: Attempt, now: float) -> None:
        """It is through with its steps."""
        self.release(attempt, now, dropped=False)

    def dismissed(self, attempt: Attempt, now: float) -> None:
        """Its turn came too late."""
        self.release(attempt, now, dropped=True)

    def release(self, attempt: Attempt, now: float, dropped: bool) -> None:
        """Forget an attempt, and let the limit learn from it."""
        if self.remembers:
            visit = self.visits.pop(attempt)
            if self.limit is not None:
                self.limit.release(now, now - visit.since, visit.in_flight, dropped)

    def broken_off(self, attempt: Attempt) -> None:
        """It was cancelled; how long it was inside says nothing."""
        if self.remembers:
            del self.visits[attempt]
            if self.limit is not None:
                self.limit.ignore()

    def clear(self) -> None:
        """The instance has crashed; nobody is inside any more."""
        if self.limit is not None:
            for _ in self.visits:
                self.limit.ignore()
        self.visits.clear()

    def counters(self, now: float) -> dict[str, float]:
        """How many each part has turned away, and where the concurrency limit stands."""
        counters = {f"shed_{each.name}": float(each.shed) for each in self.shedders}
        if self.rate_limiter is not None:
            counters["rate_limited"] = float(self.rate_limited)
        if self.limit is not None:
            for key, value in self.limit.counters(now).items():
                counters["limit_rejected" if key == "rejected" else key] = float(value)
        return counters
