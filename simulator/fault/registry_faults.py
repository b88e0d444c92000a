"""What can go wrong with the registry itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from simulator.fault.fault import Fault, Schedule
from simulator.kernel.kernel import Kernel


class Server(Protocol):
    """A server of a registry.

    `delays` are what each of its answers takes longer, in seconds; `cuts` name the parties that its
    messages do not reach, nor theirs it. Both have an entry for each fault, so that the end of one
    leaves the others, and nothing remains of the last; `kept_down` is how many faults keep it dead.
    """

    name: str
    up: bool
    kept_down: int
    delays: list[float]
    cuts: list[frozenset[str]]

    def crash(self, now: float) -> None:
        """Die."""

    def restart(self, now: float) -> None:
        """Come up again."""


class KillServer(Fault):
    """Kills servers of the registry; they come back with what their kind keeps on disk.

    In the real world: a crashed or updated server of etcd, Consul or Eureka. Callers keep what they
    know; what dies or comes meanwhile nobody learns, as long as none or too few of the servers are
    left.

    Here: what a server keeps, and what the others do without it, differs from registry to registry,
    and is told of each.

    Left out: disks that are lost with the server.

    Source: Chaos Mesh, PodChaos `pod-kill`, for the servers of a registry.
    """

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        schedule: Schedule,
        choose: Callable[[], list[Server]],
    ) -> None:
        super().__init__(kernel, name, "kill", schedule)
        self.choose = choose
        self.victims: list[Server] = []

    def begin(self) -> Sequence[str]:
        self.victims = self.choose()
        for server in self.victims:
            server.kept_down += 1
            if server.up:
                server.crash(self.kernel.now)
        return [each.name for each in self.victims]

    def undo(self) -> None:
        for server in self.victims:
            server.kept_down -= 1
            if server.kept_down == 0:
                server.restart(self.kernel.now)


class SlowServer(Fault):
    """Lets every answer of some servers take longer, by the same time each.

    In the real world: a registry with too many watchers, a slow disk under its log. Heartbeats and
    elections that take longer than their timeouts are as bad as lost ones.

    Here: two at once add up; the end of one leaves the other.

    Left out: a queue at the server: what it is asked does not slow the next answer.

    Args:
        delay: what each answer takes longer, in seconds.
    """

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        schedule: Schedule,
        choose: Callable[[], list[Server]],
        delay: float,
    ) -> None:
        super().__init__(kernel, name, "latency", schedule)
        self.choose = choose
        self.delay = delay
        self.victims: list[Server] = []

    def begin(self) -> Sequence[str]:
        self.victims = self.choose()
        for server in self.victims:
            server.delays.append(self.delay)
        return [each.name for each in self.victims]

    def undo(self) -> None:
        for server in self.victims:
            server.delays.remove(self.delay)


class PartitionServer(Fault):
    """Cuts servers of the registry off from some parties, both ways; messages are lost silently.

    In the real world: a firewall rule, a zone that lost its uplink. Instances that cannot renew are
    taken off, though they are well; callers that cannot ask go on with what they know.

    Here: heartbeats of the instances and questions of the callers of these parties are lost, and so
    is whatever the server sends to them.

    Left out: cuts between the servers themselves, and cuts in one direction only.
    """

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        schedule: Schedule,
        choose: Callable[[], list[Server]],
        parties: Sequence[str],
    ) -> None:
        super().__init__(kernel, name, "partition", schedule)
        self.choose = choose
        self.parties = frozenset(parties)
        self.victims: list[Server] = []

    def begin(self) -> Sequence[str]:
        self.victims = self.choose()
        for server in self.victims:
            server.cuts.append(self.parties)
        return [each.name for each in self.victims]

    def undo(self) -> None:
        for server in self.victims:
            server.cuts.remove(self.parties)
