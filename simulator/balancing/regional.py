"""A balancer for each region; somebody else says which region it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.balancing.balancer import Balancer
from simulator.balancing.candidate import Candidate

if TYPE_CHECKING:
    from simulator.network.atlas import Atlas


class Regional(Balancer):
    """What stands behind a name that is resolved to a region: the balancers of the regions.

    Args:
        atlas: tells the region of a zone.
        balancers: the balancer of each region.

    Attributes:
        region: where the next request goes.
    """

    __slots__ = ("atlas", "balancers", "region")

    def __init__(self, atlas: Atlas, balancers: dict[str, Balancer]) -> None:
        super().__init__()
        self.atlas = atlas
        self.balancers = balancers
        self.region = ""
        for balancer in balancers.values():
            self.watches = self.watches or balancer.watches
            self.weighs = self.weighs or balancer.weighs

    def update(self, candidates: list[Candidate], now: float) -> None:
        self.candidates = candidates
        for region, balancer in self.balancers.items():
            balancer.update(
                [each for each in candidates if self.atlas.region_of(each.zone) == region], now
            )

    def pick(self, key: int, now: float) -> Candidate | None:
        return self.balancers[self.region].pick(key, now)

    def responsible(self, candidate: Candidate) -> Balancer | None:
        """Whoever chose `candidate`; None if it has moved out of all regions that there are."""
        return self.balancers.get(self.atlas.region_of(candidate.zone))

    def sent(self, candidate: Candidate, now: float) -> None:
        balancer = self.responsible(candidate)
        if balancer is None:
            super().sent(candidate, now)
        else:
            balancer.sent(candidate, now)

    def ended(self, candidate: Candidate, now: float, seconds: float, failed: bool) -> None:
        balancer = self.responsible(candidate)
        if balancer is None:
            super().ended(candidate, now, seconds, failed)
        else:
            balancer.ended(candidate, now, seconds, failed)
