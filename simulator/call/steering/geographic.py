"""Steering by where the client is, as somebody has laid down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.call.steering.steering import Steering

if TYPE_CHECKING:
    from simulator.call.steering.board import Board


class Geographic(Steering):
    """Each region's clients get the region that is laid down for them, for law's sake or for content's.

    When that is not well they get the default, and when that is not either, their own again.

    Source: Amazon Route 53 Developer Guide, "Geolocation routing", and "How health checks work in
    complex configurations" (a location that is not healthy falls back on the larger one, and on the
    default).
    """

    __slots__ = ("default", "places")

    def __init__(self, places: dict[str, str], default: str) -> None:
        self.places = places
        self.default = default

    def choose(self, home: str, board: Board) -> str:
        laid_down = self.places.get(home, self.default)
        usable = board.usable()
        if laid_down not in usable and self.default in usable:
            return self.default
        return laid_down
