"""What all registries are: servers that list instances, and callers that keep what they were told."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from typing import Any

import simpy

from simulator.call.route import Route
from simulator.kernel.environment import Environment
from simulator.kernel.streams import Streams
from simulator.service.instance import Instance
from simulator.service.lifecycle import Lifecycle

Doing = Generator[simpy.Event, Any, None]
"""A SimPy process: it yields what it waits for."""


class RegistryServer:
    """One server of a registry.

    Attributes:
        up: whether it lives.
        delays: what each of its answers takes longer than usual, in seconds, one for each cause.
        kept_down: how many faults keep it from starting again.
        cuts: the services and traffic classes that its messages do not reach, nor theirs it, one
            set for each cause.
    """

    def __init__(self, name: str, changed: Callable[[RegistryServer], None]) -> None:
        self.name = name
        self.up = True
        self.kept_down = 0
        self.delays: list[float] = []
        self.cuts: list[frozenset[str]] = []
        self.changed = changed

    @property
    def delay(self) -> float:
        """What each of its answers takes longer than usual, in seconds."""
        return sum(self.delays, 0.0)

    def cut_from(self, party: str) -> bool:
        """Whether messages between it and a service or traffic class are lost."""
        return any(party in each for each in self.cuts)

    def crash(self, now: float) -> None:
        """Die; what it keeps on disk stays."""
        self.up = False
        self.changed(self)

    def restart(self, now: float) -> None:
        """Come up again."""
        self.up = True
        self.changed(self)

    def reaches(self, party: str) -> bool:
        """Whether messages of a service or traffic class get through, and answers back."""
        return self.up and not self.cut_from(party)


class View:
    """What one caller instance keeps of the registry: who there is, of each service it calls."""

    def __init__(self, name: str, party: str) -> None:
        self.name = name
        self.party = party
        self.routes: dict[str, list[Route]] = {}
        self.known: dict[str, tuple[str, ...]] = {}

    def learn(self, service: str, instances: Sequence[Instance], now: float) -> None:
        """From `now` on this is who there is, as far as this caller knows."""
        names = tuple(each.name for each in instances)
        if service not in self.routes or self.known.get(service) == names:
            return
        self.known[service] = names
        for route in self.routes[service]:
            route.learn(list(instances), now)


class Registry(Lifecycle):
    """A registry with its servers, the instances that register and the callers that ask.

    At the start the system has been running for long: all instances that run are listed and all
    callers know them. What runs periodically begins somewhere in its first period.

    Args:
        instances: by service.
        latency: of one message to or from a server, in seconds.
    """

    def __init__(
        self,
        env: Environment,
        streams: Streams,
        instances: Mapping[str, Sequence[Instance]],
        views: Sequence[View],
        replicas: int,
        latency: float,
    ) -> None:
        self.env = env
        self.streams = streams
        self.instances = instances
        self.views = views
        self.latency = latency
        self.servers = [
            RegistryServer(f"registry-{number + 1}", self.server_changed)
            for number in range(replicas)
        ]
        self.service_of = {
            each.name: service for service, members in instances.items() for each in members
        }
        # Whoever is still to be started is as one that has left.
        self.leaving = {each.name for each in self.all_instances() if not each.up}
        self.favourite: dict[str, int] = {}
        self.trying: set[str] = set()
        self.by_name = {each.name: each for members in instances.values() for each in members}
        for view in views:
            for service in view.routes:
                view.known[service] = tuple(each.name for each in instances[service] if each.up)

    def begin(self) -> None:
        """Start whatever runs by itself."""
        raise NotImplementedError

    def stopping(self, instance: Instance) -> None:
        self.leaving.add(instance.name)
        self.leave(instance)

    def restarted(self, instance: Instance) -> None:
        self.leaving.discard(instance.name)
        self.join(instance)

    def leave(self, instance: Instance) -> None:
        """An instance deregisters."""
        raise NotImplementedError

    def join(self, instance: Instance) -> None:
        """An instance that was gone registers, where instances do that themselves."""

    def present(self, instance: Instance) -> bool:
        """Whether an instance lives and means to stay."""
        return instance.up and instance.name not in self.leaving

    def server_changed(self, server: RegistryServer) -> None:
        """A server died, or is back."""

    # For those that build on this.

    def all_instances(self) -> Iterable[Instance]:
        """Every instance of every service."""
        return (each for members in self.instances.values() for each in members)

    def offset(self, what: str, period: float) -> float:
        """Where in its first period something periodic begins."""
        return period * float(self.streams.generator(f"registry/{what}").random())

    def every(self, period: float, what: str, do: Callable[[], None]) -> None:
        """Do something periodically, from somewhere in the first period on."""

        def ticking() -> Doing:
            yield self.env.timeout(self.offset(what, period))
            while True:
                do()
                yield self.env.timeout(period)

        self.env.process(ticking())

    def later(self, delay: float, do: Callable[[], None]) -> None:
        """Do something once, `delay` seconds from now."""

        def waiting() -> Doing:
            yield self.env.timeout(delay)
            do()

        self.env.process(waiting())

    def reachable(self, party: str, first: int) -> RegistryServer | None:
        """The server that a client gets through to, trying them in turn from its own on."""
        count = len(self.servers)
        for step in range(count):
            server = self.servers[(first + step) % count]
            if server.reaches(party):
                return server
        return None

    def ask(
        self, client: str, party: str, first: int, patience: float, tries: int
    ) -> tuple[RegistryServer | None, float]:
        """Whom a client asks in the end, and the seconds that the servers before have cost it.

        A client stays with the server that answered last. From one that is dead it hears at once;
        for one that it cannot reach, or that is slower than its `patience`, it waits that long in
        vain, and goes to the next.
        """
        count = len(self.servers)
        begin = self.favourite.get(client, first)
        waited = 0.0
        for step in range(tries):
            number = (begin + step) % count
            server = self.servers[number]
            if not server.up:
                continue
            if not server.cut_from(party) and 2 * self.latency + server.delay <= patience:
                self.favourite[client] = number
                return server, waited
            waited += patience
        return None, waited

    def reach(
        self, what: str, party: str, first: int, retry: float, do: Callable[[RegistryServer], None]
    ) -> None:
        """Do something with the server that a client gets through to, however long that takes.

        The client tries again every `retry` seconds; `what` names its purpose, for which it tries
        once at a time.
        """
        if what in self.trying:
            return
        server = self.reachable(party, first)
        if server is not None:
            do(server)
            return
        self.trying.add(what)

        def trying() -> Doing:
            while True:
                yield self.env.timeout(retry)
                server = self.reachable(party, first)
                if server is not None:
                    self.trying.discard(what)
                    do(server)
                    return

        self.env.process(trying())

    def members(self, service: str, listed: Iterable[str]) -> list[Instance]:
        """Those of a service's instances that are listed, in their own order."""
        names = set(listed)
        return [each for each in self.instances[service] if each.name in names]

    def delisted(self, instance: Instance) -> None:
        """The registry no longer lists an instance."""
        instance.ledger.events.note(self.env.now, "registry", instance.name, "delisted")
        if instance.death is not None:
            instance.death.delisted(self.env.now)
