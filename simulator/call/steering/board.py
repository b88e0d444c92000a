"""What the name server of a service knows of its regions."""

from __future__ import annotations

from typing import Final

SMOOTHING: Final = 0.2
"""What the latest round trip counts for in the moving average. Cloudflare does not publish its own."""


class Board:
    """The regions behind one name: which of them are well, and how long a round trip to each takes.

    When no region is well all are taken to be: something must be answered, and it is likelier that
    the checks are wrong than that all regions are down.

    Source: Amazon Route 53 Developer Guide, "How Route 53 chooses records when health checking is
    configured" (if no record is healthy, all records are).

    Attributes:
        regions: in the order of preference.
        healthy: whether each is well.
        trips: the moving average of round trips from a region to a region, in seconds.
        version: counts the changes of health; `changed` is when the last one was, in seconds.
    """

    __slots__ = ("changed", "healthy", "regions", "trips", "version")

    def __init__(self, regions: list[str]) -> None:
        self.regions = regions
        self.healthy = dict.fromkeys(regions, True)
        self.trips: dict[tuple[str, str], float] = {}
        self.version = 0
        self.changed = 0.0

    def usable(self) -> list[str]:
        """Those that may be answered, in order; never none."""
        well = [each for each in self.regions if self.healthy[each]]
        return well or self.regions

    def mark(self, region: str, well: bool, now: float) -> None:
        """A region has fallen ill, or is well again."""
        self.healthy[region] = well
        self.version += 1
        self.changed = now

    def measured(self, here: str, there: str, seconds: float) -> None:
        """A round trip from one region to another took so long."""
        before = self.trips.get((here, there))
        if before is not None:
            seconds = before + SMOOTHING * (seconds - before)
        self.trips[here, there] = seconds
