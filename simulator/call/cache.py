"""Caches on a call: answers that are kept, and asked for once."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final

from simulator.outcome import DEGRADED, OK

if TYPE_CHECKING:
    from simulator.call.fetch import Fetch

ABSENT: Final = -1.0
"""The age of an answer that is not there."""


class Cache:
    """The good answers of one endpoint that a caller instance keeps, by what they are about.

    An answer is fresh for `ttl`. For `stale_while_revalidate` longer it is still given out while a
    new one is fetched behind the scenes (RFC 5861). At most `capacity` answers
    are kept; the one that was used least recently goes first. With `coalesce`, requests for an
    answer that is being fetched wait for that one fetch instead of asking too: without it, the
    moment at which a popular answer grows old sends everybody to the callee at once, which is
    called a cache stampede or a thundering herd.

    What is cached is that there was an answer, not what it said; only whether it was `degraded`, as
    it then is for everybody who is given it. Requests are about the key of
    their traffic class; without keys they are all about the same. Failures are not kept.

    Source: RFC 5861; golang.org/x/sync/singleflight; Facebook's leases (Nishtala et al., "Scaling
    Memcache at Facebook", NSDI 2013, section 3.2.1).

    Args:
        ttl: seconds for which an answer is fresh.
        capacity: answers kept.
        stale: seconds beyond `ttl` for which it may be given out while it is renewed.
        keep: seconds beyond `ttl` for which it is kept for a fallback.
        coalesce: whether one fetch serves all who ask meanwhile.
    """

    __slots__ = (
        "capacity",
        "coalesce",
        "coalesced",
        "fetches",
        "hits",
        "keep",
        "misses",
        "poor",
        "stale",
        "stale_hits",
        "stored",
        "ttl",
    )

    def __init__(
        self, ttl: float, capacity: int, stale: float, keep: float, *, coalesce: bool
    ) -> None:
        self.ttl = ttl
        self.capacity = capacity
        self.stale = stale
        self.keep = keep
        self.coalesce = coalesce
        # In the order of use, the least recently used first.
        self.stored: dict[int, float] = {}
        # Of these, the degraded ones.
        self.poor: set[int] = set()
        self.fetches: dict[int, Fetch] = {}
        self.hits = 0
        self.stale_hits = 0
        self.misses = 0
        self.coalesced = 0

    def age(self, key: int, now: float) -> float:
        """Seconds since the answer about `key` came; `ABSENT` if there is none. Counts as a use."""
        since = self.stored.pop(key, inf)
        if since == inf:
            return ABSENT
        age = now - since
        if age >= self.ttl + max(self.stale, self.keep):
            self.poor.discard(key)
            return ABSENT
        self.stored[key] = since
        return age

    def kept(self, key: int) -> int:
        """The outcome of a call that is given the answer kept about `key`."""
        return DEGRADED if key in self.poor else OK

    def put(self, key: int, now: float, outcome: int) -> None:
        """An answer about `key` has come, a good one or a degraded one."""
        stored = self.stored
        stored.pop(key, inf)
        stored[key] = now
        if outcome == DEGRADED:
            self.poor.add(key)
        else:
            self.poor.discard(key)
        if len(stored) > self.capacity:
            oldest = next(iter(stored))
            del stored[oldest]
            self.poor.discard(oldest)

    def clear(self) -> None:
        """Its process starts anew, with nothing kept and nothing on its way."""
        self.stored.clear()
        self.poor.clear()
        self.fetches.clear()

    def forget(self) -> None:
        """Every kept answer is lost; what is being fetched still comes."""
        self.stored.clear()
        self.poor.clear()

    def stop(self) -> None:
        """Its process has died: nobody fetches anything any more."""
        for fetch in self.fetches.values():
            fetch.abandon()
        self.fetches.clear()

    def counters(self, now: float) -> dict[str, float]:
        """How often an answer was there, was old, was not there, and was being fetched already."""
        return {
            "hits": self.hits,
            "stale": self.stale_hits,
            "misses": self.misses,
            "coalesced": self.coalesced,
        }
