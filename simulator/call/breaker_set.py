"""Breakers of one caller instance, one for each instance of the callee."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simulator.call.breaker import AS_SET

if TYPE_CHECKING:
    from simulator.call.breaker import Breaker


class BreakerSet:
    """A breaker for each instance that is called, made when it is first called.

    With `scope: callee` one bad instance does not close the way to the good ones. It is chosen
    first, and its breaker asked then: a retry that chooses anew finds another.

    Args:
        make: makes the breaker for an instance, by its name.

    Attributes:
        held: the state that all of them are held in; `AS_SET` if they are in none.
    """

    __slots__ = ("breakers", "held", "make")

    def __init__(self, make: Callable[[str], Breaker]) -> None:
        self.make = make
        self.breakers: dict[str, Breaker] = {}
        self.held = AS_SET

    def of(self, instance: str, now: float) -> Breaker:
        """The breaker of the calls to one instance, which there is from `now` on at the latest."""
        breaker = self.breakers.get(instance)
        if breaker is None:
            breaker = self.make(instance)
            self.breakers[instance] = breaker
            if self.held != AS_SET:
                breaker.hold(now, self.held)
        return breaker

    def hold(self, now: float, state: int) -> None:
        """Hold all of them in a state, and those that are made later."""
        self.held = state
        for breaker in self.breakers.values():
            breaker.hold(now, state)

    def let_go(self, now: float, state: int = AS_SET) -> None:
        """Hold none of them any longer; they begin anew, in a state or as their settings have it."""
        self.held = AS_SET
        for breaker in self.breakers.values():
            breaker.let_go(now, state)

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
