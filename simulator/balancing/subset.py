"""Subsetting: each caller keeps to a few of the instances."""

from __future__ import annotations

from collections.abc import Callable

from simulator.balancing.balancer import Balancer
from simulator.balancing.candidate import Candidate
from simulator.balancing.wrapper import Wrapper


class Subset(Wrapper):
    """Lets another balancer choose among `size` instances only, the same for this caller always.

    Callers are dealt out in rounds: within a round every instance is in just one caller's subset,
    so that with many callers all instances are in equally many. Spares connections and health
    checks; loses when a caller's few are all in trouble, or when callers are few.

    `shuffled(round, count)` gives the order of the instances in a round, the same for all callers.

    Source: "Deterministic Subsetting", Site Reliability Engineering (O'Reilly, 2016), chapter 20.
    """

    __slots__ = ("caller", "shuffled", "size")

    def __init__(
        self,
        inner: Balancer,
        size: int,
        caller: int,
        shuffled: Callable[[int, int], list[int]],
    ) -> None:
        super().__init__(inner)
        self.size = size
        self.caller = caller
        self.shuffled = shuffled

    def update(self, candidates: list[Candidate], now: float) -> None:
        self.candidates = candidates
        count = len(candidates)
        if count <= self.size:
            self.inner.update(candidates, now)
            return
        # By name, since callers may hear of the instances in different orders.
        ordered = sorted(candidates, key=name_of)
        subsets = count // self.size
        order = self.shuffled(self.caller // subsets, count)
        first = self.caller % subsets * self.size
        mine = [ordered[place] for place in order[first : first + self.size]]
        self.inner.update(mine, now)


def name_of(candidate: Candidate) -> tuple[int, str]:
    """Names in the order in which people count: shop-2 before shop-10."""
    return (len(candidate.name), candidate.name)
