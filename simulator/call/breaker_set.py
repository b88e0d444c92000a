"""Breakers of one caller instance, one for each instance of the callee."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.call.breaker import Breaker

if TYPE_CHECKING:
    from simulator.balancing.chance import Chance
    from simulator.call.breaker import BreakerSettings


class BreakerSet:
    """A breaker for each instance that is called, made when it is first called.

    With `scope: callee` one bad instance does not close the way to the good ones. It is chosen
    first, and its breaker asked then: a retry that chooses anew finds another.
    """

    __slots__ = ("breakers", "chance", "settings")

    def __init__(self, settings: BreakerSettings, chance: Chance) -> None:
        self.settings = settings
        self.chance = chance
        self.breakers: dict[str, Breaker] = {}

    def of(self, instance: str) -> Breaker:
        """The breaker of the calls to one instance."""
        breaker = self.breakers.get(instance)
        if breaker is None:
            breaker = Breaker(self.settings, self.chance)
            self.breakers[instance] = breaker
        return breaker

    def restart(self, now: float) -> None:
        """The process that they belong to starts anew."""
        for breaker in self.breakers.values():
            breaker.restart(now)

    def counters(self, now: float) -> dict[str, float]:
        """The sums of all breakers' counters."""
        total: dict[str, float] = {}
        for breaker in self.breakers.values():
            for name, value in breaker.counters(now).items():
                total[name] = total.get(name, 0.0) + value
        return total
