"""From a checked scenario to a world that runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path

from simulator.call.draws import Draws
from simulator.call.edge import CallPoint
from simulator.call.route import Route
from simulator.call.site import Site
from simulator.discovery.directory import Directory
from simulator.discovery.ingress import Ingress
from simulator.discovery.registry import Registry
from simulator.distribution.distribution import Distribution
from simulator.distribution.uniform import Uniform
from simulator.distribution.zipf import Zipf
from simulator.fault.fault import Fault
from simulator.fault.vacancies import Vacancies
from simulator.kernel import make_kernel
from simulator.kernel.streams import Streams
from simulator.observe.ledger import Ledger
from simulator.observe.trace import Sampler
from simulator.platform.configuration import CallSetting
from simulator.platform.workload import Workload
from simulator.scenario.building.activators import make_activator
from simulator.scenario.building.arrivals import ArrivalMaker
from simulator.scenario.building.balancers import Caller
from simulator.scenario.building.call_points import CallPointMaker
from simulator.scenario.building.compile import StepCompiler
from simulator.scenario.building.crowd import Crowd
from simulator.scenario.building.deployments import make_deployers, make_orders
from simulator.scenario.building.instances import InstanceMaker
from simulator.scenario.building.kubelets import KubeletMaker
from simulator.scenario.building.late import Latecomers, befalls_instances
from simulator.scenario.building.laws import law_of
from simulator.scenario.building.placing import placement_of
from simulator.scenario.building.platforms import begin_platform, budget_of, evictor_of
from simulator.scenario.building.registries import make_registry
from simulator.scenario.building.routes import RouteMaker
from simulator.scenario.building.segmentations import make_segmentations
from simulator.scenario.building.slots import slots_for
from simulator.scenario.building.versions import put_on_versions
from simulator.scenario.building.workloads import WorkloadMaker, managed, take_places
from simulator.scenario.building.world import BuiltService, World
from simulator.scenario.cdn import with_cdns
from simulator.scenario.faults.kinds import FAULTS
from simulator.scenario.faults.reach import Reach
from simulator.scenario.faults.schedules import schedules_of
from simulator.scenario.faults.toxics import ToxicMaker
from simulator.scenario.guards.maker import GuardMaker, PolicyGroup
from simulator.scenario.model import step as steps
from simulator.scenario.model import traffic as model
from simulator.scenario.model.distribution import Constant as ConstantModel
from simulator.scenario.model.distribution import Dist
from simulator.scenario.model.scenario import Scenario
from simulator.scenario.model.service import Service
from simulator.scenario.policies import every_policy
from simulator.scenario.proxies import with_proxies
from simulator.scenario.scalers.kinds import SCALERS
from simulator.scenario.scalers.reach import ScalerReach
from simulator.service.endpoint import Endpoint
from simulator.service.impairment import Impairment
from simulator.service.instance import Instance
from simulator.service.lifecycle import Lifecycle
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
        self.scenario = with_proxies(with_cdns(scenario))
        self.streams = streams
        self.folder = folder
        self.instance_class = instance_class
        self.kernel = make_kernel()
        self.ledger = Ledger()
        self.quantities: dict[str, Distribution] = {"uniform": Uniform(0.0, 1.0)}
        self.endpoints: dict[str, Endpoint] = {}
        for service, model_ in self.scenario.services.items():
            for name in model_.endpoints:
                endpoint = Endpoint(len(self.endpoints), service, name)
                self.endpoints[endpoint.label] = endpoint
        self.placement = placement_of(self.scenario)
        self.schedules = schedules_of(self.scenario, streams)
        self.calls = CallPointMaker(
            self.scenario, self.kernel, self.ledger, self.endpoints, self.quantities, folder
        )
        self.route_maker = RouteMaker(
            self.kernel, self.ledger, streams, self.calls.link_between, self.fill
        )
        self.route_maker.locate(self.scenario.network)
        self.route_maker.segmentations = make_segmentations(self.scenario, streams)
        self.route_maker.balancer_settings = self.calls.balancers
        self.route_maker.pushed_balancers = {
            each.name: each.balancer for each in self.calls.pushes if each.balancer is not None
        }
        self.guard_maker = GuardMaker(self.kernel, self.route_maker.chance, self.ledger.events)
        self.arrival_maker = ArrivalMaker(self.scenario, streams, self.schedules, folder)
        policies = [*every_policy(scenario), *(push.policy for push in self.calls.pushes)]
        self.registry: Registry | None = None
        self.versions: dict[str, dict[str, Impairment]] = {}
        self.deadlines = any(each.deadline is not None for each in policies)

    def world(self) -> World:
        scenario = self.scenario
        for service, model_ in scenario.services.items():
            self.compile(service, model_)
        services = self.services()
        self.lead_to_one_another(services)
        sources = {
            name: self.source(name, traffic, services) for name, traffic in scenario.traffic.items()
        }
        self.route_maker.begin({name: list(each.instances) for name, each in services.items()})
        entries = frozenset(
            entry.point.calls_edge.number for source in sources.values() for entry in source.entries
        )
        self.registry = self.registry_of(services)
        reach = self.reach(services, sources, self.lifecycle(self.registry, services))
        reach.workloads = workloads = self.workloads(reach)
        deployers = make_deployers(
            scenario, workloads, self.versions, self.route_maker.segmentations
        )
        reach.evictor = evictor_of(scenario, reach, workloads, self.ledger.events)
        begin_platform(scenario, reach, self.ledger.events)
        faults = self.faults(reach)
        latecomers = self.latecomers(reach, faults, workloads)
        self.begin_reading(
            {each.name for one in services.values() for each in one.instances if not each.up}
        )
        return World(
            scenario,
            self.kernel,
            self.streams,
            self.ledger,
            services,
            sources,
            self.calls.edges,
            entries,
            faults,
            reach.deaths,
            self.registry,
            self.policy_groups(services),
            self.placement,
            workloads,
            deployers,
            make_orders(scenario, deployers),
            reach,
            latecomers,
        )

    # What there is, and what becomes of it.

    def registry_of(self, services: dict[str, BuiltService]) -> Registry | None:
        """Who is told of instances that come and go, if anybody."""
        return make_registry(
            self.scenario.registry,
            self.kernel,
            self.ledger,
            self.streams,
            {name: each.instances for name, each in services.items()},
            self.route_maker.routes,
            self.fill,
            self.placement,
            [name for name, each in self.scenario.services.items() if each.probes is not None],
        )

    def faults(self, reach: Reach) -> list[Fault]:
        """The faults of the scenario, on the clock."""
        faults = [
            FAULTS[fault.kind].make(reach, fault.harm, name, schedule)
            for fault, (name, schedule) in zip(
                self.scenario.faults, self.schedules.items(), strict=True
            )
        ]
        for fault in faults:
            fault.events = self.ledger.events
        return faults

    def latecomers(
        self, reach: Reach, faults: list[Fault], workloads: dict[str, Workload]
    ) -> Latecomers:
        """Who lets more faults join; all of them hear of places that are free again."""
        given = zip(faults, self.scenario.faults, strict=True)
        vacancies = Vacancies([fault for fault, its in given if befalls_instances(reach, its)])
        for workload in workloads.values():
            workload.listeners.append(vacancies)
        return Latecomers(reach, self.ledger.events, vacancies, workloads)

    def lifecycle(self, registry: Registry | None, services: dict[str, BuiltService]) -> Lifecycle:
        """Who tells callers of instances that come and go."""
        if registry is not None:
            return registry
        coming = {
            name: each.instances
            for name, each in services.items()
            if managed(self.scenario, name, self.placement)
        }
        if not coming:
            return Lifecycle()
        routes: dict[str, list[Route]] = {name: [] for name in services}
        for _, service, route in self.route_maker.routes:
            routes[service].append(route)
        directory = Directory(self.kernel, coming, routes)
        for name, built in services.items():
            if built.activator is not None:
                directory.ingresses[name] = Ingress(directory, name, built.activator)
                directory.tell(name)
        return directory

    def workloads(self, reach: Reach) -> dict[str, Workload]:
        """What keeps the instances running of services whose instances come and go, at work."""
        scenario = self.scenario
        maker = WorkloadMaker(scenario, reach, self.ledger.events, self.draws_of)
        workloads = {
            name: maker.workload(name)
            for name in scenario.services
            if managed(scenario, name, self.placement)
        }
        # Kubelets listen in on it from now on.
        told = reach.lifecycle
        KubeletMaker(scenario, reach, self.ledger, self.fill).attach(workloads)
        for workload in workloads.values():
            workload.begin()
        for name, workload in workloads.items():
            given = scenario.services[name].autoscaler
            requested = scenario.services[name].requested_cpu
            if given is not None:
                sight = ScalerReach(
                    self.kernel,
                    name,
                    workload,
                    self.placement,
                    requested,
                    told.ingresses.get(name) if isinstance(told, Directory) else None,
                    self.calls.edges,
                    budget_of(scenario.services[name]),
                )
                SCALERS[given.kind](sight, given.settings).begin()
        return workloads

    def reach(
        self,
        services: dict[str, BuiltService],
        sources: dict[str, Source],
        lifecycle: Lifecycle,
    ) -> Reach:
        """What faults can lay hands on."""
        registry = self.registry
        return Reach(
            self.kernel,
            self.streams,
            {name: each.instances for name, each in services.items()},
            () if registry is None else registry.servers,
            lifecycle,
            self.route_maker.routes,
            ToxicMaker(self.kernel, self.quantities, self.route_maker.chance, self.folder),
            {name: each.labels for name, each in self.scenario.services.items()},
            self.placement,
            Crowd(self.scenario, sources, self.fill, self.route_maker.checkers),
            self.calls.pushed,
        )

    def begin_reading(self, absent: set[str]) -> None:
        """Let callers read their configuration; the `absent` instances do not yet."""
        for readers in self.calls.configurations.values():
            readers.begin(
                lambda caller: self.streams.generator(f"configuration/{caller}").random, absent
            )

    def policy_groups(self, services: dict[str, BuiltService]) -> list[PolicyGroup]:
        """Every policy that keeps count of what it does: the callers', then the callees'."""
        groups = list(self.guard_maker.groups.values())
        for name, service in services.items():
            endpoints = [each.label for each in service.endpoints.values()]
            gates = [each.gate for each in service.instances if each.gate is not None]
            if gates:
                groups.append(PolicyGroup(None, name, "gate", endpoints, list(gates)))
            processors = [each.processor for each in service.instances]
            quotas = [each.quota for each in processors if each is not None]
            limits = [each for each in quotas if each is not None]
            if limits:
                groups.append(PolicyGroup(None, name, "cpu_limit", endpoints, list(limits)))
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

    def draws_of(self, name: str, dist: Dist) -> Draws:
        """The draws of a quantity that the scenario gives a distribution."""
        self.quantities[name] = law_of(dist, self.folder)
        return self.draws(name, name)

    # Services.

    def services(self) -> dict[str, BuiltService]:
        """Every service with its instances, which know nobody yet."""
        maker = InstanceMaker(
            self.kernel,
            self.ledger,
            self.route_maker,
            self.placement,
            self.draws,
            self.instance_class,
        )
        services: dict[str, BuiltService] = {}
        first = 0
        for service, model_ in self.scenario.services.items():
            slots = range(slots_for(self.scenario, service))
            instances = [maker.instance(service, model_, n) for n in slots]
            take_places(self.scenario, service, instances, self.placement)
            self.versions[service] = put_on_versions(service, model_, instances)
            endpoints = {name: self.endpoints[f"{service}.{name}"] for name in model_.endpoints}
            activator = make_activator(
                self.kernel, self.ledger, service, model_, instances, self.route_maker.chance
            )
            services[service] = BuiltService(service, instances, first, endpoints, activator)
            first += len(services[service].everyone)
        return services

    def lead_to_one_another(self, services: dict[str, BuiltService]) -> None:
        """Give every instance its routes to those that it asks."""
        for service, built in services.items():
            zones = Counter(each.zone for each in built.instances if each.there)
            for instance in built.instances:
                caller = Caller(instance.name, instance.number, instance.zone, zones)
                instance.routes = self.routes_of(caller, service, services)

    def compile(self, service: str, model_: Service) -> None:
        """Give every endpoint of a service its program."""
        self.calls.ways[service] = []
        for name, its_steps in model_.endpoints.items():
            endpoint = self.endpoints[f"{service}.{name}"]

            def make_point(step: steps.Call, name: str, caller: Endpoint = endpoint) -> CallPoint:
                return self.calls.point(
                    caller.label, caller.service, step.call, step, name, step.optional
                )

            compiler = StepCompiler(
                endpoint, self.quantities, make_point, self.deadlines, self.folder
            )
            compiler.compile(its_steps)

    def routes_of(
        self, caller: Caller, party: str, services: dict[str, BuiltService]
    ) -> list[Route]:
        """The routes of one caller instance, each with a balancer of its own."""
        instances = {name: list(built.instances) for name, built in services.items()}
        routes = self.route_maker.make(caller, party, self.calls.ways.get(party, ()), instances)
        for number, route in enumerate(routes):
            for plan in self.calls.plans.get((party, number), ()):
                if isinstance(plan, CallSetting):
                    readers = self.calls.configurations[party]
                    route.guards.append(readers.read_by(caller.name, plan, route))
                    continue
                guard = self.guard_maker.make(caller.name, party, plan, route, routes)
                route.guards.append(guard)
        return routes

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
                point = self.calls.point(name, name, target, traffic, target, optional=False)
                path = f"traffic/{name}/{target}"
                site = Site(path, point, self.fill, 1)
                keys = None
                if traffic.key is not None:
                    self.quantities[f"{path}/key"] = Zipf(
                        traffic.key.zipf.items, traffic.key.zipf.s
                    )
                    keys = self.draws(f"{path}/key", f"{path}/key")
                client = self.draws(f"{path}/client")
                nature = Nature(traffic.priority, client, traffic.clients, keys, name, path)
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
        arrivals = self.arrival_maker.arrivals(name, traffic)
        return OpenSource(self.kernel, name, entries, clients, choice, sampler, arrivals.block)
