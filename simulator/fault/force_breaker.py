"""Breakers that somebody has set by hand."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.call.breaker import CLOSED, Breaker
from simulator.call.breaker_set import BreakerSet
from simulator.fault.fault import Fault, Schedule
from simulator.kernel.kernel import Kernel


class ForceBreaker(Fault):
    """Sets the breakers of a caller's calls by hand: open, disabled, or closed anew.

    In the real world: an operator's last resort. Forced open, a breaker keeps everybody away from
    a callee that limps, or that is to be left alone while it recovers; disabled, it lets through
    what it would have stopped, because somebody thinks that it is the breaker that does harm. Such
    a thing is often forgotten, and found at the next outage.

    Here: every breaker of the calls is set in one moment, in each instance of the caller, the one
    that all share and those that a push of configuration keeps ready too. A process that starts
    meanwhile begins in that state. Calls under way go on, and what comes of them is counted only
    where the state counts it. At the end breakers are closed, with nothing in their windows (or
    begin as their policy's `state` says). `closed` does the same at its begin, and is over with
    that: its end leaves breakers as they are. Of two that are on the later has its way, and its
    end leaves the earlier one.

    Left out: instances that the operator forgets, and processes that forget it when they start.

    Source: resilience4j, `CircuitBreakerEndpoint` (`FORCE_OPEN`, `DISABLE`, `CLOSE`), and
    `transitionToForcedOpenState`, `transitionToDisabledState` and `transitionToClosedState` of
    CircuitBreaker.java.

    Args:
        hands: whose hands are on each breaker: such faults that are on, the latest last.
    """

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        schedule: Schedule,
        caller: str,
        breakers: Sequence[Breaker | BreakerSet],
        state: int,
        hands: dict[Breaker | BreakerSet, list[ForceBreaker]],
    ) -> None:
        super().__init__(kernel, name, "force_breaker", schedule)
        self.caller = caller
        self.breakers = breakers
        self.state = state
        self.hands = hands

    def begin(self) -> Sequence[str]:
        for breaker in self.breakers:
            self.hands.setdefault(breaker, []).append(self)
            self.set(breaker)
        return [self.caller]

    def set(self, breaker: Breaker | BreakerSet) -> None:
        """Bring a breaker into the state that this one wants."""
        if self.state == CLOSED:
            breaker.let_go(self.kernel.now, CLOSED)
        else:
            breaker.hold(self.kernel.now, self.state)

    def undo(self) -> None:
        for breaker in self.breakers:
            hands = self.hands[breaker]
            had_its_way = hands[-1] is self
            hands.remove(self)
            if not had_its_way:
                continue
            if hands and hands[-1].state != CLOSED:
                hands[-1].set(breaker)
            elif self.state != CLOSED:
                breaker.let_go(self.kernel.now)
