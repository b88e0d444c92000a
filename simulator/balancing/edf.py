"""Earliest deadline first: taking turns by weight, where weights may change at every turn."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush

from simulator.balancing.candidate import Candidate


class EarliestDeadline:
    """Envoy's scheduler: each candidate is due 1/weight after its last turn; the earliest is next.

    Equal deadlines are settled in the order in which they were set. The weight is asked for anew
    whenever a candidate has had its turn. Logarithmic cost per turn.

    Source: Envoy, source/common/upstream/edf_scheduler.h.
    """

    __slots__ = ("due", "time", "turns", "weight_of")

    def __init__(self, weight_of: Callable[[Candidate], float]) -> None:
        self.weight_of = weight_of
        self.time = 0.0
        self.turns = 0
        self.due: list[tuple[float, int, Candidate]] = []

    def reset(self, candidates: list[Candidate]) -> None:
        """Begin anew, with these."""
        self.time = 0.0
        self.turns = 0
        self.due = []
        for candidate in candidates:
            self.add(candidate)

    def add(self, candidate: Candidate) -> None:
        """Set a candidate's next turn."""
        self.turns += 1
        deadline = self.time + 1.0 / self.weight_of(candidate)
        heappush(self.due, (deadline, self.turns, candidate))

    def next(self) -> Candidate | None:
        """Whose turn it is."""
        if not self.due:
            return None
        deadline, _, candidate = heappop(self.due)
        self.time = deadline
        self.add(candidate)
        return candidate
