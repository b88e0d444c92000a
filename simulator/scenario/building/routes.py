"""Who can reach whom, and who chooses: the routes of every caller instance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from simulator.balancing.chance import Chance
from simulator.call.load_reports import IdleReports, LoadEstimate
from simulator.call.route import Route
from simulator.call.segmentation import Segmentation
from simulator.discovery.health_check import HealthChecker, HealthCheckSettings
from simulator.discovery.probe import ProbeLine
from simulator.kernel.kernel import Kernel
from simulator.kernel.streams import Streams
from simulator.network.atlas import Atlas
from simulator.network.link import Link
from simulator.observe.ledger import Ledger
from simulator.platform.balancer_setting import BalancerSetting
from simulator.scenario.building.balancers import Caller
from simulator.scenario.building.name_servers import NameServerMaker
from simulator.scenario.building.one_route import OneRoute
from simulator.scenario.building.places import atlas_of
from simulator.scenario.model import balancer as model
from simulator.scenario.model.network import Network
from simulator.scenario.model.policy import BALANCING, Policy
from simulator.service.instance import Instance
from simulator.service.watching import watch


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
        route = OneRoute(self, caller, party, way, instances, number).make()
        route.learn([each for each in instances if each.up], self.kernel.now)
        if way.policy.health_check is not None:
            self.check_health(route, caller, party, way.service, way.policy.health_check, number)
        self.routes.append((party, way.service, route))
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
