"""Eureka: available before all, and late to know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from simulator.discovery.registry import Registry, RegistryServer, View

if TYPE_CHECKING:
    from simulator.service.instance import Instance


@dataclass(frozen=True, slots=True)
class EurekaSettings:
    """Times in seconds; the threshold is a share of 1."""

    renewal_interval: float = 30.0
    lease_duration: float = 90.0
    eviction_interval: float = 60.0
    response_cache_update: float = 30.0
    registry_fetch: float = 30.0
    self_preservation: bool = True
    renewal_percent_threshold: float = 0.85
    threshold_update: float = 900.0


class Lease:
    """One registration; times in seconds.

    A renewal notes now + duration, and expiry is judged by that plus the duration again: a renewed
    lease lasts twice its duration. It is a known mistake that Eureka keeps for compatibility
    (com.netflix.eureka.lease.Lease, `isExpired`).
    """

    __slots__ = ("duration", "last_update")

    def __init__(self, now: float, duration: float) -> None:
        self.duration = duration
        self.last_update = now

    def renew(self, now: float) -> None:
        self.last_update = now + self.duration

    def expired(self, now: float) -> bool:
        return now > self.last_update + self.duration


class LeaseTable:
    """What one Eureka server knows: leases, and how many renewals it should see.

    The number of `expected` clients follows registrations and cancellations, but not evictions, until
    the threshold is worked out anew. A server that began with none does not count registrations
    either: till then its threshold is 0, and it evicts nobody. Renewals are counted by the minute;
    what counts is the minute before.

    Source: AbstractInstanceRegistry `register`, `renew`, `evict`; PeerAwareInstanceRegistryImpl
    `updateRenewalThreshold`, `isLeaseExpirationEnabled`.
    """

    def __init__(self, settings: EurekaSettings, expected: int = 0) -> None:
        self.settings = settings
        self.leases: dict[str, Lease] = {}
        self.expected = expected
        self.renewals_before = 0
        self.renewals = 0

    @property
    def threshold(self) -> int:
        """Renewals a minute below which, or at which, nobody is evicted."""
        settings = self.settings
        per_minute = self.expected * (60.0 / settings.renewal_interval)
        return int(per_minute * settings.renewal_percent_threshold)

    def register(self, name: str, now: float) -> None:
        if name not in self.leases and self.expected > 0:
            self.expected += 1
        self.leases[name] = Lease(now, self.settings.lease_duration)

    def cancel(self, name: str) -> None:
        if self.leases.pop(name, None) is not None:
            self.expected = max(0, self.expected - 1)

    def renew(self, name: str, now: float) -> bool:
        """Renew a lease; returns whether there is one."""
        lease = self.leases.get(name)
        if lease is None:
            return False
        self.renewals += 1
        lease.renew(now)
        return True

    def minute(self) -> None:
        """A minute is over."""
        self.renewals_before, self.renewals = self.renewals, 0

    def update_threshold(self) -> None:
        """Expect what there is, unless so many are gone that it is likelier the network."""
        if len(self.leases) > self.settings.renewal_percent_threshold * self.expected:
            self.expected = len(self.leases)

    @property
    def may_evict(self) -> bool:
        """Whether expired leases may be evicted: not in self-preservation."""
        if not self.settings.self_preservation:
            return True
        return self.threshold > 0 and self.renewals_before > self.threshold

    def to_evict(self, now: float) -> tuple[list[str], int]:
        """The expired leases, and how many of them may go at once: drawn at random."""
        if not self.may_evict:
            return [], 0
        expired = [name for name, lease in self.leases.items() if lease.expired(now)]
        size = len(self.leases)
        most = size - int(size * self.settings.renewal_percent_threshold)
        return expired, min(most, len(expired))


class Peer:
    """One server of the cluster with its table, and the answer that it gives to clients.

    Attributes:
        opens: when it begins to answer clients, in seconds.
    """

    def __init__(self, server: RegistryServer, table: LeaseTable) -> None:
        self.server = server
        self.table = table
        self.answer = list(table.leases)
        self.opens = 0.0

    def minute(self) -> None:
        self.table.minute()

    def update_threshold(self) -> None:
        self.table.update_threshold()


class Eureka(Registry):
    """Netflix's registry: every server answers with what it has, stale or not, and never refuses.

    Instances renew their lease every 30 s; a lease that was not renewed expires (see `Lease`) and
    is evicted at the next eviction, if renewals as a whole have not dropped: when many are missing
    at once the server takes it for a broken network and keeps everybody (self-preservation). Callers
    fetch every 30 s an answer that is made every 30 s. Servers copy what they hear to their peers.

    A server keeps its table in memory. When it starts it copies a peer's; if there is none it answers
    nobody for five minutes, in which instances register with it. Clients try three servers, and give
    each 8 s.

    Left out: that a server which restarts asks its peers for up to 150 s if they have nothing; that
    clients back off when all servers fail.

    Source: Netflix/eureka at 61acc83d, eureka-core: AbstractInstanceRegistry,
    PeerAwareInstanceRegistryImpl (`syncUp`, `shouldAllowAccess`, waitTimeInMsWhenSyncEmpty),
    ResponseCacheImpl; eureka-client: RetryableEurekaHttpClient, eurekaServerReadTimeoutSeconds.
    """

    settings: EurekaSettings
    patience = 8.0
    tries = 3
    wait_when_sync_empty = 300.0

    def configure(self, settings: EurekaSettings) -> None:
        """Set the intervals; everybody is registered and has just renewed."""
        self.settings = settings
        self.peers: list[Peer] = []
        names = [each.name for each in self.all_instances() if each.up]
        interval = settings.renewal_interval
        beats = {name: self.offset(f"heartbeat/{name}", interval) for name in names}
        for server in self.servers:
            table = LeaseTable(settings, len(names))
            # The minute that is under way began before the start.
            begun = 60.0 - self.offset(f"minute/{server.name}", 60.0)
            for name, beat in beats.items():
                table.leases[name] = Lease(0.0, settings.lease_duration)
                # The last heartbeat before the start.
                table.leases[name].renew(beat - interval)
                table.renewals += int((begun + beat) / interval)
            table.renewals_before = int(len(names) * 60.0 / interval)
            self.peers.append(Peer(server, table))

    def begin(self) -> None:
        settings = self.settings
        for peer in self.peers:
            name = peer.server.name
            self.every(60.0, f"minute/{name}", peer.minute)
            self.every(settings.eviction_interval, f"evict/{name}", partial(self.evict, peer))
            self.every(
                settings.response_cache_update,
                f"cache/{name}",
                partial(self.refresh, peer),
            )
            self.every(settings.threshold_update, f"threshold/{name}", peer.update_threshold)
        for number, instance in enumerate(self.all_instances()):
            self.every(
                settings.renewal_interval,
                f"heartbeat/{instance.name}",
                partial(self.heartbeat, instance, number),
            )
        for number, view in enumerate(self.views):
            self.every(
                settings.registry_fetch,
                f"fetch/{view.name}",
                partial(self.fetch, view, number),
            )

    def server_changed(self, server: RegistryServer) -> None:
        """A server that starts copies a peer's table, or has none."""
        if not server.up:
            return
        now = self.env.now
        peer = self.peer_of(server)
        others = (each for each in self.peers if each is not peer)
        source = next((each for each in others if each.server.up and each.opens <= now), None)
        names = [] if source is None else list(source.table.leases)
        peer.table = LeaseTable(self.settings, len(names))
        for name in names:
            peer.table.leases[name] = Lease(now, self.settings.lease_duration)
        peer.answer = names
        peer.opens = now if names else now + self.wait_when_sync_empty
        for instance in self.all_instances():
            # Whoever died before is forgotten with the last table that had it.
            death = instance.death
            if death is not None and death.registry_knew is None and not self.lists(instance):
                self.delisted(instance)

    def peer_of(self, server: RegistryServer) -> Peer:
        """What a server knows."""
        return next(each for each in self.peers if each.server is server)

    # What instances say.

    def heartbeat(self, instance: Instance, number: int) -> None:
        """Renew, if the instance lives and a server can be reached; register if that one forgot."""
        if self.present(instance):
            self.say(instance, number, lambda peer: self.renewed(peer, instance.name))

    def say(self, instance: Instance, number: int, what: Callable[[Peer], object]) -> None:
        """An instance tells the first server that it gets through to."""
        party = self.service_of[instance.name]
        server, waited = self.ask(instance.name, party, number, self.patience, self.tries)
        if server is not None:
            self.tell(server, waited, what)

    def renewed(self, peer: Peer, name: str) -> None:
        if not peer.table.renew(name, self.env.now):
            peer.table.register(name, self.env.now)

    def tell(self, server: RegistryServer, waited: float, what: Callable[[Peer], object]) -> None:
        """A server hears something, and copies it to its peers."""
        delay = waited + self.latency + server.delay
        for peer in self.peers:
            wait = delay if peer.server is server else delay + self.latency + peer.server.delay
            self.later(wait, partial(self.hear, peer, what))

    def hear(self, peer: Peer, what: Callable[[Peer], object]) -> None:
        """A message reaches a server, if it lives."""
        if peer.server.up:
            what(peer)

    def leave(self, instance: Instance) -> None:
        self.say(instance, 0, lambda peer: peer.table.cancel(instance.name))

    def lists(self, instance: Instance) -> bool:
        return any(instance.name in peer.table.leases for peer in self.peers)

    def join(self, instance: Instance) -> None:
        self.say(instance, 0, lambda peer: peer.table.register(instance.name, self.env.now))

    # What servers do by themselves.

    def evict(self, peer: Peer) -> None:
        """Throw out expired leases, a few at a time."""
        if not peer.server.up:
            return
        expired, count = peer.table.to_evict(self.env.now)
        if not count:
            return
        stream = self.streams.generator(f"registry/evict/{peer.server.name}", int(self.env.now))
        for place in sorted(stream.permutation(len(expired))[:count].tolist()):
            name = expired[place]
            del peer.table.leases[name]
            self.delisted(self.by_name[name])

    def refresh(self, peer: Peer) -> None:
        """Make the answer for clients anew."""
        if not peer.server.up:
            return
        peer.answer = list(peer.table.leases)

    # What callers ask.

    def fetch(self, view: View, number: int) -> None:
        """Ask a server for everything; keep what is known if none answers."""
        client = f"fetch/{view.name}"
        server, waited = self.ask(client, view.party, number, self.patience, self.tries)
        if server is None:
            return
        peer = self.peer_of(server)

        def answered() -> None:
            if not server.up or peer.opens > self.env.now:
                return
            for service in view.routes:
                view.learn(service, self.members(service, peer.answer), self.env.now)

        self.later(waited + 2 * self.latency + server.delay, answered)
