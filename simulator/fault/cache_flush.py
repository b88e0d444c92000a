"""Losing what callers have kept."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.call.cache import Cache
from simulator.fault.fault import Fault, Schedule
from simulator.kernel.kernel import Kernel


class CacheFlush(Fault):
    """Empties the caches of a caller's instances, all in one moment.

    In the real world: a cache that is restarted or flushed by hand, a deployment that changes the
    keys. The backend gets every request that the cache had kept from it, at once. It does not last:
    the caches fill again by themselves.

    Here: every kept answer of every `cache` policy of that caller is forgotten. Fetches that are
    under way go on, and fill it.

    Left out: caches that are services of their own; to lose one of those, kill it.
    """

    momentary = True

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        schedule: Schedule,
        caches: Sequence[tuple[str, Cache]],
    ) -> None:
        super().__init__(kernel, name, "cache_flush", schedule)
        self.caches = caches

    def begin(self) -> Sequence[str]:
        for _, cache in self.caches:
            cache.forget()
        return list(dict.fromkeys(caller for caller, _ in self.caches))

    def undo(self) -> None:
        """Nothing to be undone."""
