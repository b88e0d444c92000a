"""What faults can lay hands on: the parts of one world, and how those that are hit are chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from simulator.call.breaker import Breaker
from simulator.call.breaker_set import BreakerSet
from simulator.call.cache import Cache
from simulator.call.route import Route
from simulator.fault.force_breaker import ForceBreaker
from simulator.fault.mode import Mode
from simulator.fault.registry_faults import Server
from simulator.kernel.kernel import Kernel
from simulator.kernel.streams import Streams
from simulator.network.toxic.wrong_time import Clocks
from simulator.observe.deaths import Death
from simulator.platform.configuration import Change
from simulator.platform.eviction import Evictor
from simulator.platform.node import Node
from simulator.platform.placement import Outage, Placement
from simulator.platform.workload import Workload
from simulator.scenario.building.crowd import Crowd
from simulator.scenario.faults.toxics import ToxicMaker
from simulator.scenario.model.fault import selector as model
from simulator.scenario.policies import is_to
from simulator.service.instance import Instance
from simulator.service.lifecycle import Lifecycle

REGISTRY = "registry"
"""The name under which a selector means the servers of the registry."""

Choose = Callable[[], list[Instance]]
"""Finds those whom a fault hits, when the time has come."""


class Reach:
    """The world as faults see it.

    `instances` are by service, `servers` those of the registry; `owned` are the routes, each with
    the party that it belongs to and the service that it leads to; deaths are noted in `deaths`.
    `labels` are those of each service; `placement` is who stands on which node, if there are any.
    `crowd` are the users; `pushed` is, for each push of configuration, which calls it changes, and how.
    `clocks` are those that are wrong.
    """

    def __init__(
        self,
        kernel: Kernel,
        streams: Streams,
        instances: Mapping[str, Sequence[Instance]],
        servers: Sequence[Server],
        lifecycle: Lifecycle,
        owned: Sequence[tuple[str, str, Route]],
        toxics: ToxicMaker,
        labels: Mapping[str, Mapping[str, str]],
        placement: Placement | None,
        crowd: Crowd,
        pushed: Mapping[str, Sequence[Change]],
    ) -> None:
        self.kernel = kernel
        self.streams = streams
        self.instances = instances
        self.servers = servers
        self.lifecycle = lifecycle
        self.owned = owned
        to: dict[str, list[Route]] = {service: [] for service in instances}
        for _, service, route in owned:
            to[service].append(route)
        self.callers = {
            each.name: to[service] for service in instances for each in instances[service]
        }
        """The routes by which each instance is asked, by its name."""
        self.toxics = toxics
        self.labels = labels
        self.placement = placement
        self.crowd = crowd
        self.pushed = pushed
        self.evictor: Evictor | None = None
        """Who takes instances off their nodes; None where there are no nodes."""
        self.workloads: Mapping[str, Workload] = {}
        """What keeps the instances of services running whose instances come and go."""
        self.deaths: list[Death] = []
        self.clocks = Clocks()
        self.hands: dict[Breaker | BreakerSet, list[ForceBreaker]] = {}
        """The faults that are on and have laid hands on each breaker, the latest last."""

    def in_zone(self, zone: str) -> list[Instance]:
        """Every instance in a zone."""
        return [each for all_ in self.instances.values() for each in all_ if each.zone == zone]

    def caches_of(self, party: str) -> list[tuple[str, Cache]]:
        """The caches of a caller's instances, with their names."""
        return [
            (route.caller, guard.cache)
            for owner, _, route in self.owned
            if owner == party
            for guard in route.guards
            if guard.cache is not None
        ]

    def breakers_of(self, party: str, to: str | None) -> list[Breaker | BreakerSet]:
        """The breakers of a caller's instances on the way to a service or endpoint, or to anybody.

        Those that calls share are in it once. Whoever comes later has its breakers already.
        """
        return list(
            dict.fromkeys(
                breaker
                for owner, _, route in self.owned
                if owner == party
                for guard in route.guards
                if is_to(to, guard.target)
                for breaker in (guard.breaker, guard.breakers)
                if breaker is not None
            )
        )

    def servers_of(self, selector: model.Selector, name: str) -> Callable[[], list[Server]]:
        """Finds the servers of the registry that the selector of a fault means."""
        mode = mode_of(selector.mode)
        wanted = selector.instance
        servers = [each for each in self.servers if wanted in (None, each.name)]
        everybody = mode.everybody or wanted is not None
        shuffled = self.shuffled(f"fault/{name}")

        def choose() -> list[Server]:
            if everybody:
                return list(servers)
            return mode.choose([each for each in servers if each.up], shuffled)

        return choose

    def chooser(self, selector: model.Selector, name: str) -> Choose:
        """Finds those whom the selector of a fault means."""
        instances = [
            each
            for service, members in self.instances.items()
            if selector.whose in (None, service)
            and labelled(self.labels.get(service, {}), selector.label)
            for each in members
            if selector.instance in (None, each.name)
        ]

        def found() -> list[Instance]:
            # They may have moved since the last time.
            later = self.befalls_newcomers(selector.zone)
            return [
                each
                for each in instances
                if (each.there or later)
                and selector.zone in (None, each.zone)
                and self.on_node(each, selector.node)
            ]

        mode = mode_of(selector.mode)
        if mode.everybody or selector.instance is not None:
            # The dead too, who may come back before it is over.
            return found
        shuffled = self.shuffled(f"fault/{name}")
        return lambda: mode.choose([each for each in found() if each.up], shuffled)

    def befalls_newcomers(self, zone: str | None) -> bool:
        """Whether a fault of a zone, or of none, befalls those, too, who are started meanwhile.

        Where there are nodes nobody is started on one that is down.
        """
        return zone is not None and self.placement is None

    def on_node(self, instance: Instance, node: str | None) -> bool:
        """Whether an instance stands on a node, if it has to stand on a certain one."""
        if node is None:
            return True
        assert self.placement is not None
        standing = self.placement.standing.get(instance.name)
        return standing is not None and standing.name == node

    def outage(self, selector: model.Selector) -> Outage | None:
        """The nodes that are down when all who are meant are: those whom nothing else narrows down."""
        if selector.mode != "all" or self.placement is None:
            return None
        if (selector.service, selector.label, selector.instance) != (None, None, None):
            return None
        return self.outage_of(
            [
                each
                for each in self.placement.nodes
                if selector.zone in (None, each.zone) and selector.node in (None, each.name)
            ]
        )

    def outage_of(self, nodes: Sequence[Node]) -> Outage | None:
        """The time that some nodes are down, where there are nodes."""
        return None if self.placement is None else Outage(self.placement, nodes)

    def shuffled(self, stream: str) -> Callable[[int], list[int]]:
        """Random orders, from a stream of their own."""
        generator = self.streams.generator(stream)

        def order(count: int) -> list[int]:
            drawn: list[int] = generator.permutation(count).tolist()
            return drawn

        return order


def labelled(labels: Mapping[str, str], wanted: Sequence[str] | None) -> bool:
    """Whether somebody has all the labels that are wanted, each of them as `key=value`."""
    given = [f"{key}={value}" for key, value in labels.items()]
    return all(each in given for each in wanted or ())


def mode_of(given: model.Fixed | model.Percent | model.RandomMaxPercent | str) -> Mode:
    """How many are hit."""
    if isinstance(given, model.Fixed):
        return Mode(fixed=given.fixed)
    if isinstance(given, model.Percent):
        return Mode(share=given.percent)
    if isinstance(given, model.RandomMaxPercent):
        return Mode(most_percent=given.most)
    return Mode(fixed=1) if given == "one" else Mode()
