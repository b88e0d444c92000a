"""What a user of the system sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.call.party import Party
from simulator.kernel.event import IDLE
from simulator.outcome import DEGRADED

if TYPE_CHECKING:
    from simulator.call.edge import CallPoint
    from simulator.observe.trace import OpenTrace
    from simulator.traffic.users import User


class Tally:
    """Counts of the requests of one entry of one class that started in one phase of the run."""

    __slots__ = ("attempts", "failed_by", "priority")

    def __init__(self, priority: int) -> None:
        self.priority = priority
        self.attempts = 0
        self.failed_by: dict[str, int] = {}


class Request(Party):
    """One request of a user; it is the caller of its entry call, and its outcome is that call's.

    Attributes:
        ended: whether its user has an answer, or has given up; work done for it afterwards is wasted.
        index: its number among the requests of the same class and entry, which finds its draws.
        trace: where its attempts are written down, if it is one of the sampled.
    """

    __slots__ = ("ended", "index", "tally", "trace")

    trace: OpenTrace | None

    def __init__(self, tally: Tally, index: int) -> None:
        self.key = IDLE
        self.tally = tally
        self.index = index
        self.trace = None
        self.ended = False

    def answered(self, point: CallPoint, outcome: int, origin: str) -> None:
        self.ended = True
        if outcome > DEGRADED:
            failed_by = self.tally.failed_by
            failed_by[origin] = failed_by.get(origin, 0) + 1
        if self.trace is not None:
            self.trace.close(point.edge.kernel.now, outcome)


class UserRequest(Request):
    """A request of a user who waits for the answer, thinks, and asks again."""

    __slots__ = ("user",)

    def __init__(self, tally: Tally, index: int, user: User) -> None:
        self.key = IDLE
        self.tally = tally
        self.index = index
        self.trace = None
        self.ended = False
        self.user = user

    def answered(self, point: CallPoint, outcome: int, origin: str) -> None:
        super().answered(point, outcome, origin)
        self.user.think()
