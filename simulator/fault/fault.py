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


NEARLY = 1e-9
"""Seconds by which the sum of times may miss another."""

Span = tuple[float, float | None]
"""From when to when, in seconds; None for a fault that is not undone."""


@dataclass(frozen=True, slots=True)
class Conditional:
    """That a fault waits for a condition, whose text this is, and begins when it first holds.

    It does not begin before `since`, and lasts `lasts` seconds (None: to the end). It begins again
    when the condition holds again, but not less than `again` seconds after its last begin; with None
    it comes once. Times are in seconds.
    """

    text: str
    since: float = 0.0
    lasts: float | None = None
    again: float | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """The times of a fault, one after another; none where it does not come within the run.

    With `late` it begins when everything else of that moment has happened, as a fault does that
    waits for the end of another. With a `condition` there are no times that are known beforehand.
    `place` is the one among ties that was kept for its first begin, where it joins a world that runs.
    """

    spans: tuple[Span, ...]
    late: bool = False
    condition: Conditional | None = None
    place: int | None = None

    @property
    def whole(self) -> Span | None:
        """From its first begin to its last end; None where it does not come."""
        return (self.spans[0][0], self.spans[-1][1]) if self.spans else None


class Onlooker(Protocol):
    """Whoever must know at once when a fault begins or ends."""

    def began(self, name: str) -> None:
        """The fault of this name begins, and has done no harm yet."""

    def ended(self, name: str) -> None:
        """It ends, and nothing is undone yet."""


class Fault(Event):
    """A harm on the clock: it begins at its moment, and is undone when its time is over.

    It may begin again later. `hit` names those it has hit so far; `times` is how often it has begun,
    `began` when it first did and `latest` when it last did; `ended` is when it was last undone, None
    while it is on; `events` is where that is noted, and `onlooker` is told of it.
    """

    announced = False
    """Whether those it hits leave the registry in good order: then their leaving gives nothing away."""
    momentary = False
    """Whether it is over by itself."""

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
        self.latest = 0.0
        self.on = False
        self.events: EventLog | None = None
        self.onlooker: Onlooker | None = None
        self.end_place = 0
        self.wait()

    @property
    def active(self) -> bool:
        """Whether it has begun, and is not over."""
        return self.on or (self.times > 0 and self.ended is None and not self.momentary)

    def wait(self) -> None:
        """Let it begin when it does next, if it does."""
        if self.times >= len(self.schedule.spans):
            return
        begin, _ = self.schedule.spans[self.times]
        if self.times == 0 and self.schedule.place is not None:
            self.kernel.agenda.insert(self, begin, self.schedule.place)
        else:
            self.kernel.agenda.add(self, begin, LATE if self.schedule.late else NORMAL)

    def fire(self) -> None:
        if self.on:
            self.on = False
            self.ended = self.kernel.now
            if self.onlooker is not None:
                self.onlooker.ended(self.name)
            self.tell("ends")
            self.undo()
            self.wait()
            return
        end = self.its_end()
        self.times += 1
        self.latest = self.kernel.now
        self.ended = None
        if self.began is None:
            self.began = self.kernel.now
        if self.onlooker is not None:
            self.onlooker.began(self.name)
        hit = self.begin()
        self.hit = tuple(dict.fromkeys((*self.hit, *hit)))
        self.tell("begins: " + (", ".join(hit) or "nobody"))
        # Kept in any case: somebody may end it whose end was not known.
        self.end_place = self.kernel.reserve()
        if end is None:
            self.wait()
        else:
            self.on = True
            self.kernel.insert(self, end, self.end_place)

    def end_at(self, time: float) -> None:
        """Have it end at `time`, in seconds, and not when it was to, or never.

        It is as if its end had been known when it last began, which it has; it is not over yet, and
        does not begin again.

        Raises:
            ValueError: if `time` is past.
        """
        self.kernel.cancel(self)
        self.on = True
        self.kernel.insert(self, time, self.end_place)

    def its_end(self) -> float | None:
        """When it is over, if it begins now."""
        condition = self.schedule.condition
        if condition is None:
            return self.schedule.spans[self.times][1]
        return None if condition.lasts is None else self.kernel.now + condition.lasts

    def waits(self) -> bool:
        """Whether it would begin now if its condition held."""
        condition, now = self.schedule.condition, self.kernel.now
        if condition is None or self.on or self.pending or now < condition.since:
            return False
        if self.times == 0:
            return True
        return condition.again is not None and now - self.latest >= condition.again - NEARLY

    def held(self, what: str) -> None:
        """Its condition holds, and it waits for it: it begins; `what` was seen is noted."""
        self.tell(what)
        self.kernel.schedule_at(self, self.kernel.now)

    def tell(self, what: str) -> None:
        """Have it noted."""
        if self.events is not None:
            self.events.note(self.kernel.now, "fault", self.name, what)

    def begin(self) -> Sequence[str]:
        """Do the harm; returns the names of those it hits."""
        raise NotImplementedError

    def vacated(self, name: str) -> None:
        """An instance is no more: undo what was done to it, lest whoever takes its place has it."""

    def undo(self) -> None:
        """Make good what can be made good."""
        raise NotImplementedError
