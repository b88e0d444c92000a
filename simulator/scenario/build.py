"""From a checked scenario to a world that runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import accumulate
from math import inf
from pathlib import Path

from simulator.call.draws import Draws
from simulator.call.edge import NO_GUARD, CallPoint, Edge
from simulator.call.patience import Patience
from simulator.call.route import Route
from simulator.call.site import Site
from simulator.distribution.distribution import Distribution
from simulator.distribution.uniform import Uniform
from simulator.distribution.zipf import Zipf
from simulator.fault.config_push import Setting
from simulator.kernel import make_kernel
from simulator.kernel.streams import Streams
from simulator.network.link import Link
from simulator.observe.ledger import Ledger
from simulator.observe.trace import Sampler
from simulator.scenario.balancers import Caller
from simulator.scenario.compile import StepCompiler
from simulator.scenario.crowd import Crowd
from simulator.scenario.faults.kinds import FAULTS
from simulator.scenario.faults.reach import Reach
from simulator.scenario.faults.schedules import schedules_of
from simulator.scenario.faults.toxics import ToxicMaker
from simulator.scenario.files import arrival_times, recorded_rates
from simulator.scenario.guards.gate import make_gate
from simulator.scenario.guards.maker import GuardMaker, GuardPlan, PolicyGroup
from simulator.scenario.laws import law_of
from simulator.scenario.model import step as steps
from simulator.scenario.model import traffic as model
from simulator.scenario.model.distribution import Constant as ConstantModel
from simulator.scenario.model.distribution import Dist
from simulator.scenario.model.policy import Policy
from simulator.scenario.model.scenario import Scenario
from simulator.scenario.model.service import Queue, Service
from simulator.scenario.placing import placement_of, zone_of
from simulator.scenario.policies import (
    WITHOUT_FALLBACK,
    calls_and_fallbacks,
    every_policy,
    instead_of,
    is_guarded,
    policy_of,
)
from simulator.scenario.proxies import before_proxy, proxy_name, with_proxies
from simulator.scenario.pushes import Push, pushes_of
from simulator.scenario.registries import make_registry
from simulator.scenario.routes import RouteMaker, Way
from simulator.scenario.world import BuiltService, World
from simulator.service.endpoint import Endpoint
from simulator.service.instance import UNLIMITED, Instance
from simulator.service.lifecycle import Lifecycle
from simulator.service.processor import FcfsProcessor, Processor, SharedProcessor
from simulator.service.queueing.adaptive_lifo import AdaptiveLifo
from simulator.service.queueing.fifo import Fifo
from simulator.service.queueing.lifo import Lifo
from simulator.service.queueing.line import Line
from simulator.service.queueing.priority import PriorityLine
from simulator.service.queueing.random import RandomLine
from simulator.traffic.arrivals.arrivals import Arrivals
from simulator.traffic.arrivals.bursts import Bursts
from simulator.traffic.arrivals.constant import Constant as ConstantArrivals
from simulator.traffic.arrivals.erlang import Erlang
from simulator.traffic.arrivals.poisson import Poisson
from simulator.traffic.arrivals.trace import Trace
from simulator.traffic.rate import Change, RateCurve
from simulator.traffic.request import Nature
from simulator.traffic.source import Entry, OpenSource, Source
from simulator.traffic.users import ClosedSource

MakeInstance = type[Instance]


def build(
    scenario: Scenario,
    seed: int,
    replication: int = 0,
    folder: Path | None = None,
    instance_class: MakeInstance = Instance,
) -> World:
    """The world of a scenario. `folder` is where the files that it names lie."""
    return Builder(scenario, Streams(seed, replication), folder, instance_class).world()


class Builder:
    """Builds one world; every part is told what it needs, and no part looks for another."""

    def __init__(
        self,
        scenario: Scenario,
        streams: Streams,
        folder: Path | None,
        instance_class: MakeInstance,
    ) -> None:
        self.scenario = with_proxies(scenario)
        self.streams = streams
        self.folder = folder
        self.instance_class = instance_class
        self.kernel = make_kernel()
        self.ledger = Ledger()
        self.quantities: dict[str, Distribution] = {"uniform": Uniform(0.0, 1.0)}
        self.edges: list[Edge] = []
        self.edge_numbers: dict[tuple[str, str], Edge] = {}
        self.links: dict[tuple[str, str], Link] = {}
        self.patience: dict[float, Patience] = {}
        self.endpoints: dict[str, Endpoint] = {}
        self.ways: dict[str, list[Way]] = {}
        self.placement = placement_of(self.scenario)
        self.schedules = schedules_of(self.scenario, streams)
        self.route_maker = RouteMaker(
            self.kernel, self.ledger, streams, self.link_between, self.fill
        )
        self.plans: dict[tuple[str, int], list[GuardPlan]] = {}
        self.guard_maker = GuardMaker(self.kernel, self.route_maker.chance, self.ledger.events)
        self.pushes = pushes_of(self.scenario)
        self.pushed: dict[str, list[tuple[Setting, CallPoint]]] = {}
        self.guarded = self.guarded_pairs()
        policies = [*every_policy(scenario), *(push.policy for push in self.pushes)]
        self.deadlines = any(each.deadline is not None for each in policies)

    def world(self) -> World:
        scenario = self.scenario
        for service, model_ in scenario.services.items():
            for name in model_.endpoints:
                endpoint = Endpoint(len(self.endpoints), service, name)
                self.endpoints[endpoint.label] = endpoint
        self.lay_links()
        for service, model_ in scenario.services.items():
            self.compile(service, model_)
        services: dict[str, BuiltService] = {}
        first = 0
        for service, model_ in scenario.services.items():
            instances = [self.instance(service, model_, n) for n in range(model_.replicas)]
            endpoints = {name: self.endpoints[f"{service}.{name}"] for name in model_.endpoints}
            services[service] = BuiltService(service, instances, first, endpoints)
            first += len(instances)
        for service, built in services.items():
            zones = Counter(each.zone for each in built.instances)
            for instance in built.instances:
                caller = Caller(instance.name, instance.number, instance.zone, zones)
                instance.routes = self.routes_of(caller, service, services)
        sources = {
            name: self.source(name, traffic, services) for name, traffic in scenario.traffic.items()
        }
        self.route_maker.begin({name: list(each.instances) for name, each in services.items()})
        entries = frozenset(
            entry.point.calls_edge.number for source in sources.values() for entry in source.entries
        )
        registry = make_registry(
            scenario.registry,
            self.kernel,
            self.ledger,
            self.streams,
            {name: each.instances for name, each in services.items()},
            self.route_maker.routes,
            self.fill,
            self.placement,
        )
        reach = Reach(
            self.kernel,
            self.streams,
            {name: each.instances for name, each in services.items()},
            () if registry is None else registry.servers,
            Lifecycle() if registry is None else registry,
            self.route_maker.routes,
            ToxicMaker(self.kernel, self.quantities, self.route_maker.chance, self.folder),
            {name: each.labels for name, each in scenario.services.items()},
            self.placement,
            Crowd(scenario, sources, self.fill),
            self.pushed,
        )
        faults = [
            FAULTS[fault.kind].make(reach, fault.harm, name, schedule)
            for fault, (name, schedule) in zip(scenario.faults, self.schedules.items(), strict=True)
        ]
        for fault in faults:
            fault.events = self.ledger.events
        return World(
            scenario,
            self.kernel,
            self.streams,
            self.ledger,
            services,
            sources,
            self.edges,
            entries,
            faults,
            reach.deaths,
            registry,
            self.policy_groups(services),
            self.placement,
        )

    def policy_groups(self, services: dict[str, BuiltService]) -> list[PolicyGroup]:
        """Every policy that keeps count of what it does: the callers', then the callees'."""
        groups = list(self.guard_maker.groups.values())
        for name, service in services.items():
            gates = [each.gate for each in service.instances if each.gate is not None]
            if gates:
                endpoints = [each.label for each in service.endpoints.values()]
                groups.append(PolicyGroup(None, name, "gate", endpoints, list(gates)))
        return groups

    # Draws.

    def fill(self, path: str, quantity: str) -> Callable[[int, int], list[float]]:
        """What fills the blocks of one quantity at one site."""
        law = self.quantities[quantity]
        streams = self.streams

        def fill_block(block: int, size: int) -> list[float]:
            values: list[float] = law.sample(streams.generator(path, block), size).tolist()
            return values

        return fill_block

    def draws(self, name: str, quantity: str = "uniform") -> Draws:
        return Draws(self.fill(name, quantity))

    # Services.

    def lay_links(self) -> None:
        network = self.scenario.network
        self.links["", ""] = self.link("network", network.latency)
        for number, link in enumerate(network.links):
            laid = self.link(f"network/{number}", link.latency)
            self.links[link.from_, link.to] = laid
            if not link.one_way:
                self.links[link.to, link.from_] = laid

    def link(self, name: str, latency: Dist) -> Link:
        if isinstance(latency, ConstantModel):
            return Link(latency.constant)
        self.quantities[name] = law_of(latency, self.folder)
        return Link(0.0, name)

    def compile(self, service: str, model_: Service) -> None:
        """Give every endpoint of a service its program."""
        self.ways[service] = []
        for name, its_steps in model_.endpoints.items():
            endpoint = self.endpoints[f"{service}.{name}"]

            def make_point(step: steps.Call, name: str, caller: Endpoint = endpoint) -> CallPoint:
                return self.point(
                    caller.label, caller.service, step.call, step, name, step.optional
                )

            compiler = StepCompiler(
                endpoint, self.quantities, make_point, self.deadlines, self.folder
            )
            compiler.compile(its_steps)

    def point(
        self, caller: str, party: str, target: str, own: Policy, name: str, optional: bool
    ) -> CallPoint:
        """How `caller` (an endpoint or a class, belonging to `party`) calls `target`."""
        point = self.point_under(None, caller, party, target, own, name, optional)
        pushes = [each for each in self.pushes if each.concerns(party, target)]
        setting = Setting(point) if pushes else None
        for push in pushes:
            assert setting is not None
            other = self.point_under(push, caller, party, target, own, name, optional)
            self.pushed.setdefault(push.name, []).append((setting, other))
        return point

    def point_under(
        self,
        push: Push | None,
        caller: str,
        party: str,
        target: str,
        own: Policy,
        name: str,
        optional: bool,
    ) -> CallPoint:
        """The same while a push is on; None for none."""
        target, policy = self.hop(party, target, own, push)
        instead = None
        other = instead_of(policy)
        if other is not None:
            instead = self.point(caller, party, other, WITHOUT_FALLBACK, name, optional)
        return self.point_by(caller, party, target, policy, name, optional, instead)

    def hop(
        self, party: str, target: str, own: Policy, push: Push | None = None
    ) -> tuple[str, Policy]:
        """Whom a call to `target` really goes to first, and with which policy."""
        service, _, endpoint = target.partition(".")
        policy = policy_of(self.scenario, service, own)
        if push is not None:
            policy = push.over(policy, own)
        if policy.via == "proxy" and party != proxy_name(service):
            # One hop more: the proxy is called as any service is, and does the choosing.
            return f"{proxy_name(service)}.{endpoint}", before_proxy(policy)
        return target, policy

    def point_by(
        self,
        caller: str,
        party: str,
        target: str,
        policy: Policy,
        name: str,
        optional: bool,
        instead: CallPoint | None,
    ) -> CallPoint:
        """How `caller` calls `target` with a policy."""
        service = self.endpoints[target].service
        edge = self.edge(caller, party, target)
        ways = self.ways.setdefault(party, [])
        way = Way.of(service, policy)
        if way not in ways:
            ways.append(way)
        route = ways.index(way)
        guard = NO_GUARD
        if edge.whole is not None:
            plans = self.plans.setdefault((party, route), [])
            plan = GuardPlan.of(service, target, policy, instead)
            if plan not in plans:
                plans.append(plan)
            guard = plans.index(plan)
        patience = None
        if policy.timeout is not None:
            if policy.timeout not in self.patience:
                self.patience[policy.timeout] = Patience(self.kernel, policy.timeout)
            patience = self.patience[policy.timeout]
        return CallPoint(
            name,
            edge,
            route,
            patience,
            inf if policy.deadline is None else policy.deadline,
            policy.cancel,
            optional,
            policy.idempotent,
            guard,
        )

    def edge(self, caller: str, party: str, target: str) -> Edge:
        """The edge from `caller` to `target`; with one more for its calls where any is guarded."""
        edge = self.edge_numbers.get((caller, target))
        if edge is None:
            edge = self.new_edge(caller, party, target)
            if (caller, target) in self.guarded:
                edge.whole = self.new_edge(caller, party, target)
            self.edge_numbers[caller, target] = edge
        return edge

    def new_edge(self, caller: str, party: str, target: str) -> Edge:
        callee = self.endpoints[target]
        link = self.link_between(party, callee.service)
        edge = Edge(len(self.edges), caller, callee, link, self.kernel, self.ledger)
        self.edges.append(edge)
        return edge

    def guarded_pairs(self) -> set[tuple[str, str]]:
        """Callers and endpoints between which at least one call is guarded: all are, then."""
        found = set()
        for caller, asked, own in calls_and_fallbacks(self.scenario):
            party = caller.partition(".")[0]
            for push in [None, *(each for each in self.pushes if each.concerns(party, asked))]:
                target, policy = self.hop(party, asked, own, push)
                if is_guarded(policy):
                    found.add((caller, target))
        return found

    def instance(self, service: str, model_: Service, number: int) -> Instance:
        name = f"{service}-{number + 1}"
        queue = model_.queue
        if not isinstance(queue, Queue):
            queue = Queue.model_construct(capacity=None, order="fifo")
        instance = self.instance_class(
            self.kernel,
            self.ledger,
            name,
            number,
            concurrency=UNLIMITED if model_.concurrency is None else model_.concurrency,
            queue_limit=UNLIMITED if queue.capacity is None else queue.capacity,
            line=self.line(queue, model_.concurrency, name),
            processor=self.processor(model_),
            asynchronous=model_.threading == "async",
        )
        instance.speed = instance.full_speed = _nth(model_.speed, number)
        instance.weight = _nth(model_.speed if model_.weight is None else model_.weight, number)
        if self.placement is None:
            instance.zone = zone_of(model_, number)
        else:
            instance.zone = self.placement.standing[name].zone
        chance = self.route_maker.chance(f"service/{name}/concurrency_limit")
        instance.gate = make_gate(model_, chance)
        instance.retry_after = model_.retry_after
        return instance

    def line(self, queue: Queue, concurrency: int | None, instance: str) -> Line:
        order = queue.order
        if order == "lifo":
            return Lifo()
        if order == "adaptive_lifo":
            return AdaptiveLifo(
                (concurrency or UNLIMITED) if queue.threshold is None else queue.threshold
            )
        if order == "priority":
            return PriorityLine()
        if order == "random":
            return RandomLine(self.draws(f"service/{instance}/queue"))
        return Fifo()

    def processor(self, model_: Service) -> Processor | None:
        if model_.cores is None:
            return None
        if model_.sharing == "fcfs":
            return FcfsProcessor(self.kernel, model_.cores)
        return SharedProcessor(self.kernel, model_.cores)

    def routes_of(
        self, caller: Caller, party: str, services: dict[str, BuiltService]
    ) -> list[Route]:
        """The routes of one caller instance, each with a balancer of its own."""
        instances = {name: list(built.instances) for name, built in services.items()}
        routes = self.route_maker.make(caller, party, self.ways.get(party, ()), instances)
        for number, route in enumerate(routes):
            for plan in self.plans.get((party, number), ()):
                guard = self.guard_maker.make(caller.name, party, plan, route, routes)
                route.guards.append(guard)
        return routes

    def link_between(self, party: str, service: str) -> Link:
        """The link that calls of `party` to `service` take."""
        return self.links.get((party, service), self.links["", ""])

    # Traffic.

    def source(
        self, name: str, traffic: model.Traffic, services: dict[str, BuiltService]
    ) -> Source:
        mix = traffic.mix if traffic.mix is not None else {str(traffic.target): 1.0}
        total = sum(mix.values())
        bounds = accumulate(weight / total for weight in mix.values())
        entries = []
        for (target, weight), bound in zip(mix.items(), bounds, strict=True):
            if weight > 0:
                point = self.point(name, name, target, traffic, target, optional=False)
                path = f"traffic/{name}/{target}"
                site = Site(path, point, self.fill, 1)
                keys = None
                if traffic.key is not None:
                    self.quantities[f"{path}/key"] = Zipf(
                        traffic.key.zipf.items, traffic.key.zipf.s
                    )
                    keys = self.draws(f"{path}/key", f"{path}/key")
                client = self.draws(f"{path}/client")
                nature = Nature(traffic.priority, client, traffic.clients, keys)
                entries.append(Entry(site, bound, nature))
        zone = traffic.zone or ""
        callers = Counter({zone: traffic.clients})
        clients = [
            self.routes_of(Caller(f"{name}-{number + 1}", number, zone, callers), name, services)
            for number in range(traffic.clients)
        ]
        choice = self.draws(f"traffic/{name}/mix")
        uniforms = self.streams.generator(f"traffic/{name}/traces").random
        sampler = Sampler(self.scenario.traces, uniforms)
        if traffic.users is not None:
            thinking = ConstantModel.model_construct(constant=0.0)
            self.quantities[f"traffic/{name}/think"] = law_of(
                traffic.think or thinking, self.folder
            )
            return ClosedSource(
                self.kernel,
                name,
                entries,
                clients,
                choice,
                sampler,
                traffic.users,
                self.draws(f"traffic/{name}/think", f"traffic/{name}/think"),
            )
        arrivals = self.arrivals(name, traffic)
        return OpenSource(self.kernel, name, entries, clients, choice, sampler, arrivals.block)

    def arrivals(self, name: str, traffic: model.Traffic) -> Arrivals:
        kind = traffic.arrivals
        if isinstance(kind, model.TraceArrivals):
            return Trace(arrival_times(self.file(kind.trace), kind.column, kind.speed))
        curve = self.curve(traffic)
        for fault, schedule in zip(self.scenario.faults, self.schedules.values(), strict=True):
            if fault.surge is not None and fault.surge.traffic == name:
                for begin, end in schedule.spans:
                    # One that does not end does not fall either.
                    last = self.scenario.duration + fault.surge.over
                    until = last if end is None else end
                    curve = curve.multiplied(fault.surge.times, begin, until, fault.surge.over)
        generator = self.streams.generator(f"traffic/{name}/arrivals")
        if isinstance(kind, model.ErlangArrivals):
            return Erlang(curve, generator, kind.erlang)
        if isinstance(kind, model.BurstArrivals):
            stays = self.streams.generator(f"traffic/{name}/bursts")
            states = [(each.times, each.mean) for each in kind.bursts.states]
            return Bursts(curve, generator, stays, states)
        return (ConstantArrivals if kind == "constant" else Poisson)(curve, generator)

    def curve(self, traffic: model.Traffic) -> RateCurve:
        """The rate over time."""
        base = traffic.rate or 0.0
        profile = traffic.profile
        if profile is None:
            return RateCurve.constant(base)
        if isinstance(profile, model.DailyProfile):
            daily = profile.daily
            horizon = self.scenario.duration
            return RateCurve.daily(base, daily.swing, daily.peak_at, daily.period, horizon)
        if isinstance(profile, model.TraceProfile):
            times, rates = recorded_rates(self.file(profile.trace), profile.speed, profile.times)
            return RateCurve.held(times, rates)
        return RateCurve.changing(
            base,
            [
                Change(
                    each.at,
                    base * (each.times or 0.0) if each.rate is None else each.rate,
                    each.over,
                )
                for each in profile
            ],
        )

    def file(self, name: str) -> Path:
        return (self.folder or Path()) / name


def _nth(given: float | tuple[float, ...], number: int) -> float:
    """One number for all, or one for each."""
    return given[number] if isinstance(given, tuple) else given
