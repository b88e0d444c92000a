"""Fallbacks: what a caller makes do with when the call has failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.call.edge import CallPoint
    from simulator.call.route import Route


class Fallback:
    """Another answer for a call that failed: a constant, an old one, or somebody else's.

    The call then ends `degraded`: the user has something, and it is not what was asked for. A
    fallback that is another call is only as good as its callee, and all of the load goes there just
    when things are bad: that is why AWS advises against it (J. Gabrielson, "Avoiding fallback in
    distributed systems", Amazon Builders' Library, 2019). If the fallback fails too, the call ends
    as it had failed in the first place.

    Attributes:
        mask: the outcomes after which it is used, a bit for each.
        after: seconds that a constant answer takes.
        stale: seconds for which an old answer from the cache will do; negative if it will not.
        point, route: the call to make instead, if it is one.
    """

    __slots__ = ("after", "failed", "mask", "point", "route", "stale", "used")

    def __init__(
        self,
        mask: int,
        after: float = 0.0,
        stale: float = -1.0,
        point: CallPoint | None = None,
        route: Route | None = None,
    ) -> None:
        self.mask = mask
        self.after = after
        self.stale = stale
        self.point = point
        self.route = route
        self.used = 0
        self.failed = 0

    def counters(self, now: float) -> dict[str, float]:
        """How often it answered, and how often it could not."""
        return {"used": self.used, "failed": self.failed}
