"""Steering by fixed shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.call.steering.steering import Steering

if TYPE_CHECKING:
    from simulator.balancing.chance import Chance
    from simulator.call.steering.board import Board


class Weighted(Steering):
    """Each region gets its share of the answers, of those that are well.

    A region of weight 0 is answered only when none with a weight is well. The shares are those of
    answers, not of requests: a client that asks much counts as one that asks little.

    Source: Amazon Route 53 Developer Guide, "Weighted routing", and "How Route 53 chooses records
    when health checking is configured" (weights of 0).
    """

    __slots__ = ("chance", "weights")

    def __init__(self, weights: dict[str, float], chance: Chance) -> None:
        self.weights = weights
        self.chance = chance

    def choose(self, home: str, board: Board) -> str:
        usable = board.usable()
        weighty = [each for each in usable if self.weights[each] > 0.0]
        if not weighty:
            return usable[self.chance.below(len(usable))]
        left = self.chance.next() * sum([self.weights[each] for each in weighty])
        for region in weighty:
            left -= self.weights[region]
            if left < 0.0:
                return region
        return weighty[-1]
