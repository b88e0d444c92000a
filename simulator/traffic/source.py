"""Sources of requests: what all traffic classes share, and the open loop."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING

from simulator.call.ask import ask
from simulator.kernel.event import Event
from simulator.traffic.request import Nature, Request, Tally

if TYPE_CHECKING:
    from simulator.call.draws import Draws
    from simulator.call.edge import CallPoint
    from simulator.call.route import Route
    from simulator.call.site import Site
    from simulator.kernel.kernel import Kernel
    from simulator.observe.trace import Sampler


class Entry:
    """One endpoint that a class asks for, with its share of the requests.

    `bound` is the upper end of its share of [0, 1); `count` numbers its requests, of which
    `count_before` started before the warm-up was over. `before` tells what became of those, `tally`
    of the ones that start now.
    """

    __slots__ = ("before", "bound", "count", "count_before", "point", "site", "tally")

    def __init__(self, site: Site, bound: float, nature: Nature) -> None:
        self.site = site
        self.point: CallPoint = site.point
        self.bound = bound
        self.count = 0
        self.count_before = 0
        self.tally = Tally(nature)
        self.before = self.tally

    def warmed_up(self) -> None:
        """From now on requests belong to the summary."""
        self.count_before = self.count
        self.before = self.tally
        self.tally = Tally(self.before.nature)


class Source(Event):
    """One class of traffic: users of one kind, with what they ask for and how they call.

    `clients` are the caller instances, each with routes and balancers of its own; which of them
    sends a request is drawn by its number among those of its entry, and the entry by its number
    in the class. `extra` are the entries of what comes beside the class's own requests; what they
    ask for has numbers of its own.
    """

    __slots__ = (
        "choice",
        "clients",
        "entries",
        "extra",
        "kernel",
        "name",
        "number",
        "sampler",
    )

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        entries: list[Entry],
        clients: list[list[Route]],
        choice: Draws,
        sampler: Sampler,
    ) -> None:
        super().__init__()
        self.kernel = kernel
        self.name = name
        self.entries = entries
        self.clients = clients
        self.choice = choice
        self.sampler = sampler
        self.number = 0
        self.extra: list[Entry] = []

    def every_entry(self) -> list[Entry]:
        """Its own entries, and those of what comes beside."""
        return self.entries + self.extra

    def begin(self) -> None:
        """Schedule the first requests."""
        raise NotImplementedError

    def choose(self, number: int) -> Entry:
        """The entry of request `number`."""
        drawn = self.choice.at(number)
        for entry in self.entries:
            if drawn < entry.bound:
                return entry
        return self.entries[-1]

    def send(self, entry: Entry, request: Request) -> None:
        """Let a new request make its entry call."""
        number = self.number
        self.number = number + 1
        entry.count += 1
        if number == self.sampler.next:
            request.trace = self.sampler.open_trace(
                number, self.name, entry.point.edge.callee.label, self.kernel.now
            )
        clients = self.clients
        routes = clients[0]
        if len(clients) > 1:
            routes = clients[entry.tally.nature.client_of(request.index)]
        ask(request, request, entry.site, routes[entry.point.route], inf)


class OpenSource(Source):
    """Open loop: requests arrive at their own times, whether or not earlier ones were answered.

    `next_block` gives the next arrival times, in seconds, ascending; an empty list ends the traffic.
    """

    __slots__ = ("cursor", "next_block", "times")

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        entries: list[Entry],
        clients: list[list[Route]],
        choice: Draws,
        sampler: Sampler,
        next_block: Callable[[], list[float]],
    ) -> None:
        super().__init__(kernel, name, entries, clients, choice, sampler)
        self.next_block = next_block
        self.times: list[float] = []
        self.cursor = 0

    def begin(self) -> None:
        self.await_next()

    def await_next(self) -> None:
        """Schedule the next arrival."""
        cursor = self.cursor
        times = self.times
        if cursor == len(times):
            self.times = times = self.next_block()
            cursor = 0
            if not times:
                return
        self.cursor = cursor + 1
        self.kernel.schedule_at(self, times[cursor])

    def fire(self) -> None:
        entries = self.entries
        entry = entries[0] if len(entries) == 1 else self.choose(self.number)
        self.send(entry, Request(entry.tally, entry.count))
        self.await_next()
