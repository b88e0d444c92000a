"""What can go wrong with the registry itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from simulator.fault.chosen import ChosenFault
from simulator.fault.fault import Schedule
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


class KillServer(ChosenFault[Server]):
    """Kills servers of the registry; they come back with what their kind keeps on disk.

    In the real world: a crashed or updated server of etcd, Consul or Eureka. Callers keep what they
    know; what dies or comes meanwhile nobody learns, as long as none or too few of the servers are
    left.

    Here: what a server keeps, and what the others do without it, differs from registry to registry,
    and is told of each.

    Left out: disks that are lost with the server.

    Source: Chaos Mesh, PodChaos `pod-kill`, for the servers of a registry.
    """

    def harm(self, victim: Server) -> None:
        victim.kept_down += 1
        if victim.up:
            victim.crash(self.kernel.now)

    def heal(self, victim: Server) -> None:
        victim.kept_down -= 1
        if victim.kept_down == 0:
            victim.restart(self.kernel.now)


class SlowServer(ChosenFault[Server]):
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
        super().__init__(kernel, name, "slow", schedule, choose)
        self.delay = delay

    def harm(self, victim: Server) -> None:
        victim.delays.append(self.delay)

    def heal(self, victim: Server) -> None:
        victim.delays.remove(self.delay)


class PartitionServer(ChosenFault[Server]):
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
        super().__init__(kernel, name, "partition", schedule, choose)
        self.parties = frozenset(parties)

    def harm(self, victim: Server) -> None:
        victim.cuts.append(self.parties)

    def heal(self, victim: Server) -> None:
        victim.cuts.remove(self.parties)
