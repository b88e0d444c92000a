"""Least latency: the instance that has answered fastest of late."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from math import exp

from simulator.balancing.balancer import Balancer
from simulator.balancing.candidate import Candidate


class LeastLatency(Balancer):
    """Takes the instance with the lowest moving average of its answers' latencies.

    The average forgets with the time constant `decay` seconds; an instance not yet asked comes
    first. Wins where instances differ in speed or distance and load is light. Loses under load: the
    best of the last moment gets everything until it is the worst, and an instance that fails fast
    looks fast. Logarithmic cost per answer.

    Source: the plain form of nginx Plus, `least_time`, and of Netflix Ribbon,
    WeightedResponseTimeRule; compare `peak_ewma`, which adds what is under way.
    """

    __slots__ = ("decay", "queue", "turns")

    def __init__(self, decay: float) -> None:
        super().__init__()
        self.watches = True
        self.decay = decay
        self.queue: list[tuple[float, int, Candidate]] = []
        self.turns = 0

    def update(self, candidates: list[Candidate], now: float) -> None:
        super().update(candidates, now)
        self.rebuild()

    def rebuild(self) -> None:
        """Rank all anew, without what is out of date."""
        self.queue = []
        for candidate in self.candidates:
            self.turns += 1
            self.queue.append((candidate.cost, self.turns, candidate))
        heapify(self.queue)

    def pick(self, key: int, now: float) -> Candidate | None:
        queue = self.queue
        while queue:
            cost, _, candidate = queue[0]
            if candidate.cost == cost:
                return candidate
            heappop(queue)
        return None

    def sent(self, candidate: Candidate, now: float) -> None:
        candidate.active += 1
        if self.queue and self.queue[0][2] is candidate:
            # Behind its equals, so that those not yet asked are asked in turn.
            cost, _, _ = heappop(self.queue)
            self.turns += 1
            heappush(self.queue, (cost, self.turns, candidate))

    def ended(self, candidate: Candidate, now: float, seconds: float, failed: bool) -> None:
        candidate.active -= 1
        if candidate.stamp == 0.0:
            candidate.cost = seconds
        else:
            kept = exp(-(now - candidate.stamp) / self.decay)
            candidate.cost = candidate.cost * kept + seconds * (1.0 - kept)
        candidate.stamp = now
        order = candidate.order
        if order < len(self.candidates) and self.candidates[order] is candidate:
            if len(self.queue) > 64 + 4 * len(self.candidates):
                self.rebuild()
            else:
                self.turns += 1
                heappush(self.queue, (candidate.cost, self.turns, candidate))
