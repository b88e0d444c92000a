"""Slow start: an instance that has just come up gets its share by and by."""

from __future__ import annotations

from math import inf
from typing import Final

from simulator.balancing.balancer import Balancer
from simulator.balancing.candidate import Candidate
from simulator.balancing.chance import Chance
from simulator.balancing.wrapper import Wrapper

STEPS: Final = 100
"""How often, over the window, the weights are brought up to date."""
TRIES: Final = 8
"""Picks that are thought better of before the last is taken."""


class SlowStart(Wrapper):
    """Makes another balancer take a fresh instance with a growing part of its weight.

    After t seconds of the window the part is (t / window) ^ (1 / aggression), at least
    `least_share`. A balancer that heeds weights is given smaller ones; for the others a pick of
    a fresh instance is taken back with the chance that is missing.

    Wins where instances begin with cold caches or an unwarmed compiler. Costs a comparison per
    pick when nobody is fresh.

    Source: Envoy, "Slow start mode" (aggression 1.0, min_weight_percent 10 %).
    """

    __slots__ = ("aggression", "chance", "least_share", "next_step", "until", "window")

    def __init__(
        self,
        inner: Balancer,
        window: float,
        aggression: float,
        least_share: float,
        chance: Chance,
    ) -> None:
        super().__init__(inner)
        self.window = window
        self.aggression = aggression
        self.least_share = least_share
        self.chance = chance
        self.until = -inf
        self.next_step = inf

    def share(self, candidate: Candidate, now: float) -> float:
        """The part of its weight that a candidate has now."""
        age = now - candidate.since
        if age >= self.window:
            return 1.0
        part = max(age, 0.001) / self.window
        return max(self.least_share, float(part ** (1.0 / self.aggression)))

    def update(self, candidates: list[Candidate], now: float) -> None:
        self.candidates = candidates
        self.until = max((each.since + self.window for each in candidates), default=-inf)
        self.weigh(now)
        self.inner.update(candidates, now)

    def weigh(self, now: float) -> None:
        """Bring the weights up to date."""
        self.next_step = now + self.window / STEPS if now < self.until else inf
        if self.weighs:
            for candidate in self.candidates:
                candidate.weight = candidate.nominal * self.share(candidate, now)

    def pick(self, key: int, now: float) -> Candidate | None:
        if self.weighs:
            if now >= self.next_step:
                self.weigh(now)
                self.inner.update(self.candidates, now)
            return self.inner.pick(key, now)
        picked = self.inner.pick(key, now)
        if now < self.until:
            for _ in range(TRIES):
                if picked is None or self.chance.next() < self.share(picked, now):
                    break
                picked = self.inner.pick(key, now)
        return picked
