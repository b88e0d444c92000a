"""Callers whose clock and the callee's are too far apart for what they show to be good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.network.toxic.refusal import Refusal
from simulator.outcome import UNAUTHORIZED

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt


class Clocks:
    """How far the clocks of instances are off, in seconds; whoever is not here has the right time."""

    __slots__ = ("shifts",)

    def __init__(self) -> None:
        self.shifts: dict[str, list[float]] = {}

    def shift(self, name: str, by: float) -> None:
        """One more shift of a clock; several add up."""
        self.shifts.setdefault(name, []).append(by)

    def set_right(self, name: str, by: float) -> None:
        """One of the shifts of a clock is over; with the last of them it is right, exactly."""
        left = self.shifts[name]
        left.remove(by)
        if not left:
            del self.shifts[name]

    def off(self, name: str) -> float:
        """Seconds by which a clock is ahead; negative behind."""
        shifts = self.shifts.get(name)
        return 0.0 if shifts is None else sum(shifts)


class WrongTime(Refusal):
    """Turns away whoever's clock differs from that of the instance by more than a tolerance.

    Args:
        tolerance: seconds of difference that are still accepted.
    """

    __slots__ = ("clocks", "tolerance")

    def __init__(self, name: str, clocks: Clocks, tolerance: float) -> None:
        super().__init__(name, None, None, 1.0, outcome=UNAUTHORIZED)
        self.clocks = clocks
        self.tolerance = tolerance

    def refuses(self, attempt: Attempt) -> bool:
        if not attempt.site.point.edge.counted:
            return False
        sender = self.clocks.off(attempt.caller.sender(attempt))
        return abs(sender - self.clocks.off(attempt.instance.name)) > self.tolerance
