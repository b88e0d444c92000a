"""Who leads a cluster of servers that agree by majority."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from simulator.discovery.registry import Doing, RegistryServer
from simulator.kernel.environment import Environment


class Raft:
    """The leadership of a Raft cluster; what is agreed on is left to whoever asks the leader.

    A leader that dies is missed after an election timeout, drawn by each server for itself; the
    first to miss it asks for votes. If two run out together nobody may win, and timeouts are drawn
    again. Without a majority of servers up there is no leader.

    Source: Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm", USENIX ATC
    2014, section 5.2; etcd-io/raft draws whole ticks from {n, ..., 2n - 1}.

    Args:
        draw_timeout: an election timeout in seconds.
        elected: hears of every new leader.
    """

    def __init__(
        self,
        env: Environment,
        servers: Sequence[RegistryServer],
        draw_timeout: Callable[[], float],
        elected: Callable[[], None],
    ) -> None:
        self.env = env
        self.servers = servers
        self.draw_timeout = draw_timeout
        self.elected = elected
        self.leader: RegistryServer | None = servers[0]
        self.electing = False

    @property
    def quorum(self) -> bool:
        """Whether a majority of servers is up."""
        return 2 * sum(each.up for each in self.servers) > len(self.servers)

    def server_changed(self) -> None:
        """A server died, or is back."""
        if self.leader is not None and (not self.leader.up or not self.quorum):
            # Without a majority a leader steps down (CheckQuorum).
            self.leader = None
        if self.leader is None and self.quorum and not self.electing:
            self.electing = True
            self.env.process(self.elect())

    def elect(self) -> Doing:
        """Draw timeouts until one server is first alone."""
        while self.leader is None and self.quorum:
            timeouts = sorted(
                (self.draw_timeout(), number) for number, each in enumerate(self.servers) if each.up
            )
            yield self.env.timeout(timeouts[0][0])
            tied = len(timeouts) > 1 and timeouts[0][0] == timeouts[1][0]
            winner = self.servers[timeouts[0][1]]
            if not tied and winner.up and self.quorum:
                self.leader = winner
        self.electing = False
        if self.leader is not None:
            self.elected()


def etcd_timeout(uniform: float, election_ticks: int, tick: float) -> float:
    """A whole number of ticks from {n, ..., 2n - 1}, in seconds, for a number in [0, 1)."""
    return (election_ticks + int(uniform * election_ticks)) * tick


def committed(acknowledged: Sequence[int]) -> int:
    """The highest index that a majority has acknowledged; 0 for who has acknowledged nothing."""
    ordered = sorted(acknowledged, reverse=True)
    return ordered[len(ordered) // 2]


def random_timeout(uniform: Any, base: float) -> float:
    """A timeout from [base, 2 base), as hashicorp/raft draws it."""
    return base * (1.0 + float(uniform))
