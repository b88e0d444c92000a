"""From the faults of a scenario to events on the clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from simulator.call.route import Route
from simulator.fault.fault import Fault, Schedule
from simulator.fault.kill import Kill
from simulator.fault.mode import Mode
from simulator.fault.partition import Partition
from simulator.fault.registry_faults import KillServer, PartitionServer, Server, SlowServer
from simulator.fault.slow import Slow
from simulator.kernel.kernel import Kernel
from simulator.kernel.streams import Streams
from simulator.observe.deaths import Death
from simulator.scenario.model import fault as model
from simulator.service.instance import Instance
from simulator.service.lifecycle import Lifecycle

REGISTRY = "registry"


class FaultMaker:
    """Makes the faults of one world.

    `instances` are by service, `servers` those of the registry; deaths are noted in `deaths`.
    """

    def __init__(
        self,
        kernel: Kernel,
        streams: Streams,
        instances: Mapping[str, Sequence[Instance]],
        servers: Sequence[Server],
        lifecycle: Lifecycle,
        routes: Sequence[Route],
    ) -> None:
        self.kernel = kernel
        self.streams = streams
        self.instances = instances
        self.servers = servers
        self.lifecycle = lifecycle
        self.routes = routes
        self.deaths: list[Death] = []

    def make(self, given: model.Fault, number: int) -> Fault:
        """One fault, put on the clock."""
        name = given.name or f"{given.kind}-{number + 1}"
        schedule = Schedule(given.at, given.for_)
        if given.selector.service == REGISTRY:
            return self.of_registry(given, name, schedule)
        stream = f"fault/{name}"
        if given.kill is not None:
            return Kill(
                self.kernel,
                name,
                schedule,
                self.chooser(given.kill, stream),
                given.kill.grace,
                self.lifecycle,
                self.routes,
                self.deaths,
            )
        if given.partition is not None:
            choose = self.chooser(given.partition, stream)
            return Partition(self.kernel, name, schedule, choose, given.partition.from_)
        assert given.slow is not None and given.slow.speed is not None
        return Slow(self.kernel, name, schedule, self.chooser(given.slow, stream), given.slow.speed)

    def of_registry(self, given: model.Fault, name: str, schedule: Schedule) -> Fault:
        """A fault of the registry's servers."""
        mode = mode_of(given.selector.mode)
        wanted = given.selector.instance
        servers = [each for each in self.servers if wanted in (None, each.name)]

        def choose() -> list[Server]:
            return mode.choose(servers, self.shuffled(f"fault/{name}"))

        if given.kill is not None:
            return KillServer(self.kernel, name, schedule, choose)
        if given.slow is not None:
            assert given.slow.add is not None
            return SlowServer(self.kernel, name, schedule, choose, given.slow.add)
        assert given.partition is not None
        return PartitionServer(self.kernel, name, schedule, choose, given.partition.from_)

    def chooser(self, selector: model.Selector, stream: str) -> Callable[[], list[Instance]]:
        """Finds those whom a selector means, when the time has come."""
        instances = self.instances[selector.service]
        if selector.instance is not None:
            wanted = selector.instance
            return lambda: [each for each in instances if each.name == wanted]
        mode = mode_of(selector.mode)
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
