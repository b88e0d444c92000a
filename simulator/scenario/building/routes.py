"""Who can reach whom, and who chooses: the routes of every caller instance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import TypeVar

from simulator.balancing.balancer import Balancer
from simulator.balancing.chance import Chance
from simulator.balancing.regional import Regional
from simulator.call.connection import ConnectionRoute, DnsRoute
from simulator.call.load_reports import IdleReports, LoadEstimate, LoadProber
from simulator.call.route import Route
from simulator.call.segmentation import Segmentation
from simulator.call.segmented import SegmentedRoute, Subset
from simulator.discovery.health_check import HealthChecker, HealthCheckSettings
from simulator.discovery.outlier import OutlierDetector, OutlierSettings
from simulator.discovery.probe import ProbeLine
from simulator.kernel.kernel import Kernel
from simulator.kernel.streams import Streams
from simulator.network.atlas import Atlas
from simulator.network.link import Link
from simulator.observe.ledger import Ledger
from simulator.platform.balancer_setting import BalancerSetting, Choice, Choosing, Pushed
from simulator.scenario.building.balancers import BY_CLIENT, KEYED, BalancerMaker, Caller
from simulator.scenario.building.name_servers import NameServerMaker
from simulator.scenario.building.places import atlas_of
from simulator.scenario.model import balancer as model
from simulator.scenario.model.guards.profile import the
from simulator.scenario.model.network import Network
from simulator.scenario.model.policy import BALANCING, Policy
from simulator.service.instance import Instance
from simulator.service.watching import watch

R = TypeVar("R", bound=Route)


@dataclass(frozen=True, slots=True)
class Way:
    """A service, and how callers of one kind choose among its instances; calls may share it."""

    service: str
    policy: Policy

    @classmethod
    def of(cls, service: str, policy: Policy) -> Way:
        """The way that a call with this policy takes."""
        kept = {key: getattr(policy, key) for key in BALANCING}
        return cls(service, Policy.model_construct(None, **kept))


class RouteMaker:
    """Makes routes; `link_to(party, service)` finds the link between two parties.

    `routes` collects all that were made, with their parties and services, for those who tell callers
    what instances there are. `segmentations` are those of services whose requests are divided among
    versions. `atlas` are the places of callers and instances, and `name_servers` makes those of
    services that have regions, where there are places. `balancer_settings` are, by party and
    service, those of ways whose balancer pushes replace, and `pushed_balancers` what each gives.
    """

    def __init__(
        self,
        kernel: Kernel,
        ledger: Ledger,
        streams: Streams,
        link_to: Callable[[str, str], Link],
        fillers: Callable[[str, str], Callable[[int, int], list[float]]],
    ) -> None:
        self.kernel = kernel
        self.ledger = ledger
        self.streams = streams
        self.link_to = link_to
        self.fillers = fillers
        self.atlas: Atlas | None = None
        self.name_servers: NameServerMaker | None = None
        self.routes: list[tuple[str, str, Route]] = []
        self.segmentations: dict[str, Segmentation] = {}
        self.balancer_settings: Mapping[tuple[str, str], BalancerSetting] = {}
        self.pushed_balancers: Mapping[str, model.BalancerChoice | str] = {}
        self.idle_reports: dict[str, IdleReports] = {}
        self.estimates: dict[str, LoadEstimate] = {}
        self.probe_lines: dict[tuple[str, str, float], ProbeLine] = {}

    def locate(self, network: Network) -> None:
        """Callers and instances have places from now on, if the scenario gives them any."""
        self.atlas = atlas_of(network)
        if self.atlas is not None:
            self.name_servers = NameServerMaker(
                self.kernel,
                self.ledger,
                self.streams,
                network,
                self.atlas,
                self.link_to("", ""),
                self.fillers,
            )

    @property
    def checkers(self) -> Mapping[str, str]:
        """Who checks regions, with the zones that they stand in."""
        return {} if self.name_servers is None else self.name_servers.checkers

    def place(self, route: Route, caller: Caller) -> None:
        """The caller of a route stands where it stands."""
        route.atlas = self.atlas
        route.home = caller.zone

    def chance(self, name: str) -> Chance:
        """A stream of uniform numbers."""
        streams = self.streams
        drawing: list[Callable[[int], list[float]]] = []

        def fill(size: int) -> list[float]:
            if not drawing:
                generator = streams.generator(name)
                drawing.append(lambda count: generator.random(count).tolist())
            return drawing[0](size)

        return Chance(fill)

    def shuffled(self, service: str) -> Callable[[int, int], list[int]]:
        """The order of a service's instances in each round of subsetting."""
        streams = self.streams

        def order(round_: int, count: int) -> list[int]:
            drawn: list[int] = (
                streams.generator(f"subset/{service}", round_).permutation(count).tolist()
            )
            return drawn

        return order

    def make(
        self, caller: Caller, party: str, ways: Sequence[Way], instances: dict[str, list[Instance]]
    ) -> list[Route]:
        """The routes of one caller instance, in the order of `ways`."""
        return [
            self.route(caller, party, way, instances[way.service], number)
            for number, way in enumerate(ways)
        ]

    def route(
        self, caller: Caller, party: str, way: Way, instances: list[Instance], number: int
    ) -> Route:
        """One route, which knows all instances that run."""
        policy, service = way.policy, way.service
        stream = f"balancer/{caller.name}/{service}"
        present = [each for each in instances if each.up]
        # Without one there is nothing to choose the first of.
        start = int(self.streams.generator(stream).integers(max(1, len(present))))

        def chance(part: str) -> Chance:
            return self.chance(f"{stream}/{number}/{part}")

        delay = self.link_to(party, service).constant
        name, _ = model.chosen(policy.balancer)
        keyed, by_client = name in KEYED, name in BY_CLIENT
        names, given = self.name_servers, policy.gslb
        server = None
        if names is not None and given is not None:
            server = names.server(service, given, instances)
        regions = () if server is None else server.board.regions

        setting = self.balancer_settings.get((party, service))
        switch = None if setting is None else setting.switch(caller.name)
        if setting is not None and any(
            model.chosen(self.pushed_balancers[each])[0] == "prequal" for each in setting.pushes
        ):
            # They know their latency by the time that they are asked for it.
            self.estimate_of(service, instances)

        def maker_of(part: str, start: int, zone: str) -> BalancerMaker:
            return BalancerMaker(
                replace(caller, zone=zone),
                lambda what: chance(f"{part}{what}"),
                start,
                self.shuffled(service),
                self.atlas,
                regions,
            )

        def with_probes(maker: BalancerMaker) -> None:
            """Let the balancers that ask instances how busy they are do so."""
            for prequal in maker.probers:
                estimate = self.estimate_of(service, instances)
                prequal.prober = LoadProber(self.kernel, estimate, delay)

        def equipped(make: Callable[[Balancer], R], part: str) -> R:
            """A route, or a part of one, with a balancer of its own and all that this needs."""
            maker = maker_of(part, start, caller.zone)
            made = make(maker.make(policy))
            made.events = self.ledger.events
            self.place(made, caller)
            if policy.outlier is not None:
                made.tracks = True
                settings = _outlier_settings(the(model.Outlier, policy.outlier))
                made.outliers = OutlierDetector(
                    self.kernel, made, settings, chance(f"{part}outlier")
                )
            for idle in maker.idle_queues:
                reports = self.reports_of(service, instances, delay)
                reports.dispatchers.append((made, idle))
                idle.reports = reports.outstanding
            with_probes(maker)
            if switch is not None:
                # Whoever is told to go by what is under way must know what was so before.
                made.tracks = True
                switch.join(Choosing(made, lambda to, route: pushed(to, route, part)))
            return made

        def pushed(to: Pushed, route: Route, part: str) -> Choice:
            """A fresh balancer for a route, as a push has it; its draws are named after the push."""
            choice = self.pushed_balancers[to.name]
            place = f"pushed/{to.name}/{to.number}/{part}"
            first = self.streams.generator(f"{stream}/{number}/{place}start")
            begin = int(first.integers(max(1, len(route.members))))
            # The caller may have moved since it was built.
            maker = maker_of(place, begin, route.home)
            balancer = maker.make(_with_balancer(policy, choice))
            with_probes(maker)
            kind, _ = model.chosen(choice)
            return Choice(balancer, kind in KEYED, kind in BY_CLIENT)

        def plain(balancer: Balancer) -> Route:
            if isinstance(balancer, Regional):
                assert names is not None and server is not None and given is not None
                return names.route(
                    caller, balancer, server, given, chance, keyed=keyed, by_client=by_client
                )
            if policy.via == "connection":
                age = inf if policy.connections.max_age is None else policy.connections.max_age
                return ConnectionRoute(
                    caller.name,
                    balancer,
                    keyed=keyed,
                    by_client=by_client,
                    count=policy.connections.count,
                    max_age=age,
                )
            if policy.via == "dns":
                return DnsRoute(
                    caller.name, balancer, keyed=keyed, by_client=by_client, ttl=policy.dns.ttl
                )
            return Route(caller.name, balancer, keyed=keyed, by_client=by_client)

        def subset(whole: SegmentedRoute, version: str) -> Subset:
            return equipped(
                lambda balancer: Subset(whole, balancer, keyed=keyed, by_client=by_client),
                f"{version}/" if version else "",
            )

        segmentation = self.segmentations.get(service)
        route: Route
        if segmentation is None:
            route = equipped(plain, "")
        else:
            route = SegmentedRoute(caller.name, party, segmentation, subset)
            route.events = self.ledger.events
            self.place(route, caller)
            segmentation.routes.append(route)
        route.learn(present, self.kernel.now)
        if policy.health_check is not None:
            self.check_health(route, caller, party, service, policy.health_check, number)
        self.routes.append((party, service, route))
        return route

    def reports_of(self, service: str, instances: list[Instance], delay: float) -> IdleReports:
        """Who brings the reports of a service's idle instances to callers."""
        reports = self.idle_reports.get(service)
        if reports is None:
            reports = IdleReports(self.kernel, self.chance(f"idle_reports/{service}"), delay)
            self.idle_reports[service] = reports
            for instance in instances:
                watch(instance, reports)
        return reports

    def estimate_of(self, service: str, instances: list[Instance]) -> LoadEstimate:
        """What a service's instances know of their own latency."""
        estimate = self.estimates.get(service)
        if estimate is None:
            estimate = LoadEstimate()
            self.estimates[service] = estimate
            for instance in instances:
                watch(instance, estimate)
        return estimate

    def begin(self, instances: dict[str, list[Instance]]) -> None:
        """All routes are made: instances report for the first time, and regions are checked."""
        if self.name_servers is not None:
            self.name_servers.begin()
        for service, reports in self.idle_reports.items():
            for instance in instances[service]:
                if instance.up:
                    reports.report(instance)

    def check_health(
        self,
        route: Route,
        caller: Caller,
        party: str,
        service: str,
        check: model.HealthCheck,
        number: int,
    ) -> None:
        """Let a caller probe the instances on one of its routes."""
        line = self.probe_lines.get((party, service, check.work))
        if line is None:
            link = self.link_to(party, service)
            line = ProbeLine(
                self.kernel, self.ledger, party, service, check.work, link, self.fillers
            )
            self.probe_lines[party, service, check.work] = line
        stream = self.streams.generator(f"health_check/{caller.name}/{service}", number)
        settings = HealthCheckSettings(
            check.interval,
            check.timeout,
            check.healthy_threshold,
            check.unhealthy_threshold,
            check.work,
        )
        HealthChecker(self.kernel, route, line, settings, check.interval * float(stream.random()))


def _with_balancer(policy: Policy, balancer: model.BalancerChoice | str) -> Policy:
    """The same policy with another balancer."""
    kept = {key: getattr(policy, key) for key in BALANCING}
    return Policy.model_construct(None, **{**kept, "balancer": balancer})


def _outlier_settings(given: model.Outlier) -> OutlierSettings:
    """Envoy counts deviations in thousandths."""
    values = given.settled()
    values["success_rate_stdev_factor"] /= 1000.0
    return OutlierSettings(**values)
