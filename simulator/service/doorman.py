"""Who turns callers away at the door of an instance, whatever room there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.outcome import OK
from simulator.service.gate import Gate

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt
    from simulator.network.toxic.refusal import Refusal
    from simulator.service.instance import Instance


class Doorman(Gate):
    """A gate before the gate: some callers are turned away, all others pass on to the gate behind.

    What is inside is counted behind, so that it can come and go while requests are inside.

    Attributes:
        behind: the instance's own gate, if it has one.
        refusals: who is turned away; the first that says no decides.
    """

    __slots__ = ("behind", "refusals")

    def __init__(self, behind: Gate | None) -> None:
        super().__init__([])
        self.behind = behind
        self.refusals: list[Refusal] = []
        if behind is not None:
            self.shedders = behind.shedders
            self.rate_limiter = behind.rate_limiter
            self.limit = behind.limit
            self.remembers = behind.remembers
            self.visits = behind.visits

    def refusal(self, instance: Instance, attempt: Attempt, now: float) -> int:
        for refusal in self.refusals:
            if refusal.refuses(attempt):
                return refusal.outcome
        return OK if self.behind is None else self.behind.refusal(instance, attempt, now)
