"""One caller instance's route to one service, with the balancers that it has and may be given."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Sized
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING, TypeVar

from simulator.balancing.balancer import Balancer
from simulator.balancing.chance import Chance
from simulator.balancing.regional import Regional
from simulator.call.connection import ConnectionRoute, DnsRoute
from simulator.call.load_reports import LoadProber
from simulator.call.route import Route
from simulator.call.segmented import SegmentedRoute, Subset
from simulator.discovery.outlier import OutlierDetector, OutlierSettings
from simulator.platform.balancer_setting import BalancerSwitch, Choice, Choosing, Pushed
from simulator.scenario.building.balancers import BY_CLIENT, KEYED, BalancerMaker, Caller
from simulator.scenario.model import balancer as model
from simulator.scenario.model.guards.profile import the
from simulator.service.instance import Instance

if TYPE_CHECKING:
    from simulator.discovery.gslb import NameServer
    from simulator.scenario.building.routes import RouteMaker, Way

R = TypeVar("R", bound=Route)


class OneRoute:
    """Makes one route, or the parts that it has, each with a balancer of its own.

    Args:
        maker: makes all routes, and what several of them share.
        party: the service or traffic class of the caller.
        instances: those of the service, running or not.
        number: which of the caller's ways it is.
    """

    def __init__(
        self,
        maker: RouteMaker,
        caller: Caller,
        party: str,
        way: Way,
        instances: list[Instance],
        number: int,
    ) -> None:
        self.maker = maker
        self.caller = caller
        self.party = party
        self.policy = way.policy
        self.service = way.service
        self.instances = instances
        self.number = number
        self.stream = f"balancer/{caller.name}/{way.service}"
        self.delay = maker.link_to(party, way.service).constant
        self.keyed, self.by_client = _told_apart(way.policy.balancer)
        self.server: NameServer | None = None
        self.switch: BalancerSwitch | None = None
        self.start = 0

    def make(self) -> Route:
        """The route, which knows nobody yet."""
        maker, service = self.maker, self.service
        self.start = self.first_of(self.stream, [each for each in self.instances if each.up])
        if maker.name_servers is not None and self.policy.gslb is not None:
            self.server = maker.name_servers.server(service, self.policy.gslb, self.instances)
        setting = maker.balancer_settings.get((self.party, service))
        if setting is not None:
            self.switch = setting.switch(self.caller.name)
            self.prepare(setting.pushes)
        segmentation = maker.segmentations.get(service)
        if segmentation is None:
            return self.equipped(self.bare, "")
        route = SegmentedRoute(self.caller.name, self.party, segmentation, self.subset)
        self.place(route)
        segmentation.routes.append(route)
        return route

    # Draws.

    def chance(self, part: str) -> Chance:
        """Uniform numbers of this route's own."""
        return self.maker.chance(f"{self.stream}/{self.number}/{part}")

    def first_of(self, name: str, known: Sized) -> int:
        """Where turns begin among those who are known."""
        # Without one there is nothing to choose the first of.
        return int(self.maker.streams.generator(name).integers(max(1, len(known))))

    # The route, or its parts.

    def equipped(self, make: Callable[[Balancer], R], part: str) -> R:
        """A route, or a part of one, with a balancer of its own and all that this needs."""
        maker = self.balancers(part, self.start, self.caller)
        made = make(maker.make(self.policy))
        self.place(made)
        if self.policy.outlier is not None:
            made.tracks = True
            settings = _outlier_settings(the(model.Outlier, self.policy.outlier))
            made.outliers = OutlierDetector(
                self.maker.kernel, made, settings, self.chance(f"{part}outlier")
            )
        for idle in maker.idle_queues:
            reports = self.maker.reports_of(self.service, self.instances, self.delay)
            reports.dispatchers.append((made, idle))
            idle.reports = reports.outstanding
        self.let_probe(maker)
        if self.switch is not None:
            # Whoever is told to go by what is under way must know what was so before.
            made.tracks = True
            self.switch.join(Choosing(made, lambda to, route: self.pushed(to, route, part)))
        return made

    def bare(self, balancer: Balancer) -> Route:
        """The route of a service that is not divided among versions."""
        caller, policy = self.caller.name, self.policy
        keyed, by_client = self.keyed, self.by_client
        if isinstance(balancer, Regional):
            names, given = self.maker.name_servers, policy.gslb
            assert names is not None and given is not None and self.server is not None
            return names.route(
                self.caller,
                balancer,
                self.server,
                given,
                self.chance,
                keyed=keyed,
                by_client=by_client,
            )
        if policy.via == "connection":
            age = inf if policy.connections.max_age is None else policy.connections.max_age
            return ConnectionRoute(
                caller,
                balancer,
                keyed=keyed,
                by_client=by_client,
                count=policy.connections.count,
                max_age=age,
            )
        if policy.via == "dns":
            ttl = policy.dns.ttl
            return DnsRoute(caller, balancer, keyed=keyed, by_client=by_client, ttl=ttl)
        return Route(caller, balancer, keyed=keyed, by_client=by_client)

    def subset(self, whole: SegmentedRoute, version: str) -> Subset:
        """The part of a route that leads to one version."""
        return self.equipped(
            lambda balancer: Subset(whole, balancer, keyed=self.keyed, by_client=self.by_client),
            f"{version}/" if version else "",
        )

    def place(self, route: Route) -> None:
        """The caller of a route stands where it stands, and what it notices is noted."""
        route.atlas = self.maker.atlas
        route.home = self.caller.zone
        route.events = self.maker.ledger.events

    # Its balancers.

    def balancers(self, part: str, start: int, caller: Caller) -> BalancerMaker:
        """Makes balancers for a part of the route, whose turns begin at `start`."""
        return BalancerMaker(
            caller,
            lambda what: self.chance(f"{part}{what}"),
            start,
            self.maker.shuffled(self.service),
            self.maker.atlas,
            () if self.server is None else self.server.board.regions,
        )

    def let_probe(self, maker: BalancerMaker) -> None:
        """Let the balancers that ask instances how busy they are do so."""
        for prequal in maker.probers:
            estimate = self.maker.estimate_of(self.service, self.instances)
            prequal.prober = LoadProber(self.maker.kernel, estimate, self.delay)

    def prepare(self, pushes: Sequence[str]) -> None:
        """Have instances know their latency by the time that a pushed balancer asks for it."""
        given = (self.maker.pushed_balancers[each] for each in pushes)
        if any(model.chosen(each)[0] == "prequal" for each in given):
            self.maker.estimate_of(self.service, self.instances)

    def pushed(self, to: Pushed, route: Route, part: str) -> Choice:
        """A fresh balancer for a route, as a push has it; its draws are named after the push."""
        given = self.maker.pushed_balancers[to.name]
        place = f"pushed/{to.name}/{to.number}/{part}"
        start = self.first_of(f"{self.stream}/{self.number}/{place}start", route.members)
        # The caller may have moved since it was built.
        maker = self.balancers(place, start, replace(self.caller, zone=route.home))
        balancer = maker.make(self.policy.model_copy(update={"balancer": given}))
        self.let_probe(maker)
        keyed, by_client = _told_apart(given)
        return Choice(balancer, keyed, by_client)


def _told_apart(balancer: model.BalancerChoice | str) -> tuple[bool, bool]:
    """Whether a balancer tells requests apart, and whether by their clients."""
    name, _ = model.chosen(balancer)
    return name in KEYED, name in BY_CLIENT


def _outlier_settings(given: model.Outlier) -> OutlierSettings:
    """Envoy counts deviations in thousandths."""
    values = given.settled()
    values["success_rate_stdev_factor"] /= 1000.0
    return OutlierSettings(**values)
