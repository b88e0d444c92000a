"""Global balancing: from the `gslb` of a policy to name servers, their checkers, and routes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from simulator.balancing.chance import Chance
from simulator.balancing.regional import Regional
from simulator.call.anycast_route import AnycastRoute
from simulator.call.global_route import GlobalRoute
from simulator.call.route import Route
from simulator.call.steering.board import Board
from simulator.call.steering.failover import Failover
from simulator.call.steering.fastest import Fastest
from simulator.call.steering.geographic import Geographic
from simulator.call.steering.nearest import Nearest
from simulator.call.steering.steering import Steering
from simulator.call.steering.weighted import Weighted
from simulator.discovery.gslb import (
    NameServer,
    RegionChecker,
    RegionCheckSettings,
    checker_name,
)
from simulator.discovery.probe import ProbeLine
from simulator.kernel.kernel import Kernel
from simulator.kernel.streams import Streams
from simulator.network.atlas import Atlas
from simulator.network.link import Link
from simulator.observe.ledger import Ledger
from simulator.scenario.building.balancers import Caller
from simulator.scenario.model.gslb import Gslb, RegionCheck
from simulator.scenario.model.network import Network
from simulator.service.instance import Instance

Fillers = Callable[[str, str], Callable[[int, int], list[float]]]
"""Gives, for a path and the name of a quantity, what fills its blocks of draws."""


class NameServerMaker:
    """Makes the name servers of services; calls with the same settings have one in common.

    Args:
        link: what the checks take beside the distance.
    """

    def __init__(
        self,
        kernel: Kernel,
        ledger: Ledger,
        streams: Streams,
        network: Network,
        atlas: Atlas,
        link: Link,
        fillers: Fillers,
    ) -> None:
        self.kernel = kernel
        self.ledger = ledger
        self.streams = streams
        self.network = network
        self.atlas = atlas
        self.link = link
        self.fillers = fillers
        self.servers: list[tuple[str, Gslb, NameServer]] = []

    @property
    def checkers(self) -> Mapping[str, str]:
        """The zones that checkers stand in, by their names."""
        stands = {each.stands: each.zone for _, _, one in self.servers for each in one.checkers}
        return {checker_name(region): zone for region, zone in stands.items()}

    def server(self, service: str, given: Gslb, instances: Sequence[Instance]) -> NameServer:
        """The name server that answers the callers of a service."""
        for asked, settings, server in self.servers:
            if (asked, settings) == (service, given):
                return server
        regions = list(given.regions) or self.regions_of(instances)
        server = NameServer(self.kernel, self.ledger.events, service, Board(regions))
        if given.health_check is not None:
            self.watch(server, given.health_check, instances)
        self.servers.append((service, given, server))
        return server

    def regions_of(self, instances: Sequence[Instance]) -> list[str]:
        """Where instances are, in the order of the scenario."""
        found = {self.atlas.region_of(each.zone) for each in instances}
        return [each for each in self.network.regions if each in found]

    def watch(self, server: NameServer, check: RegionCheck, instances: Sequence[Instance]) -> None:
        """Put a checker for each region into every region; what they know is of long ago."""
        settings = RegionCheckSettings(
            check.interval, check.timeout, check.failure_threshold, check.work
        )
        for stands, region in self.network.regions.items():
            line = ProbeLine(
                self.kernel,
                self.ledger,
                checker_name(stands),
                server.service,
                check.work,
                self.link,
                self.fillers,
            )
            for checked in server.board.regions:
                apart = 2.0 * self.atlas.apart(stands, checked)
                server.board.measured(stands, checked, apart)
                server.checkers.append(
                    RegionChecker(
                        server,
                        settings,
                        line,
                        self.atlas,
                        stands,
                        region.zones[0],
                        checked,
                        instances,
                    )
                )

    def begin(self) -> None:
        """The checkers begin, each somewhere in its first interval."""
        for number, (service, _, server) in enumerate(self.servers):
            for each in server.checkers:
                name = f"gslb/{service}/{each.stands}/{each.region}"
                draw = float(self.streams.generator(name, number).random())
                each.begin(draw * each.settings.interval)

    def route(
        self,
        caller: Caller,
        balancer: Regional,
        server: NameServer,
        given: Gslb,
        chance: Callable[[str], Chance],
        *,
        keyed: bool,
        by_client: bool,
    ) -> Route:
        """The way of one caller to a service that has regions."""
        steering = self.steering(server.board, given, chance)
        if given.policy == "anycast":
            return AnycastRoute(
                caller.name,
                balancer,
                keyed=keyed,
                by_client=by_client,
                steering=steering,
                board=server.board,
                convergence=given.convergence,
                chance=chance("gslb"),
            )
        overstay = given.overstay
        return GlobalRoute(
            caller.name,
            balancer,
            keyed=keyed,
            by_client=by_client,
            steering=steering,
            board=server.board,
            ttl=given.ttl,
            overstay=0.0 if overstay is None else overstay.share,
            kept=given.ttl if overstay is None else overstay.keep,
            chance=chance("gslb"),
        )

    def steering(self, board: Board, given: Gslb, chance: Callable[[str], Chance]) -> Steering:
        """Which region is answered."""
        if given.weights is not None:
            weights = {each: given.weights.get(each, 0.0) for each in board.regions}
            return Weighted(weights, chance("gslb/weighted"))
        if given.policy == "latency":
            return Fastest()
        if given.policy == "failover":
            return Failover()
        if given.geo is not None and given.default is not None:
            return Geographic(dict(given.geo), given.default)
        return Nearest(self.atlas)
