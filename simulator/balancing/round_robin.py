"""Round robin: each instance in turn."""

from __future__ import annotations

from simulator.balancing.balancer import Balancer
from simulator.balancing.candidate import Candidate
from simulator.balancing.edf import EarliestDeadline


class RoundRobin(Balancer):
    """Goes through the instances in order, again and again; by weight, where weights differ.

    Wins when requests cost about the same and instances are alike: no instance gets two requests
    more than another. Loses when one instance is slow, since it goes on getting its full share.
    Each caller starts at a place of its own (gRPC's `round_robin` and Envoy's start at random), so
    that callers that start together do not all hit the first instance. Constant cost per pick;
    logarithmic where weights differ.

    Source: gRPC, "Load Balancing Policies", round_robin; Envoy, "Weighted round robin".
    """

    __slots__ = ("start", "turn", "turns", "weighted")

    def __init__(self, start: int) -> None:
        super().__init__()
        self.weighs = True
        self.start = start
        self.turn = start
        self.turns = EarliestDeadline(weight_of)
        self.weighted = False

    def update(self, candidates: list[Candidate], now: float) -> None:
        super().update(candidates, now)
        self.weighted = any(each.weight != candidates[0].weight for each in candidates)
        if self.weighted:
            self.turns.reset(candidates)
            for _ in range(self.start % len(candidates)):
                self.turns.next()

    def pick(self, key: int, now: float) -> Candidate | None:
        candidates = self.candidates
        count = len(candidates)
        if count == 0:
            return None
        if self.weighted:
            return self.turns.next()
        turn = self.turn
        if turn >= count:
            turn %= count
        self.turn = turn + 1
        return candidates[turn]


def weight_of(candidate: Candidate) -> float:
    """A candidate's weight as it is now."""
    return candidate.weight
