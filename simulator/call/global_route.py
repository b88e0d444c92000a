"""A route on which a name is resolved to a region, and the answer is kept."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from simulator.balancing.regional import Regional
from simulator.call.route import Member, Route

if TYPE_CHECKING:
    from simulator.balancing.chance import Chance
    from simulator.call.steering.board import Board
    from simulator.call.steering.steering import Steering
    from simulator.network.atlas import Atlas
    from simulator.traffic.request import Request


class GlobalRoute(Route):
    """The caller asks where the service is, is told a region, and keeps to it for the TTL.

    In the real world: the address that a name server gives is that of a region's front door (a load
    balancer). A client, and every resolver on its way, keeps it until the record expires, whether
    or not anybody still answers there. Some keep it much longer: with a TTL of 20 s, 90 % of the
    requests had moved within a minute and 2 % of the users had not after 15 minutes.

    Here: each caller instance has a record of its own, and looks the name up with its first request
    after the record has expired. At the start records are of all ages, as they are in a system that
    has run for long. With `overstay` a share of the callers keeps a record for another time than the
    TTL. Within the region the caller's balancer chooses among the instances that it knows.

    Left out: the time that a look-up takes, and look-ups that fail; resolvers that many clients
    share; the region's front door as a thing that can fail by itself.

    Source: RFC 1034, section 3.6 (TTL); Flavel, Mani and Maltz, "Re-evaluating the responsiveness of
    DNS-based network control", IEEE LANMAN 2014.

    Args:
        steering: which region the name server answers.
        ttl: how long the answer is kept, in seconds.
        overstay: the share of callers that keep it for `kept` seconds instead.
        chance: uniform numbers of this caller's own.
    """

    __slots__ = (
        "board",
        "chance",
        "expires",
        "keep",
        "kept",
        "overstay",
        "region",
        "steering",
        "ttl",
    )

    def __init__(
        self,
        caller: str,
        balancer: Regional,
        *,
        keyed: bool,
        by_client: bool,
        steering: Steering,
        board: Board,
        ttl: float,
        overstay: float,
        kept: float,
        chance: Chance,
    ) -> None:
        super().__init__(caller, balancer, keyed=keyed, by_client=by_client)
        # A record outlives the instances that it leads to: none of them may be taken for granted.
        self.tracks = True
        self.steering = steering
        self.board = board
        self.ttl = ttl
        self.overstay = overstay
        self.kept = kept
        self.chance = chance
        self.keep = -1.0
        self.region = ""
        self.expires = -inf

    def pick(self, request: Request, now: float) -> Member | None:
        if now >= self.expires:
            self.look_up(now)
        balancer = self.balancer
        assert isinstance(balancer, Regional)
        balancer.region = self.region
        return super().pick(request, now)

    def look_up(self, now: float) -> None:
        """Ask the name server."""
        self.region = self.steering.choose(home_region(self), self.board)
        if self.keep < 0.0:
            stays = self.overstay > 0.0 and self.chance.next() < self.overstay
            self.keep = self.kept if stays else self.ttl
            # The first answer that it is seen with is one that it has had for a while.
            self.expires = now + self.keep * self.chance.next()
        else:
            self.expires = now + self.keep


def home_region(route: Route) -> str:
    """The region that a caller stands in; "" for nowhere in particular."""
    atlas: Atlas | None = route.atlas
    return "" if atlas is None else atlas.region_of(route.home)
