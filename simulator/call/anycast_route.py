"""A route on which the network itself leads to the nearest region."""

from __future__ import annotations

from math import inf, log
from typing import TYPE_CHECKING

from simulator.balancing.regional import Regional
from simulator.call.global_route import home_region
from simulator.call.route import Member, Route

if TYPE_CHECKING:
    from simulator.balancing.chance import Chance
    from simulator.call.steering.board import Board
    from simulator.call.steering.steering import Steering
    from simulator.traffic.request import Request


class AnycastRoute(Route):
    """All regions have one address, and routers lead each caller to the nearest that announces it.

    In the real world: a region that fails its checks withdraws its announcement (BGP), and routers
    learn of it one from another. Nothing is cached at the clients. As seen from a global testbed,
    80 % of the Internet had converged after about 10 seconds, with a long tail.

    Here: `Nearest` says which region that is. When a region is withdrawn, or announced again, each
    caller follows after a time of its own, exponential with a mean of `convergence`; 6.2 s has 80 %
    of them within 10 s. Until then their requests go where they went, and find whoever is there.
    When all regions fail their checks none is withdrawn.

    Left out: routes that flap on the way, connections that break when a route changes, and that the
    shortest path of networks is not always the nearest region.

    Source: "An Empirical Characterization of Anycast Convergence Time", ANRW 2024.

    Args:
        convergence: mean seconds until a caller's route has changed.
        chance: uniform numbers of this caller's own.
    """

    __slots__ = (
        "ahead",
        "board",
        "chance",
        "convergence",
        "follows",
        "region",
        "steering",
        "version",
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
        convergence: float,
        chance: Chance,
    ) -> None:
        super().__init__(caller, balancer, keyed=keyed, by_client=by_client)
        self.tracks = True
        self.steering = steering
        self.board = board
        self.convergence = convergence
        self.chance = chance
        self.version = -1
        self.region = ""
        self.ahead = ""
        self.follows = inf

    def pick(self, request: Request, now: float) -> Member | None:
        if self.version != self.board.version:
            self.rerouted()
        if now >= self.follows:
            self.region = self.ahead
            self.follows = inf
        balancer = self.balancer
        assert isinstance(balancer, Regional)
        balancer.region = self.region
        return super().pick(request, now)

    def rerouted(self) -> None:
        """The announcements have changed: the caller's routers will follow, by and by."""
        board = self.board
        first = self.version < 0
        self.version = board.version
        self.ahead = self.steering.choose(home_region(self), board)
        if first:
            self.region = self.ahead
        else:
            wait = -self.convergence * log(1.0 - self.chance.next())
            self.follows = board.changed + wait
