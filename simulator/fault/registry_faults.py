"""What can go wrong with the registry itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from simulator.fault.fault import Fault, Schedule
from simulator.kernel.kernel import Kernel


class Server(Protocol):
    """A server of a registry.

    `delay` is what each of its answers takes longer, in seconds; `cut` names the parties that its
    messages do not reach, nor theirs it.
    """

    name: str
    delay: float
    cut: set[str]

    def crash(self, now: float) -> None:
        """Die."""

    def restart(self, now: float) -> None:
        """Come up again."""


class KillServer(Fault):
    """Kills servers of the registry; they come back with what their kind keeps on disk."""

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
            server.crash(self.kernel.now)
        return [each.name for each in self.victims]

    def undo(self) -> None:
        for server in self.victims:
            server.restart(self.kernel.now)


class SlowServer(Fault):
    """Lets every answer of some servers take longer by `delay` seconds."""

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
            server.delay += self.delay
        return [each.name for each in self.victims]

    def undo(self) -> None:
        for server in self.victims:
            server.delay -= self.delay


class PartitionServer(Fault):
    """Cuts servers of the registry off from some parties, both ways; messages are lost silently."""

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
        self.parties = parties
        self.cuts: list[tuple[Server, set[str]]] = []

    def begin(self) -> Sequence[str]:
        for server in self.choose():
            # Only what was not cut before is joined again at the end.
            fresh = set(self.parties) - server.cut
            server.cut |= fresh
            self.cuts.append((server, fresh))
        return [server.name for server, _ in self.cuts]

    def undo(self) -> None:
        for server, fresh in self.cuts:
            server.cut -= fresh
        self.cuts.clear()
