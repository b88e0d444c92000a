"""Steering by distance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.call.steering.steering import Steering

if TYPE_CHECKING:
    from simulator.call.steering.board import Board
    from simulator.network.atlas import Atlas


class Nearest(Steering):
    """The region that is nearest to the client, of those that are well.

    In the real world: geoproximity and proximity steering go by kilometres, anycast by the shortest
    path of networks, Route 53's latency records by round trips that were measured beforehand.

    Here: by the round trip of the empty network, of which `network.regions` tells; of two that are
    equally near the one that is listed first.

    Left out: that a client is judged by where its resolver is.

    Source: Amazon Route 53 Developer Guide, "Latency-based routing"; Cloudflare, "Proximity steering".
    """

    __slots__ = ("atlas",)

    def __init__(self, atlas: Atlas) -> None:
        self.atlas = atlas

    def choose(self, home: str, board: Board) -> str:
        best = ""
        least = 0.0
        for region in board.usable():
            apart = self.atlas.apart(home, region)
            if not best or apart < least:
                best, least = region, apart
        return best
