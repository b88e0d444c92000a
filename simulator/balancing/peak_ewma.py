"""Peak EWMA: the better of two, by latency times load."""

from __future__ import annotations

from math import exp
from typing import Final

from simulator.balancing.balancer import Balancer
from simulator.balancing.candidate import Candidate
from simulator.balancing.chance import Chance

PENALTY: Final = 1e9
"""What an instance that was asked and has never answered is taken to cost."""


class PeakEwma(Balancer):
    """Draws two instances and takes the one with the lower latency x (requests under way + 1).

    The latency is a moving average over `decay` seconds that jumps up to every peak at once and
    comes down slowly, so trouble is believed sooner than recovery. Wins where an instance is slow
    or goes slow: it gets fewer requests long before its queue would show. Loses where an instance
    fails fast, which looks fast. Constant cost per pick.

    Source: twitter/finagle, `PeakEwma.scala` and `P2CPick.scala`; Linkerd 2 does the same.
    """

    __slots__ = ("chance", "decay")

    def __init__(self, chance: Chance, decay: float) -> None:
        super().__init__()
        self.watches = True
        self.chance = chance
        self.decay = decay

    def pick(self, key: int, now: float) -> Candidate | None:
        candidates = self.candidates
        count = len(candidates)
        if count == 0:
            return None
        first = candidates[self.chance.below(count)]
        if count == 1:
            return first
        # The second of two different ones.
        other = self.chance.below(count - 1)
        if other >= first.order:
            other += 1
        second = candidates[other]
        return second if self.load(second, now) < self.load(first, now) else first

    def load(self, candidate: Candidate, now: float) -> float:
        """What a request sent there now is expected to cost."""
        self.observe(candidate, now, 0.0)
        if candidate.cost == 0.0 and candidate.active:
            return PENALTY + candidate.active
        return candidate.cost * (candidate.active + 1)

    def observe(self, candidate: Candidate, now: float, seconds: float) -> None:
        """Bring the average up to now, with one more latency (0: none)."""
        if seconds > candidate.cost:
            candidate.cost = seconds
        else:
            kept = exp(-(now - candidate.stamp) / self.decay)
            candidate.cost = candidate.cost * kept + seconds * (1.0 - kept)
        candidate.stamp = now

    def ended(self, candidate: Candidate, now: float, seconds: float, failed: bool) -> None:
        candidate.active -= 1
        self.observe(candidate, now, seconds)
