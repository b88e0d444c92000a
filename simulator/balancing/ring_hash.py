"""Consistent hashing on a ring."""

from __future__ import annotations

from bisect import bisect_left
from math import ceil

from simulator.balancing.balancer import NO_KEY, Balancer
from simulator.balancing.candidate import Candidate
from simulator.balancing.chance import Chance
from simulator.balancing.hashing import hash_of_key, hash_of_name


class RingHash(Balancer):
    """Sends equal keys to the same instance, and moves few keys when instances come and go.

    Every instance has many points on a ring of hashes, in proportion to its weight; a key belongs to
    the next point clockwise. When one of n instances goes, only its keys (1/n) move. Wins where
    instances cache by key. Loses on balance: shares differ by a few percent at 1,024 points for a
    few instances, and a popular key is one instance's alone. A search in the ring per pick.

    A request without a key goes to any instance.

    Source: Karger et al., STOC 1997; Envoy, "Ring hash", source/common/upstream/ring_hash_lb.cc
    (xxHash64 of `name_i`; libketama's idea).
    """

    __slots__ = ("chance", "hashes", "maximum_size", "minimum_size", "owners")

    def __init__(
        self, chance: Chance, minimum_size: int = 1024, maximum_size: int = 8_388_608
    ) -> None:
        super().__init__()
        self.weighs = True
        self.chance = chance
        self.minimum_size = minimum_size
        self.maximum_size = maximum_size
        self.hashes: list[int] = []
        self.owners: list[Candidate] = []

    def update(self, candidates: list[Candidate], now: float) -> None:
        super().update(candidates, now)
        self.hashes, self.owners = ring(candidates, self.minimum_size, self.maximum_size)

    def at(self, hash_: int) -> int:
        """The place on the ring to which a hash belongs; there must be a ring."""
        place = bisect_left(self.hashes, hash_)
        return 0 if place == len(self.hashes) else place

    def pick(self, key: int, now: float) -> Candidate | None:
        if not self.candidates:
            return None
        if key == NO_KEY:
            return self.candidates[self.chance.below(len(self.candidates))]
        return self.owners[self.at(hash_of_key(key))]


def ring(
    candidates: list[Candidate], minimum_size: int, maximum_size: int
) -> tuple[list[int], list[Candidate]]:
    """The points of a ring in order, and whose they are.

    The lightest instance gets a whole number of points, so that the ring has at least
    `minimum_size`; the others get theirs in proportion, the rounding carried from one to the next.
    """
    if not candidates:
        return [], []
    total = sum(each.weight for each in candidates)
    shares = [each.weight / total for each in candidates]
    least = min(shares)
    scale = min(ceil(least * minimum_size) / least, float(maximum_size))
    points: list[tuple[int, int]] = []
    current = target = 0.0
    for number, candidate in enumerate(candidates):
        target += scale * shares[number]
        replica = 0
        while current < target:
            points.append((hash_of_name(f"{candidate.name}_{replica}"), number))
            replica += 1
            current += 1.0
    points.sort()
    return [point for point, _ in points], [candidates[number] for _, number in points]
