"""Least connections, as HAProxy does it."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Final

from simulator.balancing.balancer import Balancer
from simulator.balancing.candidate import Candidate

SCALE: Final = 256.0


class LeastConnections(Balancer):
    """Takes the instance with the fewest of this caller's requests in proportion to its weight.

    An instance is ranked by (active + 1) x 256 / weight, and by 0 when it has nothing to do, so an
    idle one comes first whatever its weight; equals take turns.

    Wins where requests differ much in length, and through a proxy that sees everything. Loses where
    an instance that fails fast looks idle. Logarithmic cost per request.

    Source: HAProxy, src/lb_fwlc.c (`fwlc_queue_srv`).
    """

    __slots__ = ("queue", "turns")

    def __init__(self) -> None:
        super().__init__()
        self.weighs = True
        self.watches = True
        self.queue: list[tuple[int, int, Candidate]] = []
        self.turns = 0

    def update(self, candidates: list[Candidate], now: float) -> None:
        super().update(candidates, now)
        self.queue = []
        for candidate in candidates:
            self.rank(candidate)

    def rank(self, candidate: Candidate) -> None:
        """Line it up anew, behind its equals."""
        active = candidate.active
        rank = int((active + 1) * SCALE / candidate.weight) if active else 0
        self.turns += 1
        # What is left in the line of an earlier rank is told by its number.
        candidate.stamp = float(self.turns)
        heappush(self.queue, (rank, self.turns, candidate))

    def pick(self, key: int, now: float) -> Candidate | None:
        queue = self.queue
        while queue:
            _, turn, candidate = queue[0]
            if candidate.stamp == turn:
                return candidate
            heappop(queue)
        return None

    def sent(self, candidate: Candidate, now: float) -> None:
        candidate.active += 1
        self.changed(candidate)

    def ended(self, candidate: Candidate, now: float, seconds: float, failed: bool) -> None:
        candidate.active -= 1
        self.changed(candidate)

    def changed(self, candidate: Candidate) -> None:
        """A candidate has one request more or less."""
        order = candidate.order
        if order < len(self.candidates) and self.candidates[order] is candidate:
            self.rank(candidate)
            if len(self.queue) > 64 + 4 * len(self.candidates):
                self.queue = [each for each in self.queue if each[2].stamp == each[1]]
                self.queue.sort()
