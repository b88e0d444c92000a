"""Leaving out the unhealthy, unless too many are."""

from __future__ import annotations

from simulator.balancing.balancer import Balancer
from simulator.balancing.candidate import Candidate
from simulator.balancing.wrapper import Wrapper


class Healthy(Wrapper):
    """Lets another balancer choose among the healthy; among all, in panic.

    When the healthy are less than `panic_threshold` of all, they could not bear the load, and it is
    likelier that the checks are wrong than that so many are down: then everyone is asked. A
    threshold of 0 never panics, and nobody is asked if nobody is healthy.

    Source: Envoy, "Panic threshold" (50 % by default; strictly less).
    """

    __slots__ = ("panicking", "threshold")

    def __init__(self, inner: Balancer, panic_threshold: float) -> None:
        super().__init__(inner)
        self.threshold = panic_threshold
        self.panicking = False

    def update(self, candidates: list[Candidate], now: float) -> None:
        self.candidates = candidates
        healthy = [each for each in candidates if each.healthy]
        self.panicking = len(healthy) < self.threshold * len(candidates)
        self.inner.update(candidates if self.panicking else healthy, now)
