"""Closed loop: users who wait for the answer before they ask again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.errors import SimulatorError
from simulator.kernel.event import Event
from simulator.traffic.request import UserRequest
from simulator.traffic.source import Entry, Source

if TYPE_CHECKING:
    from simulator.call.draws import Draws
    from simulator.call.route import Route
    from simulator.kernel.kernel import Kernel
    from simulator.observe.trace import Sampler


MOST_AT_ONCE: Final = 10_000
"""Requests of one user in one instant; more are a circle that never ends."""


class User(Event):
    """Someone who asks, waits for the answer whatever it is, thinks, and asks again.

    `number` tells the users of a class apart.
    """

    __slots__ = ("asked", "at_once", "number", "source")

    def __init__(self, source: ClosedSource, number: int) -> None:
        super().__init__()
        self.source = source
        self.number = number
        self.asked = -1.0
        self.at_once = 0

    def fire(self) -> None:
        source = self.source
        now = source.kernel.now
        if now > self.asked:
            self.asked = now
            self.at_once = 0
        self.at_once += 1
        if self.at_once > MOST_AT_ONCE:
            raise SimulatorError(
                f"the users of `{source.name}` ask and are answered without any time passing, for "
                f"ever, at {now:g} s: give them `think`"
            )
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
        self.users = [User(self, number) for number in range(users)]

    def begin(self) -> None:
        for user in self.users:
            user.think()
