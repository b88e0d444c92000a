"""More requests than usual."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.fault.fault import Fault, Schedule
from simulator.kernel.kernel import Kernel


class Surge(Fault):
    """Multiplies the rate of an open traffic class for a while.

    In the real world: a campaign, a link on a front page, the restart of a popular app's clients.
    The arrivals are of the same kind, at the higher rate: the surge is worked into the class's rate
    before the run begins, and this marks its beginning and its end.
    """

    def __init__(self, kernel: Kernel, name: str, schedule: Schedule, traffic: str) -> None:
        super().__init__(kernel, name, "surge", schedule)
        self.traffic = traffic

    def begin(self) -> Sequence[str]:
        return [self.traffic]

    def undo(self) -> None:
        """The rate falls by itself."""
