"""etcd: leases that a quorum keeps, and watchers that hear at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from simulator.discovery.raft import Raft, etcd_timeout
from simulator.discovery.registry import Registry, RegistryServer, View

if TYPE_CHECKING:
    from simulator.service.instance import Instance


@dataclass(frozen=True, slots=True)
class EtcdSettings:
    """Times in seconds; the election timeout is a number of heartbeats."""

    ttl: float = 10.0
    heartbeat_interval: float = 0.1
    election_ticks: int = 10
    expiry_scan: float = 0.5

    @property
    def election_timeout(self) -> float:
        """The least time after which a leader is missed."""
        return self.election_ticks * self.heartbeat_interval

    @property
    def lease(self) -> float:
        """The time to live that is granted: never less than `least_lease`."""
        return max(self.ttl, least_lease(self.election_ticks, self.heartbeat_interval))


def least_lease(election_ticks: int, tick: float) -> float:
    """One and a half election timeouts, rounded up to a whole second.

    etcd counts whole ticks (15 of 10, 7 of 5) and whole nanoseconds, so that 3 s stay 3 s.

    Source: etcd-io/etcd, server/etcdserver/server.go, `minTTL`; lessor.go, `minLeaseTTL`.
    """
    nanoseconds = (3 * election_ticks) // 2 * round(tick * 1e9)
    return float(-(-nanoseconds // 1_000_000_000))


class Etcd(Registry):
    """Instances keep a lease alive; when it runs out their key is gone, and watchers are told.

    The lease is renewed every third of its time; one that has run out is not renewed but revoked,
    and its instance registers anew. Only a leader with a majority behind it renews, grants or
    revokes: without a quorum nobody can register, and nobody is thrown out. A new leader gives every
    lease its full time and an election timeout more, so a change of leaders hides a death for as
    long. Watchers whom no server reaches connect again every second.

    Source: etcd-io/etcd, server/lease/lessor.go (minimum TTL, scan every 500 ms, `Renew`, `Promote`),
    client/v3/lease.go (keepalive at a third of the TTL); etcd-io/raft; gRPC, "Connection backoff"
    (1 s at first).
    """

    settings: EtcdSettings
    reconnect = 1.0

    def configure(self, settings: EtcdSettings) -> None:
        """Set the intervals; everybody has a lease, renewed within the last third of its time."""
        self.settings = settings
        stream = self.streams.generator("registry/election")
        ticks, beat = settings.election_ticks, settings.heartbeat_interval

        def timeout() -> float:
            return etcd_timeout(float(stream.random()), ticks, beat)

        self.raft = Raft(self.env, self.servers, timeout, self.promoted)
        self.expiry: dict[str, float] = {}
        for instance in (each for each in self.all_instances() if each.up):
            interval = settings.lease / 3.0
            last = self.offset(f"keepalive/{instance.name}", interval) - interval
            self.expiry[instance.name] = last + settings.lease

    def begin(self) -> None:
        self.every(self.settings.expiry_scan, "scan", self.scan)
        for instance in self.all_instances():
            self.every(
                self.settings.lease / 3.0,
                f"keepalive/{instance.name}",
                partial(self.keep_alive, instance),
            )

    def server_changed(self, server: RegistryServer) -> None:
        self.raft.server_changed()
        if server.up:
            # Watchers of a server that is back catch up.
            for view in self.views:
                self.tell(view)

    def serves(self, party: str) -> bool:
        """Whether a service or class gets through to a server that has a leader behind it."""
        return self.raft.leader is not None and self.reachable(party, 0) is not None

    def message(self) -> float:
        """How long a message to the leader takes."""
        leader = self.raft.leader
        return self.latency + (0.0 if leader is None else leader.delay)

    def keep_alive(self, instance: Instance) -> None:
        """An instance renews its lease, or registers anew if that has run out."""
        if self.present(instance) and self.serves(self.service_of[instance.name]):
            self.later(self.message(), partial(self.renewed, instance))

    def renewed(self, instance: Instance) -> None:
        if self.raft.leader is None or not self.present(instance):
            return
        name, now = instance.name, self.env.now
        if self.expiry.get(name, now + 1.0) <= now:
            # A lease that has run out waits for its end, and whoever would renew it with it.
            return
        fresh = name not in self.expiry
        self.expiry[name] = now + self.settings.lease
        if fresh:
            self.changed(self.service_of[name])

    def scan(self) -> None:
        """The leader revokes the leases that have run out."""
        if self.raft.leader is None:
            return
        now = self.env.now
        for name in [name for name, expiry in self.expiry.items() if expiry <= now]:
            self.revoke(self.by_name[name])

    def revoke(self, instance: Instance) -> None:
        if self.expiry.pop(instance.name, None) is not None:
            self.delisted(instance)
            self.changed(self.service_of[instance.name])

    def promoted(self) -> None:
        """A new leader extends every lease."""
        extended = self.env.now + self.settings.election_timeout + self.settings.lease
        for name in self.expiry:
            self.expiry[name] = extended

    def changed(self, service: str) -> None:
        """Watchers of a service are told."""
        for view in self.views:
            if service in view.routes:
                self.tell(view)

    def tell(self, view: View) -> None:
        """Send a caller what there is, as soon as it is connected to a server."""
        self.reach(
            f"watch/{view.name}",
            view.party,
            0,
            self.reconnect,
            lambda _: self.later(self.message(), partial(self.told, view)),
        )

    def told(self, view: View) -> None:
        for service in view.routes:
            view.learn(service, self.members(service, self.expiry), self.env.now)

    def lists(self, instance: Instance) -> bool:
        return instance.name in self.expiry

    def leave(self, instance: Instance) -> None:
        if self.serves(self.service_of[instance.name]):
            self.later(self.message(), partial(self.revoke, instance))

    def join(self, instance: Instance) -> None:
        self.keep_alive(instance)
