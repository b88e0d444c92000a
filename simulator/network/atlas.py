"""Zones and regions, and how far they are from each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.network.distance import NO_DISTANCE, Distance
from simulator.network.pipe import Pipe

if TYPE_CHECKING:
    from collections.abc import Mapping

NOWHERE: Final = ""
"""The zone and the region of those who are nowhere in particular."""


class Atlas:
    """What a message between two zones takes beside the latency of its link.

    In the real world: data centres of one zone are a tenth of a millisecond apart, zones of a
    region one or two, regions tens to hundreds; light in fibre makes 200 km in a millisecond, and
    cables are not straight.

    Here: half of the round trip each way, the same for every message: `within` between instances
    of a zone, `across` between zones of a region, and what `between` says from region to region.
    Who has no zone is near to everybody.

    Left out: jitter and detours (give the link a `latency` that is drawn; see the fault `latency`).

    Source: the round trips in `scenarios/data/aws-round-trips.csv`.

    Args:
        regions: the region of each zone.
        within, across: one-way latencies in seconds.
        between: one-way latencies between regions in seconds, for both orders of each pair.
        bandwidths: bytes per second in each direction, for both orders of each pair that has a limit.

    Attributes:
        zones: those of each region.
    """

    __slots__ = ("across", "between", "known", "pipes", "regions", "within", "zones")

    def __init__(
        self,
        regions: Mapping[str, str],
        within: float,
        across: float,
        between: Mapping[tuple[str, str], float],
        bandwidths: Mapping[tuple[str, str], float],
    ) -> None:
        self.regions = regions
        self.zones: dict[str, list[str]] = {}
        for zone, region in regions.items():
            self.zones.setdefault(region, []).append(zone)
        self.within = within
        self.across = across
        self.between = between
        self.pipes = {ends: Pipe(rate) for ends, rate in bandwidths.items()}
        self.known: dict[tuple[str, str], Distance] = {}

    def region_of(self, zone: str) -> str:
        """The region of a zone; "" for nowhere in particular."""
        return self.regions.get(zone, NOWHERE)

    def apart(self, one: str, other: str) -> float:
        """One-way latency between two regions in seconds; within a region 0, whatever its zones."""
        return 0.0 if one == other else self.between.get((one, other), 0.0)

    def distance(self, caller: str, callee: str) -> Distance:
        """From the zone of a caller to the zone of an instance; all who ask get the same object."""
        if caller == NOWHERE or callee == NOWHERE:
            return NO_DISTANCE
        found = self.known.get((caller, callee))
        if found is None:
            found = self.measure(caller, callee)
            self.known[caller, callee] = found
        return found

    def measure(self, caller: str, callee: str) -> Distance:
        """The same, for the first who asks."""
        if caller == callee:
            return Distance(self.within)
        here, there = self.region_of(caller), self.region_of(callee)
        if here == there:
            return Distance(self.across)
        return Distance(
            self.apart(here, there), self.pipes.get((here, there)), self.pipes.get((there, here))
        )
