"""Maglev: consistent hashing by a table that is almost perfectly even."""

from __future__ import annotations

from simulator.balancing.balancer import NO_KEY, Balancer
from simulator.balancing.candidate import Candidate
from simulator.balancing.chance import Chance
from simulator.balancing.hashing import hash_of_key, hash_of_name


class Maglev(Balancer):
    """Sends equal keys to the same instance, by a table in which all instances have equal parts.

    Every instance has a random order of preference over the table's places; they take turns in
    claiming the next free one. Parts of instances with equal weights differ by one place at most. When
    an instance goes, its keys move and a few others with them. Wins over a ring on balance and speed
    (one look per pick); loses a little on disruption, and building the table costs more.

    A request without a key goes to any instance.

    Source: Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load Balancer", NSDI 2016,
    section 3.4; Envoy, source/common/upstream/maglev_lb.cc (weights).
    """

    __slots__ = ("chance", "table", "table_size")

    def __init__(self, chance: Chance, table_size: int = 65_537) -> None:
        super().__init__()
        self.weighs = True
        self.chance = chance
        self.table_size = table_size
        self.table: list[int] = []

    def update(self, candidates: list[Candidate], now: float) -> None:
        super().update(candidates, now)
        # Made when it is needed: many changes may come before anybody is picked.
        self.table = []

    def pick(self, key: int, now: float) -> Candidate | None:
        candidates = self.candidates
        if not candidates:
            return None
        if key == NO_KEY:
            return candidates[self.chance.below(len(candidates))]
        if not self.table:
            self.table = maglev_table(candidates, self.table_size)
        return candidates[self.table[hash_of_key(key) % self.table_size]]


def maglev_table(candidates: list[Candidate], size: int) -> list[int]:
    """Which candidate, by number, has each place of the table. `size` is prime."""
    count = len(candidates)
    heaviest = max(each.weight for each in candidates)
    places = [hash_of_name(each.name) % size for each in candidates]
    skips = [hash_of_name(each.name, 1) % (size - 1) + 1 for each in candidates]
    targets = [0.0] * count
    table = [-1] * size
    filled = 0
    turn = 0
    while True:
        turn += 1
        for number in range(count):
            # A lighter instance sits out turns, so that it claims its weight's worth of places.
            if turn * candidates[number].weight < targets[number]:
                continue
            targets[number] += heaviest
            place = places[number]
            while table[place] >= 0:
                place += skips[number]
                if place >= size:
                    place -= size
            table[place] = number
            place += skips[number]
            places[number] = place - size if place >= size else place
            filled += 1
            if filled == size:
                return table
