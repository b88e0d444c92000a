"""Smooth weighted round robin, as nginx does it."""

from __future__ import annotations

from typing import Final

from simulator.balancing.balancer import Balancer
from simulator.balancing.candidate import Candidate

LONGEST: Final = 1 << 16
"""Picks of one round that are worth remembering."""


class WeightedRoundRobin(Balancer):
    """Gives each instance its weight's worth of requests, spread out evenly over the round.

    At each pick every instance gains its weight; the one that has most (the first of equals) is
    taken and pays the sum of all weights. Weights 5, 1, 1 give a a b a c a a, where plain weighted
    round robin would send five in a row to the first.

    Wins where instances differ in size and the weights say so. Loses like round robin when one is
    slow. The sequence of whole weights repeats after their sum, so it is worked out once (a scan per
    pick) and then read off: constant cost per pick; weights that are not whole cost a scan.

    Source: nginx, src/http/ngx_http_upstream_round_robin.c, and commit 52327e0627f4.
    """

    __slots__ = ("cursor", "round", "round_length")

    def __init__(self) -> None:
        super().__init__()
        self.weighs = True
        self.round: list[Candidate] = []
        self.round_length = 0
        self.cursor = 0

    def update(self, candidates: list[Candidate], now: float) -> None:
        same = len(candidates) == len(self.candidates) and all(
            old is new for old, new in zip(self.candidates, candidates, strict=True)
        )
        super().update(candidates, now)
        if not same:
            for candidate in candidates:
                candidate.cost = 0.0
        total = sum(each.weight for each in candidates)
        whole = all(each.weight == int(each.weight) for each in candidates)
        level = all(each.cost == 0.0 for each in candidates)
        self.round = []
        self.cursor = 0
        # Only a round that starts from nothing comes back to where it began.
        self.round_length = int(total) if whole and level and total <= LONGEST else 0

    def pick(self, key: int, now: float) -> Candidate | None:
        cursor = self.cursor
        if cursor < len(self.round):
            taken = self.round[cursor]
            cursor += 1
            self.cursor = 0 if cursor == self.round_length else cursor
            return taken
        best = self.weigh()
        if best is not None and self.round_length > 0:
            self.round.append(best)
            self.cursor = 0 if len(self.round) == self.round_length else len(self.round)
        return best

    def weigh(self) -> Candidate | None:
        """One step of the algorithm itself."""
        best: Candidate | None = None
        total = 0.0
        for candidate in self.candidates:
            candidate.cost += candidate.weight
            total += candidate.weight
            if best is None or candidate.cost > best.cost:
                best = candidate
        if best is not None:
            best.cost -= total
        return best
