"""All that guards the calls of one caller instance to one endpoint."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from simulator.call.cache import ABSENT, Cache
from simulator.call.fetch import Fetch
from simulator.call.guarded_call import GuardedCall

if TYPE_CHECKING:
    from simulator.call.breaker import Breaker
    from simulator.call.breaker_set import BreakerSet
    from simulator.call.bulkhead import Bulkhead
    from simulator.call.concurrency_limit.base import ConcurrencyLimit
    from simulator.call.fallback import Fallback
    from simulator.call.hedge import Hedge
    from simulator.call.party import Party
    from simulator.call.rate_gate import RateGate
    from simulator.call.retries import Retries
    from simulator.call.route import Route
    from simulator.call.site import Site
    from simulator.kernel.kernel import Kernel
    from simulator.traffic.request import Request


class Guard:
    """The policies of one caller instance for the calls that it makes to one endpoint.

    They wrap a call in a fixed order, the outermost first:

        fallback ( cache ( call_timeout, deadline ( retry ( hedge (
            breaker ( rate_limit ( timeout ( bulkhead ( concurrency_limit ( attempt )))))))))

    which is that of resilience4j's decorators where they overlap. So a retry passes the breaker
    anew, a breaker counts what the rate limiter and the bulkhead turn away (if its settings say so),
    and the time spent waiting for a bulkhead counts against the timeout.

    Policies that are None are not there, and cost nothing. What is shared with other endpoints of
    the callee (a breaker, a bulkhead, a budget with the same settings) is one object in several
    guards.

    Attributes:
        target: the endpoint (`service.endpoint`) whose calls it guards.
        shared: whether the breaker is everybody's, and not of this caller instance.
        failures, ignored: the outcomes that the breaker counts as failures, and those that it does
            not look at, a bit for each.
        another_instance: whether further attempts look for an instance that has not had the call.
        duplicates: times that the callee did a second time (or a third) what it was asked once.
        call_timeout: seconds for the call with all its attempts and waits; infinity for no bound.
    """

    __slots__ = (
        "another_instance",
        "breaker",
        "breakers",
        "bulkhead",
        "cache",
        "call_timeout",
        "call_timeouts",
        "duplicates",
        "failures",
        "fallback",
        "hedge",
        "ignored",
        "kernel",
        "limit",
        "rate_gate",
        "retries",
        "route",
        "shared",
        "target",
    )

    def __init__(self, kernel: Kernel, route: Route, target: str) -> None:
        self.kernel = kernel
        self.route = route
        self.target = target
        self.call_timeout = inf
        self.call_timeouts = 0
        self.another_instance = False
        self.duplicates = 0
        self.fallback: Fallback | None = None
        self.cache: Cache | None = None
        self.retries: Retries | None = None
        self.hedge: Hedge | None = None
        self.breaker: Breaker | None = None
        self.breakers: BreakerSet | None = None
        self.shared = False
        self.failures = 0
        self.ignored = 0
        self.rate_gate: RateGate | None = None
        self.bulkhead: Bulkhead | None = None
        self.limit: ConcurrencyLimit | None = None

    def call(self, caller: Party, request: Request, site: Site, deadline: float) -> Party:
        """Make the call of `site` for `caller`, whose own time is up at `deadline`."""
        whole = site.point.whole
        assert whole is not None
        whole.begun += 1
        call = GuardedCall(self, caller, request, site, deadline)
        cache = self.cache
        if cache is None:
            call.begin()
        else:
            self.look_up(cache, call)
        call.starting = False
        return call

    def look_up(self, cache: Cache, call: GuardedCall) -> None:
        """Answer a call from the cache, or have the answer fetched."""
        now = self.kernel.now
        if call.out_of_time():
            return
        key = call.request.subject()
        age = cache.age(key, now)
        if ABSENT < age < cache.ttl:
            cache.hits += 1
            call.answer_now(cache.kept(key))
            return
        if ABSENT < age < cache.ttl + cache.stale:
            cache.stale_hits += 1
            call.answer_now(cache.kept(key))
            if key not in cache.fetches:
                self.fetch(cache, key, call)
            return
        if not cache.coalesce:
            cache.misses += 1
            call.subject = key
            call.begin()
            return
        fetch = cache.fetches.get(key)
        if fetch is None:
            cache.misses += 1
            fetch = self.fetch(cache, key, call)
        else:
            cache.coalesced += 1
        call.join(fetch)

    def stop(self) -> None:
        """The caller instance has died."""
        if self.cache is not None:
            self.cache.stop()

    def restart(self, now: float) -> None:
        """The caller instance starts anew: its breakers are closed, and its caches are cold."""
        if self.breaker is not None and not self.shared:
            self.breaker.restart(now)
        if self.breakers is not None:
            self.breakers.restart(now)
        if self.cache is not None:
            self.cache.clear()

    def counters(self, now: float) -> dict[str, float]:
        """Calls whose time was up, and things done twice."""
        return {"call_timeouts": self.call_timeouts, "duplicates": self.duplicates}

    def fetch(self, cache: Cache, key: int, call: GuardedCall) -> Fetch:
        """Have an answer fetched, on behalf of nobody in particular."""
        fetch = Fetch(self, call, key)
        cache.fetches[key] = fetch
        fetch.begin()
        fetch.starting = False
        return fetch
