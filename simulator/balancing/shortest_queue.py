"""Join the shortest queue: the least of all, not of a few."""

from __future__ import annotations

from simulator.balancing.balancer import Balancer
from simulator.balancing.candidate import Candidate
from simulator.balancing.chance import Chance


class ShortestQueue(Balancer):
    """Takes an instance that has the fewest of this caller's requests; any of them, if several.

    What `least_request` with `choices: all` is. With one caller that sees all requests it is optimal
    for instances that are alike (Winston, J. Appl. Prob. 14, 1977); with many callers, each of which
    sees only its own, the same instance looks best to all of them at once.

    Candidates are kept by how many requests they have, so that a pick, a start and an end each take
    constant time, however many there are.
    """

    __slots__ = ("chance", "least", "levels")

    def __init__(self, chance: Chance) -> None:
        super().__init__()
        self.watches = True
        self.chance = chance
        self.levels: list[list[Candidate]] = []
        self.least = 0

    def update(self, candidates: list[Candidate], now: float) -> None:
        self.candidates = candidates
        self.levels = []
        for candidate in candidates:
            self.put(candidate)
        self.least = 0
        self.settle()

    def put(self, candidate: Candidate) -> None:
        """Add it to its level."""
        while len(self.levels) <= candidate.active:
            self.levels.append([])
        level = self.levels[candidate.active]
        candidate.order = len(level)
        level.append(candidate)

    def take(self, candidate: Candidate) -> bool:
        """Remove it from its level; returns whether it was there."""
        if candidate.active >= len(self.levels):
            return False
        level = self.levels[candidate.active]
        order = candidate.order
        if order >= len(level) or level[order] is not candidate:
            return False
        last = level.pop()
        if last is not candidate:
            level[order] = last
            last.order = order
        return True

    def settle(self) -> None:
        """Find the lowest level that has anybody."""
        while self.least < len(self.levels) and not self.levels[self.least]:
            self.least += 1

    def pick(self, key: int, now: float) -> Candidate | None:
        if not self.candidates:
            return None
        level = self.levels[self.least]
        return level[self.chance.below(len(level))] if len(level) > 1 else level[0]

    def sent(self, candidate: Candidate, now: float) -> None:
        known = self.take(candidate)
        candidate.active += 1
        if known:
            self.put(candidate)
            self.settle()

    def ended(self, candidate: Candidate, now: float, seconds: float, failed: bool) -> None:
        known = self.take(candidate)
        candidate.active -= 1
        if known:
            self.put(candidate)
            self.least = min(self.least, candidate.active)
