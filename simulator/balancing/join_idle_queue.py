"""Join-Idle-Queue: idle instances line up for work."""

from __future__ import annotations

from collections import deque

from mypy_extensions import mypyc_attr

from simulator.balancing.balancer import Balancer
from simulator.balancing.candidate import Candidate
from simulator.balancing.chance import Chance


@mypyc_attr(allow_interpreted_subclasses=True)
class Reports:
    """Whoever brings the reports of idle instances, and must know which have been used."""

    __slots__ = ()

    def taken(self, name: str) -> None:
        """The report of the instance `name` has been used: it may report again."""
        raise NotImplementedError


class JoinIdleQueue(Balancer):
    """Sends a request to an instance that has said it is idle; to any, if none has.

    An instance that runs out of work reports to one of its callers, drawn at random, which keeps the
    reports in a queue and answers each with one request. Nothing is asked on the way of a request,
    so it adds no latency. Wins with many callers at medium load, where a caller's own counts say
    little. Loses near saturation, when nobody is idle and it is no better than random.
    Constant cost per pick.

    Source: Lu et al., "Join-Idle-Queue: A Novel Load Balancing Algorithm for Dynamically Scalable
    Web Services", Performance Evaluation 68(11), 2011 (JIQ-Random).
    """

    __slots__ = ("chance", "present", "reports", "waiting")

    def __init__(self, chance: Chance) -> None:
        super().__init__()
        self.chance = chance
        self.reports: Reports | None = None
        self.waiting: deque[Candidate] = deque()
        self.present: dict[str, Candidate] = {}

    def update(self, candidates: list[Candidate], now: float) -> None:
        super().update(candidates, now)
        self.present = {each.name: each for each in candidates}

    def idle(self, candidate: Candidate) -> None:
        """An instance reports that it has nothing to do."""
        self.waiting.append(candidate)

    def pick(self, key: int, now: float) -> Candidate | None:
        waiting = self.waiting
        while waiting:
            candidate = waiting.popleft()
            if self.reports is not None:
                self.reports.taken(candidate.name)
            if self.present.get(candidate.name) is candidate:
                return candidate
        candidates = self.candidates
        if not candidates:
            return None
        return candidates[self.chance.below(len(candidates))]
