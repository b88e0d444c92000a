"""Rendezvous hashing: the highest random weight."""

from __future__ import annotations

from math import log
from typing import Final

from simulator.balancing.balancer import NO_KEY, Balancer
from simulator.balancing.candidate import Candidate
from simulator.balancing.chance import Chance
from simulator.balancing.hashing import hash_of_name

REMEMBERED: Final = 65_536
"""Keys whose instance is remembered; then all are forgotten, and worked out again."""
SPAN: Final = 2.0**64


class RendezvousHash(Balancer):
    """Sends equal keys to the same instance: to the one that draws the highest score for the key.

    The score is -weight / ln(u), with u in (0, 1) from the hash of key and name, so that an instance
    wins keys in proportion to its weight. When one goes, just its keys move, and are spread over all
    others. Wins on disruption (none beyond need) and needs no ring; costs a look at every instance
    for a key not seen since the last change.

    A request without a key goes to any instance.

    Source: Thaler and Ravishankar, "Using Name-Based Mappings to Increase Hit Rates", IEEE/ACM ToN
    6(1), 1998; weights: Schindelhauer and Schomaker, SPAA 2005.
    """

    __slots__ = ("chance", "chosen")

    def __init__(self, chance: Chance) -> None:
        super().__init__()
        self.weighs = True
        self.chance = chance
        self.chosen: dict[int, Candidate] = {}

    def update(self, candidates: list[Candidate], now: float) -> None:
        super().update(candidates, now)
        self.chosen.clear()

    def pick(self, key: int, now: float) -> Candidate | None:
        if not self.candidates:
            return None
        if key == NO_KEY:
            return self.candidates[self.chance.below(len(self.candidates))]
        found = self.chosen.get(key)
        if found is None:
            if len(self.chosen) >= REMEMBERED:
                self.chosen.clear()
            found = self.winner(key)
            self.chosen[key] = found
        return found

    def winner(self, key: int) -> Candidate:
        """Who has the highest score for a key."""
        best = self.candidates[0]
        highest = -1.0
        for candidate in self.candidates:
            uniform = (hash_of_name(f"{key}:{candidate.name}") + 0.5) / SPAN
            score = -candidate.weight / log(min(uniform, 1.0 - 1e-16))
            if score > highest:
                highest = score
                best = candidate
        return best
