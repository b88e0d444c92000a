"""What faults can lay hands on: the parts of one world, and how those that are hit are chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from simulator.call.cache import Cache
from simulator.call.route import Route
from simulator.fault.mode import Mode
from simulator.fault.registry_faults import Server
from simulator.kernel.kernel import Kernel
from simulator.kernel.streams import Streams
from simulator.observe.deaths import Death
from simulator.scenario.faults.toxics import ToxicMaker
from simulator.scenario.model.fault import selector as model
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
    ) -> None:
        self.kernel = kernel
        self.streams = streams
        self.instances = instances
        self.servers = servers
        self.lifecycle = lifecycle
        self.owned = owned
        self.routes = [route for _, _, route in owned]
        self.toxics = toxics
        self.deaths: list[Death] = []

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
        instances = self.instances[selector.service]
        if selector.instance is not None:
            wanted = selector.instance
            return lambda: [each for each in instances if each.name == wanted]
        mode = mode_of(selector.mode)
        if mode.everybody:
            # The dead too, who may come back before it is over.
            return lambda: list(instances)
        shuffled = self.shuffled(f"fault/{name}")
        return lambda: mode.choose([each for each in instances if each.up], shuffled)

    def shuffled(self, stream: str) -> Callable[[int], list[int]]:
        """Random orders, from a stream of their own."""
        generator = self.streams.generator(stream)

        def order(count: int) -> list[int]:
            drawn: list[int] = generator.permutation(count).tolist()
            return drawn

        return order


def mode_of(given: model.Fixed | model.Percent | str) -> Mode:
    """How many are hit."""
    if isinstance(given, model.Fixed):
        return Mode(fixed=given.fixed)
    if isinstance(given, model.Percent):
        return Mode(share=given.percent)
    return Mode(fixed=1) if given == "one" else Mode()
