"""Steering to a primary, and elsewhere only without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.call.steering.steering import Steering

if TYPE_CHECKING:
    from simulator.call.steering.board import Board


class Failover(Steering):
    """The first region in the list that is well: active and passive.

    When none is well the first is answered.

    Source: Amazon Route 53 Developer Guide, "Active-passive failover"; Cloudflare, "Standard
    steering: Off - Failover".
    """

    __slots__ = ()

    def choose(self, home: str, board: Board) -> str:
        return board.usable()[0]
