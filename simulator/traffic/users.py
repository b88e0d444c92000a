"""Closed loop: users who wait for the answer before they ask again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.kernel.event import Event
from simulator.traffic.request import UserRequest
from simulator.traffic.source import Entry, Source

if TYPE_CHECKING:
    from simulator.call.draws import Draws
    from simulator.call.route import Route
    from simulator.kernel.kernel import Kernel
    from simulator.observe.trace import Sampler


class User(Event):
    """Someone who asks, waits for the answer whatever it is, thinks, and asks again."""

    __slots__ = ("source",)

    def __init__(self, source: ClosedSource) -> None:
        super().__init__()
        self.source = source

    def fire(self) -> None:
        source = self.source
        entry = source.choose(source.number)
        source.send(entry, UserRequest(entry.tally, entry.count, self))

    def think(self) -> None:
        """Think, then ask."""
        source = self.source
        source.thoughts += 1
        source.kernel.schedule(self, source.thinking.at(source.thoughts))


class ClosedSource(Source):
    """A fixed number of users; they begin with a thought, so that they do not all start at once.

    The n-th thought and the n-th request of the class draw by their numbers. A closed loop slows
    down when the system does, which hides how bad an open stream of users would find it
    (Schroeder, Wierman, Harchol-Balter, "Open Versus Closed: A Cautionary Tale", NSDI 2006).
    """

    __slots__ = ("thinking", "thoughts", "users")

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        entries: list[Entry],
        clients: list[list[Route]],
        choice: Draws,
        sampler: Sampler,
        users: int,
        thinking: Draws,
    ) -> None:
        super().__init__(kernel, name, entries, clients, choice, sampler)
        self.thinking = thinking
        self.thoughts = -1
        self.users = [User(self) for _ in range(users)]

    def begin(self) -> None:
        for user in self.users:
            user.think()
