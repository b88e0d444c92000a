"""One clock and one queue ordered by (time, priority, sequence).

Two queues keep that same order. Compiled, a binary heap of the event objects themselves compares
native fields and is half as fast again as `heapq`; interpreted, the C code of `heapq` on tuples is
several times faster than any heap written in Python. `make_kernel` takes the one that fits the
build, and the tests hold the two against each other.
"""

from __future__ import annotations

from typing import Final

from simulator.kernel.agenda import Agenda
from simulator.kernel.event import NORMAL, Event

INFINITY: Final = float("inf")
PRIORITY_SHIFT: Final = 56
"""Sequence numbers have 56 bits: a thousand years at a million events a second."""


class Kernel:
    """The clock, in seconds, and the events to come.

    Events at the same time fire by priority (`URGENT`, `NORMAL`, `LATE`), then in the order in
    which they were scheduled, so ties are settled the same way for ever.

    `fired` counts the events so far; a run that is under way adds its own when it ends. What is far
    off and rare waits in the `agenda`, where it burdens nobody.
    """

    __slots__ = ("agenda", "fired", "next_key", "now")

    def __init__(self, start: float = 0.0) -> None:
        self.now = start
        self.next_key = NORMAL << PRIORITY_SHIFT
        self.fired = 0
        self.agenda = Agenda(self)

    def reserve(self, priority: int = NORMAL) -> int:
        """Take the next place in the order of ties, for an event that is put in later."""
        key = self.next_key
        self.next_key = key + 1
        return key + ((priority - NORMAL) << PRIORITY_SHIFT)

    def reserve_row(self, count: int) -> int:
        """Take the next `count` places at normal priority, one after another; returns the first."""
        key = self.next_key
        self.next_key = key + count
        return key

    def schedule(self, event: Event, delay: float) -> None:
        """Let `event` fire `delay` seconds from now, at normal priority.

        Raises:
            ValueError: if `delay` is negative or not a number, or the event is queued already.
        """
        raise NotImplementedError

    def schedule_at(self, event: Event, time: float, priority: int = NORMAL) -> None:
        """Let `event` fire at `time`, in seconds of the clock.

        Raises:
            ValueError: if `time` is past or not a number.
        """
        key = self.next_key
        self.next_key = key + 1
        if priority != NORMAL:
            key += (priority - NORMAL) << PRIORITY_SHIFT
        self.insert(event, time, key)

    def insert(self, event: Event, time: float, key: int) -> None:
        """Put `event` in the queue at `time`, in the place that `reserve` gave.

        A place is good for one event, which may leave it and come back, and fires there once.

        Raises:
            ValueError: if `time` is past or not a number, or the event is queued already.
        """
        raise NotImplementedError

    def cancel(self, event: Event) -> None:
        """Take `event` out of the queue; nothing happens if it is in none."""
        raise NotImplementedError

    def pop(self) -> Event | None:
        """Take the next event out of the queue and move the clock to it; None if there is none."""
        raise NotImplementedError

    def peek(self) -> float:
        """The time of the next event; infinity if there is none."""
        raise NotImplementedError

    def run(self, until: float, limit: int) -> bool:
        """Fire the events before `until`, at most `limit` of them, and set the clock to `until`.

        Returns whether `until` was reached. Events at `until` itself stay in the queue, and the
        clock stops at the last event if `until` is infinite. What an event raises comes out of here
        and leaves the kernel fit to run on; that event is out of the queue and counted.

        Raises:
            ValueError: if `until` is not a number.
        """
        raise NotImplementedError

    def __len__(self) -> int:
        """How many events are to come."""
        raise NotImplementedError
