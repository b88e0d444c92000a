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
COPY: Final = -1
"""Among the numbers of attempts, that of a question which arrives twice and was sent once."""


class Site:
    """A place in the tree of calls that one entry of one traffic class causes.

    `shoppers/shop.checkout/payments.charge` is a site: whatever is random about that call and its
    work, in whichever request, is drawn there under the request's number. Sites are made when first
    visited; calls made in a loop get one for each lap, and later attempts of a call one for each
    attempt, so that how often something is tried never shifts another draw.
    """

    __slots__ = (
        "back",
        "beside",
        "children",
        "depth",
        "distant",
        "draws",
        "endpoint",
        "fates",
        "fillers",
        "jitter",
        "laps",
        "out",
        "path",
        "point",
        "spread",
        "tries",
        "variants",
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
        self.tries: dict[int, Site] = {}
        self.beside: Site | None = None
        self.variants: list[Site] = []
        self.jitter: Draws | None = None
        self.fates: dict[str, Draws] = {}
        self.draws: list[Draws] = [
            Draws(fillers(f"{path}/{quantity}", quantity)) for quantity in self.endpoint.quantities
        ]
        link = point.edge.link
        self.distant = link.distant
        self.spread = link.spread
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

    def again(self, number: int) -> Site:
        """This site for attempt `number` (from 1) of a call; attempt 0 is made at the site itself."""
        if number == 0:
            return self
        site = self.tries.get(number)
        if site is None:
            site = Site(f"{self.path}~{number}", self.point, self.fillers, self.depth)
            self.tries[number] = site
        return site

    def doubled(self) -> Site:
        """This site for a question that arrives a second time, without having been sent again."""
        site = self.tries.get(COPY)
        if site is None:
            site = Site(f"{self.path}+", self.point, self.fillers, self.depth)
            self.tries[COPY] = site
        return site

    def aside(self, point: CallPoint) -> Site:
        """The site of what is asked instead when the call of this site has failed."""
        if self.beside is None:
            path = f"{self.path}/instead/{point.edge.callee.label}"
            self.beside = Site(path, point, self.fillers, self.depth + 1)
        return self.beside

    def under(self, point: CallPoint) -> Site:
        """This site for a call that is made in another way; what is drawn there is the same."""
        for site in self.variants:
            if site.point is point:
                return site
        site = Site(self.path, point, self.fillers, self.depth)
        self.variants.append(site)
        return site

    def chance(self, index: int) -> float:
        """A uniform number in [0, 1) for what request `index` leaves to chance about this attempt."""
        if self.jitter is None:
            self.jitter = Draws(self.fillers(f"{self.path}/jitter", "uniform"))
        return self.jitter.at(index)

    def fate(self, name: str, quantity: str, index: int) -> float:
        """What request `index` meets with here by the fault `name`: a value of `quantity`."""
        draws = self.fates.get(name)
        if draws is None:
            draws = Draws(self.fillers(f"{self.path}/fault/{name}", quantity))
            self.fates[name] = draws
        return draws.at(index)
