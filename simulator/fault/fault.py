"""What every fault is: a harm that begins, and is undone at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from simulator.kernel.event import LATE, NORMAL, Event
from simulator.kernel.kernel import Kernel
from simulator.observe.event_log import EventLog


class Victim(Protocol):
    """Whatever a fault can hit: an instance of a service, or a server of the registry."""

    name: str


Span = tuple[float, float | None]
"""From when to when, in seconds; None for a fault that is not undone."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The times of a fault, one after another; none where it does not come within the run.

    With `late` it begins when everything else of that moment has happened, as a fault does that
    waits for the end of another.
    """

    spans: tuple[Span, ...]
    late: bool = False

    @property
    def whole(self) -> Span | None:
        """From its first begin to its last end; None where it does not come."""
        return (self.spans[0][0], self.spans[-1][1]) if self.spans else None


class Fault(Event):
    """A harm on the clock: it begins at its moment, and is undone when its time is over.

    It may begin again later. `hit` names those it has hit so far; `times` is how often it has begun,
    `began` when it first did, and `ended` when it was last undone, None while it is on; `events` is
    where that is noted.
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
        self.times = 0
        self.on = False
        self.events: EventLog | None = None
        self.wait()

    def wait(self) -> None:
        """Let it begin when it does next, if it does."""
        if self.times < len(self.schedule.spans):
            begin, _ = self.schedule.spans[self.times]
            self.kernel.schedule_at(self, begin, LATE if self.schedule.late else NORMAL)

    def fire(self) -> None:
        if self.on:
            self.on = False
            self.ended = self.kernel.now
            self.tell("ends")
            self.undo()
            self.wait()
            return
        _, end = self.schedule.spans[self.times]
        self.times += 1
        self.ended = None
        if self.began is None:
            self.began = self.kernel.now
        hit = self.begin()
        self.hit = tuple(dict.fromkeys((*self.hit, *hit)))
        self.tell("begins: " + (", ".join(hit) or "nobody"))
        if end is None:
            self.wait()
        else:
            self.on = True
            self.kernel.schedule_at(self, end)

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
