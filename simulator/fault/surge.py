"""More requests than usual."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.fault.fault import Fault, Schedule
from simulator.kernel.kernel import Kernel


class Surge(Fault):
    """Multiplies the rate of an open traffic class for a while.

    In the real world: a campaign, a link on a front page, the restart of a popular app's clients.

    Here: the arrivals are of the same kind, at the higher rate. Surges of one class at the same time
    multiply. The surge is worked into the class's rate before the run begins, and this marks its
    beginning and its end.

    Left out: users who would not have come otherwise behave like the others; recorded arrivals and
    the users of a closed loop cannot be multiplied.
    """

    def __init__(self, kernel: Kernel, name: str, schedule: Schedule, traffic: str) -> None:
        super().__init__(kernel, name, "surge", schedule)
        self.traffic = traffic

    def begin(self) -> Sequence[str]:
        return [self.traffic]

    def undo(self) -> None:
        """The rate falls by itself."""
