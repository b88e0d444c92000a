"""Where the lines between two columns of a drawing bend.

Every line leaves its caller to the right, goes up or down once, and arrives at its callee from the left.
Lines of one caller share the way up and down; ways of different callers lie beside each other,
such that no line seems to come from where it does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

from reports.layers import Hop, Spot

FEW = 5
"""Ways of which every order is tried."""
FALSE = 100
"""How many crossings are better than a line that seems to come from elsewhere."""
UNCLEAR = 3
"""How many are better than a line that seems to branch where it only passes."""


@dataclass(frozen=True, slots=True)
class Way:
    """Up or down from one row to others, for all hops of one start (or for one that stays beside)."""

    hops: tuple[Hop, ...]
    row: int
    ends: tuple[int, ...]

    @property
    def top(self) -> int:
        """Its first row."""
        return min(self.row, *self.ends)

    @property
    def bottom(self) -> int:
        """Its last row."""
        return max(self.row, *self.ends)


def ways_between(hops: Sequence[Hop], rows: Mapping[Spot, int]) -> list[list[Way]]:
    """The ways beside each other that one gap needs, from left to right.

    Each item has those that share one column of cells, as they do not meet. Hops that run straight
    need none.
    """
    by_start: dict[Spot, list[Hop]] = {}
    ways: list[Way] = []
    for hop in hops:
        if hop.beside:
            ways.append(Way((hop,), rows[hop.start], (rows[hop.end],)))
        else:
            by_start.setdefault(hop.start, []).append(hop)
    for start, group in by_start.items():
        ends = tuple(rows[hop.end] for hop in group)
        if any(end != rows[start] for end in ends):
            ways.append(Way(tuple(group), rows[start], ends))
    ways.sort(key=lambda way: (way.row, way.ends))
    columns: list[list[Way]] = []
    placed: dict[int, int] = {}
    order = _best_order(ways)
    for index, way in enumerate(order):
        left = [
            placed[earlier] + 1
            for earlier in range(index)
            if order[earlier].top <= way.bottom and way.top <= order[earlier].bottom
        ]
        at = max(left, default=0)
        placed[index] = at
        while len(columns) <= at:
            columns.append([])
        columns[at].append(way)
    return columns


def _best_order(ways: Sequence[Way]) -> list[Way]:
    """The cheapest order of a few; of many, one that no swap of two neighbours makes cheaper."""
    many = len(ways)
    cost = [[_cost_of_pair(left, right) for right in ways] for left in ways]
    order = list(range(many))
    if many <= FEW:

        def total(candidate: Iterable[int]) -> int:
            return sum(cost[left][right] for left, right in combinations(candidate, 2))

        order = list(min(permutations(order), key=total))
    improved = many > FEW
    while improved:
        improved = False
        for at in range(many - 1):
            left, right = order[at], order[at + 1]
            if cost[right][left] < cost[left][right]:
                order[at], order[at + 1] = right, left
                improved = True
    return [ways[index] for index in order]


def _cost_of_pair(left: Way, right: Way) -> int:
    """Of two ways in this order: lines of one that cross the other, or seem to be part of it."""
    cost = 0
    if right.row in left.ends:
        cost += FALSE
    elif left.top < right.row < left.bottom:
        cost += 1
    for end in left.ends:
        if end in right.ends:
            cost += UNCLEAR if len(right.ends) > 1 else 0
        elif right.top < end < right.bottom:
            cost += 1
    return cost
