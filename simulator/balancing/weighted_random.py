"""Weighted random: any instance, the heavier the likelier."""

from __future__ import annotations

from bisect import bisect_right

from simulator.balancing.balancer import Balancer
from simulator.balancing.candidate import Candidate
from simulator.balancing.chance import Chance


class WeightedRandom(Balancer):
    """Takes an instance with a chance in proportion to its weight.

    Wins over plain random where instances differ in size and the weights say so; loses where they
    are out of date. Logarithmic cost per pick (a search in the cumulative weights).

    Source: gRPC, "weighted_target"; HAProxy, `balance random(1)` with weights.
    """

    __slots__ = ("bounds", "chance")

    def __init__(self, chance: Chance) -> None:
        super().__init__()
        self.weighs = True
        self.chance = chance
        self.bounds: list[float] = []

    def update(self, candidates: list[Candidate], now: float) -> None:
        super().update(candidates, now)
        total = 0.0
        self.bounds = []
        for candidate in candidates:
            total += candidate.weight
            self.bounds.append(total)

    def pick(self, key: int, now: float) -> Candidate | None:
        candidates = self.candidates
        if not candidates:
            return None
        drawn = self.chance.next() * self.bounds[-1]
        return candidates[min(bisect_right(self.bounds, drawn), len(candidates) - 1)]
