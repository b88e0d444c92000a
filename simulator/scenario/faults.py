"""From the faults of a scenario to events on the clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from simulator.call.cache import Cache
from simulator.call.route import Route
from simulator.fault.cache_flush import CacheFlush
from simulator.fault.fault import Fault, Schedule
from simulator.fault.kill import Kill
from simulator.fault.link_fault import LinkFault
from simulator.fault.mode import Mode
from simulator.fault.pause import Hang, Pause
from simulator.fault.registry_faults import KillServer, PartitionServer, Server, SlowServer
from simulator.fault.slow import Slow
from simulator.fault.surge import Surge
from simulator.kernel.kernel import Kernel
from simulator.kernel.streams import Streams
from simulator.observe.deaths import Death
from simulator.scenario.model import fault as model
from simulator.scenario.toxics import ToxicMaker
from simulator.service.instance import Instance
from simulator.service.lifecycle import Lifecycle

REGISTRY = "registry"


class FaultMaker:
    """Makes the faults of one world.

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

    def make(self, given: model.Fault, name: str, schedule: Schedule) -> Fault:
        """One fault, put on the clock."""
        harm = given.harm
        if isinstance(harm, model.RegistryOutage):
            return KillServer(self.kernel, name, schedule, lambda: list(self.servers))
        if isinstance(harm, model.ZoneOutage):
            zone = harm.zone
            return self.kill(name, "zone_outage", schedule, lambda: self.in_zone(zone), 0.0)
        if isinstance(harm, model.CacheFlush):
            return CacheFlush(self.kernel, name, schedule, self.caches_of(harm.service))
        if isinstance(harm, model.Surge):
            return Surge(self.kernel, name, schedule, harm.traffic)
        assert isinstance(harm, model.Selector)
        if harm.service == REGISTRY:
            return self.of_registry(harm, name, schedule)
        choose = self.chooser(harm, f"fault/{name}")
        if isinstance(harm, model.Kill):
            return self.kill(name, "kill", schedule, choose, harm.grace)
        if isinstance(harm, model.Hang):
            return Hang(self.kernel, name, schedule, choose)
        if isinstance(harm, model.Pause):
            return Pause(self.kernel, name, schedule, choose)
        if isinstance(harm, model.Slow):
            assert harm.speed is not None
            return Slow(self.kernel, name, schedule, choose, harm.speed)
        make = self.toxics.maker(given.kind, harm, name)
        return LinkFault(self.kernel, name, given.kind, schedule, choose, make)

    def kill(
        self,
        name: str,
        kind: str,
        schedule: Schedule,
        choose: Callable[[], list[Instance]],
        grace: float,
    ) -> Kill:
        """A fault that ends processes."""
        return Kill(
            self.kernel,
            name,
            kind,
            schedule,
            choose,
            grace,
            self.lifecycle,
            self.routes,
            self.deaths,
        )

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

    def of_registry(self, harm: model.Selector, name: str, schedule: Schedule) -> Fault:
        """A fault of the registry's servers."""
        mode = mode_of(harm.mode)
        wanted = harm.instance
        servers = [each for each in self.servers if wanted in (None, each.name)]
        everybody = mode.everybody or wanted is not None
        shuffled = self.shuffled(f"fault/{name}")

        def choose() -> list[Server]:
            if everybody:
                return list(servers)
            return mode.choose([each for each in servers if each.up], shuffled)

        if isinstance(harm, model.Kill):
            return KillServer(self.kernel, name, schedule, choose)
        if isinstance(harm, model.Slow):
            assert harm.add is not None
            return SlowServer(self.kernel, name, schedule, choose, harm.add)
        assert isinstance(harm, model.Partition)
        return PartitionServer(self.kernel, name, schedule, choose, harm.from_)

    def chooser(self, selector: model.Selector, stream: str) -> Callable[[], list[Instance]]:
        """Finds those whom a selector means, when the time has come."""
        instances = self.instances[selector.service]
        if selector.instance is not None:
            wanted = selector.instance
            return lambda: [each for each in instances if each.name == wanted]
        mode = mode_of(selector.mode)
        if mode.everybody:
            # The dead too, who may come back before it is over.
            return lambda: list(instances)
        shuffled = self.shuffled(stream)
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
