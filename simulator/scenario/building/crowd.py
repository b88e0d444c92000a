"""The users of a world, as faults of load see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from simulator.call.draws import Draws
from simulator.call.site import Site
from simulator.scenario.model.scenario import Scenario
from simulator.traffic.extra import Extras
from simulator.traffic.request import Nature
from simulator.traffic.source import Entry, Source

Fillers = Callable[[str, str], Callable[[int, int], list[float]]]
"""Gives, for a path and the name of a quantity, what fills its blocks of draws."""


class Crowd:
    """The classes of traffic, and what makes requests beside their own.

    `checkers` are others who send messages from the outside, with the zones that they stand in.
    """

    def __init__(
        self,
        scenario: Scenario,
        sources: Mapping[str, Source],
        fillers: Fillers,
        checkers: Mapping[str, str],
    ) -> None:
        self.scenario = scenario
        self.sources = sources
        self.fillers = fillers
        self.zones = {name: each.zone or "" for name, each in scenario.traffic.items()}
        """Where the callers of each class stand; "" for nowhere in particular."""
        self.zones.update(checkers)

    def extras(self, traffic: str, fault: str, client: int | None = None) -> Extras:
        """Requests that a fault adds to a class: of one caller instance (from 0), or of any."""
        source = self.sources[traffic]
        model = self.scenario.traffic[traffic]
        entries = []
        for entry in source.entries:
            path = f"fault/{fault}/{traffic}/{entry.point.name}"
            keys = None
            if model.key is not None:
                quantity = f"traffic/{traffic}/{entry.point.name}/key"
                keys = Draws(self.fillers(f"{path}/key", quantity))
            choice = self.draws(f"{path}/client")
            if client is not None:
                choice = Draws(_Always((client + 0.5) / model.clients))
            nature = Nature(model.priority, choice, model.clients, keys, traffic, path)
            entries.append(Entry(Site(path, entry.point, self.fillers, 1), entry.bound, nature))
        return Extras(source, entries, self.draws(f"fault/{fault}/{traffic}/mix"))

    def draws(self, path: str) -> Draws:
        """Uniform numbers in [0, 1), each found by a number."""
        return Draws(self.fillers(path, "uniform"))


class _Always:
    """Fills blocks of draws with one and the same value."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __call__(self, block: int, size: int) -> list[float]:
        return [self.value] * size
