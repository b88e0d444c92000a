"""Where in the tree of calls something happens: the identity of a draw, and what a call is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from simulator.call.draws import Draws
from simulator.errors import SimulatorError

if TYPE_CHECKING:
    from simulator.call.edge import CallPoint
    from simulator.service.endpoint import Endpoint

Fillers = Callable[[str, str], Callable[[int, int], list[float]]]
"""Gives, for a site's path and the name of a quantity, what fills its blocks of draws."""

DEEPEST: Final = 64
"""Calls that nest deeper than this are a scenario gone wrong, not a system."""


class Site:
    """A place in the tree of calls that one entry of one traffic class causes.

    `shoppers/shop.checkout/payments.charge` is a site: whatever is random about that call and its
    work, in whichever request, is drawn there under the request's number. Sites are made when first
    visited; calls made in a loop get one for each lap, and later attempts of a call one for each
    attempt, so that how often something is tried never shifts another draw.
    """

    __slots__ = (
        "back",
        "children",
        "depth",
        "distant",
        "draws",
        "endpoint",
        "fillers",
        "laps",
        "out",
        "path",
        "point",
    )

    def __init__(self, path: str, point: CallPoint, fillers: Fillers, depth: int) -> None:
        if depth > DEEPEST:
            raise SimulatorError(
                f"calls nest deeper than {DEEPEST}, at {path}: a cycle of calls needs a likelier way out"
            )
        self.path = path
        self.point = point
        self.endpoint: Endpoint = point.edge.callee
        self.fillers = fillers
        self.depth = depth
        self.children: list[Site | None] = [None] * len(self.endpoint.calls)
        self.laps: dict[int, Site] = {}
        self.draws: list[Draws] = [
            Draws(fillers(f"{path}/{quantity}", quantity)) for quantity in self.endpoint.quantities
        ]
        link = point.edge.link
        self.distant = link.distant
        self.out: Draws | None = None
        self.back: Draws | None = None
        if link.random:
            self.out = Draws(fillers(f"{path}/out", link.quantity))
            self.back = Draws(fillers(f"{path}/back", link.quantity))

    def child(self, slot: int) -> Site:
        """The site of the call that is number `slot` of this site's endpoint."""
        child = self.children[slot]
        if child is None:
            point = self.endpoint.calls[slot]
            child = Site(f"{self.path}/{point.name}", point, self.fillers, self.depth + 1)
            self.children[slot] = child
        return child

    def lap(self, number: int) -> Site:
        """This site in lap `number` (from 1) of a loop; lap 0 is the site itself."""
        if number == 0:
            return self
        site = self.laps.get(number)
        if site is None:
            site = Site(f"{self.path}#{number}", self.point, self.fillers, self.depth)
            self.laps[number] = site
        return site
