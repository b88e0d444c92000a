"""What every fault is: a harm that begins, and is undone at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from simulator.kernel.event import Event
from simulator.kernel.kernel import Kernel
from simulator.observe.event_log import EventLog


class Victim(Protocol):
    """Whatever a fault can hit: an instance of a service, or a server of the registry."""

    name: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a fault begins, and how many seconds it lasts; None for one that is not undone."""

    at: float
    lasts: float | None


class Fault(Event):
    """A harm on the clock: it begins at its moment, and is undone when its time is over.

    `hit` names those it has hit, once it has begun; `events` is where that is noted.
    """

    def __init__(self, kernel: Kernel, name: str, kind: str, schedule: Schedule) -> None:
        super().__init__()
        self.kernel = kernel
        self.name = name
        self.kind = kind
        self.schedule = schedule
        self.hit: Sequence[str] = ()
        self.began: float | None = None
        self.ended: float | None = None
        self.events: EventLog | None = None
        kernel.schedule_at(self, schedule.at)

    def fire(self) -> None:
        if self.began is None:
            self.began = self.kernel.now
            self.hit = tuple(self.begin())
            self.tell("begins: " + (", ".join(self.hit) or "nobody"))
            if self.schedule.lasts is not None:
                self.kernel.schedule(self, self.schedule.lasts)
        else:
            self.ended = self.kernel.now
            self.tell("ends")
            self.undo()

    def tell(self, what: str) -> None:
        """Have it noted."""
        if self.events is not None:
            self.events.note(self.kernel.now, "fault", self.name, what)

    def begin(self) -> Sequence[str]:
        """Do the harm; returns the names of those it hits."""
        raise NotImplementedError

    def undo(self) -> None:
        """Make good what can be made good."""
        raise NotImplementedError
