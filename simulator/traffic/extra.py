"""Requests that come beside the ordinary ones of a class."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from simulator.call.ask import ask
from simulator.traffic.request import Request

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.call.draws import Draws
    from simulator.traffic.source import Entry, Source


class Extras:
    """Requests of a class beside its own, sent whenever somebody says so.

    They are counted in the class and enter on its edges, through the routes of its caller instances.
    Their numbers and draws are their own, so that the class's own requests are what they were. They
    are never traced.
    """

    def __init__(self, source: Source, entries: Sequence[Entry], choice: Draws) -> None:
        self.source = source
        self.entries = entries
        self.choice = choice
        self.number = 0
        source.extra.extend(entries)

    def send(self) -> None:
        """Send one more, to an endpoint that is drawn as the class draws its own."""
        entry = self.entries[-1]
        drawn = self.choice.at(self.number)
        for each in self.entries:
            if drawn < each.bound:
                entry = each
                break
        self.number += 1
        request = Request(entry.tally, entry.count)
        entry.count += 1
        routes = self.source.clients[entry.tally.nature.client_of(request.index)]
        ask(request, request, entry.site, routes[entry.point.route], inf)
