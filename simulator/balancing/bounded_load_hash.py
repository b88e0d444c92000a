"""Consistent hashing with bounded loads."""

from __future__ import annotations

from math import ceil

from simulator.balancing.balancer import NO_KEY
from simulator.balancing.candidate import Candidate
from simulator.balancing.chance import Chance
from simulator.balancing.hashing import hash_of_key
from simulator.balancing.ring_hash import RingHash


class BoundedLoadHash(RingHash):
    """Goes by the ring, but past instances that have more than their share of what is under way.

    The bound is `factor` times the mean, by weight, counting the request to be sent. A key whose
    instance is full goes on clockwise to the first that is not, so a popular key is spread over as
    many instances as it needs. Wins over the plain ring where keys differ much in popularity; loses
    some of the locality that hashing is for. A search in the ring per pick, and steps past the full.

    Source: Mirrokni, Thorup, Zadimoghaddam, "Consistent Hashing with Bounded Loads", SODA 2018;
    the bound as Envoy's `hash_balance_factor`.
    """

    __slots__ = ("factor", "total", "weight")

    def __init__(
        self,
        chance: Chance,
        factor: float = 1.25,
        minimum_size: int = 1024,
        maximum_size: int = 8_388_608,
    ) -> None:
        super().__init__(chance, minimum_size, maximum_size)
        self.watches = True
        self.factor = factor
        self.total = 0
        self.weight = 0.0

    def update(self, candidates: list[Candidate], now: float) -> None:
        super().update(candidates, now)
        self.total = sum(each.active for each in candidates)
        self.weight = sum(each.weight for each in candidates)

    def slots(self, candidate: Candidate) -> int:
        """How many requests an instance may have, once one more is under way."""
        allowed = ceil((self.total + 1) * self.factor)
        return max(1, ceil(allowed * candidate.weight / self.weight))

    def pick(self, key: int, now: float) -> Candidate | None:
        if not self.candidates:
            return None
        if key == NO_KEY:
            return self.candidates[self.chance.below(len(self.candidates))]
        owners = self.owners
        first = self.at(hash_of_key(key))
        for step in range(len(owners)):
            candidate = owners[(first + step) % len(owners)]
            if candidate.active < self.slots(candidate):
                return candidate
        # Rounding up leaves room for one more somewhere, always.
        raise AssertionError("everyone has more than the mean")

    def sent(self, candidate: Candidate, now: float) -> None:
        candidate.active += 1
        if self.knows(candidate):
            self.total += 1

    def ended(self, candidate: Candidate, now: float, seconds: float, failed: bool) -> None:
        candidate.active -= 1
        if self.knows(candidate):
            self.total -= 1

    def knows(self, candidate: Candidate) -> bool:
        """Whether it is one of those to choose among, still."""
        order = candidate.order
        return order < len(self.candidates) and self.candidates[order] is candidate
