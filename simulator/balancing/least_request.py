"""Least request: the best of a few drawn at random."""

from __future__ import annotations

from simulator.balancing.balancer import Balancer
from simulator.balancing.candidate import Candidate
from simulator.balancing.chance import Chance
from simulator.balancing.edf import EarliestDeadline

LEAST_WEIGHT = 1e-9


class LeastRequest(Balancer):
    """Draws `choices` instances and takes the one with the fewest of this caller's requests.

    They are drawn with replacement, as in Envoy, so both draws of two may hit the same; the first
    drawn wins a tie. Two choices instead of one shorten the longest queue exponentially (the power
    of two choices: Mitzenmacher, IEEE TPDS 12(10), 2001). Where weights differ, Envoy goes by turns
    instead, in which an instance counts for weight / (active + 1) ^ `bias`.

    Wins nearly always: it needs no more than the caller's own counts, and avoids slow instances,
    where requests pile up. Loses when many callers, each with few requests, see too little of the
    whole. Constant cost per pick (logarithmic where weights differ).

    Source: Envoy, "Weighted least request"; source/common/upstream/load_balancer_impl.cc.
    """

    __slots__ = ("bias", "chance", "choices", "turns", "weighted")

    def __init__(self, chance: Chance, choices: int = 2, bias: float = 1.0) -> None:
        super().__init__()
        self.watches = True
        self.weighs = True
        self.chance = chance
        self.choices = choices
        # What Envoy does with a bias that makes no sense.
        self.bias = bias if bias >= 0.0 else 1.0
        self.weighted = False
        self.turns = EarliestDeadline(self.weight_of)

    def weight_of(self, candidate: Candidate) -> float:
        """What a candidate counts for, with the requests it has now."""
        return max(LEAST_WEIGHT, float(candidate.weight / (candidate.active + 1) ** self.bias))

    def update(self, candidates: list[Candidate], now: float) -> None:
        super().update(candidates, now)
        self.weighted = any(each.weight != candidates[0].weight for each in candidates)
        if self.weighted:
            self.turns.reset(candidates)

    def pick(self, key: int, now: float) -> Candidate | None:
        candidates = self.candidates
        count = len(candidates)
        if count == 0:
            return None
        if self.weighted:
            return self.turns.next()
        best = candidates[self.chance.below(count)]
        for _ in range(self.choices - 1):
            other = candidates[self.chance.below(count)]
            if other.active < best.active:
                best = other
        return best
