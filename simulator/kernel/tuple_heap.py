"""The kernel's queue for the interpreted build: `heapq` on tuples."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import Final

from simulator.kernel.event import IDLE, NORMAL, Event
from simulator.kernel.kernel import INFINITY, PRIORITY_SHIFT, Kernel

STALE_KEPT: Final = 1024
"""Below this many cancelled entries, tidying up is not worth the trouble."""


class TupleHeapKernel(Kernel):
    """A heap of `(time, key, event)`, compared and moved by the C code of `heapq`.

    A cancelled event leaves its entry behind, told by a key that is no longer the event's. Once
    more than half of a large queue is such litter the queue is rebuilt without it, so that
    cancelling costs constant time on average and a large queue never holds more than twice what
    is to come.
    """

    __slots__ = ("heap", "stale")

    def __init__(self, start: float = 0.0) -> None:
        super().__init__(start)
        self.heap: list[tuple[float, int, Event]] = []
        self.stale = 0

    def schedule(self, event: Event, delay: float) -> None:
        if not delay >= 0.0:
            raise ValueError(f"a delay of {delay} s: time never runs backwards")
        if event.key != IDLE:
            raise ValueError(f"{type(event).__name__} is in the queue already")
        key = self.next_key
        self.next_key = key + 1
        event.key = key
        event.time = time = self.now + delay
        heappush(self.heap, (time, key, event))

    def schedule_at(self, event: Event, time: float, priority: int = NORMAL) -> None:
        # As in the base class, without the second call: arrivals come this way.
        if not time >= self.now:
            raise ValueError(f"{time} s is before now ({self.now} s): time never runs backwards")
        if event.key != IDLE:
            raise ValueError(f"{type(event).__name__} is in the queue already")
        key = self.next_key
        self.next_key = key + 1
        if priority != NORMAL:
            key += (priority - NORMAL) << PRIORITY_SHIFT
        event.key = key
        event.time = time
        heappush(self.heap, (time, key, event))

    def insert(self, event: Event, time: float, key: int) -> None:
        if not time >= self.now:
            raise ValueError(f"{time} s is before now ({self.now} s): time never runs backwards")
        if event.key != IDLE:
            raise ValueError(f"{type(event).__name__} is in the queue already")
        event.key = key
        event.time = time
        heappush(self.heap, (time, key, event))

    def cancel(self, event: Event) -> None:
        if event.key == IDLE:
            return
        event.key = IDLE
        self.stale += 1
        if self.stale > STALE_KEPT and self.stale * 2 > len(self.heap):
            # In place: a run under way holds on to the list. By key: an event that was cancelled and
            # put into its old place again is there twice.
            fresh = {entry[1]: entry for entry in self.heap if entry[2].key == entry[1]}
            self.heap[:] = fresh.values()
            heapify(self.heap)
            self.stale = 0

    def pop(self) -> Event | None:
        while self.heap:
            time, key, event = heappop(self.heap)
            if event.key != key:
                self.stale -= 1
                continue
            event.key = IDLE
            self.now = time
            self.fired += 1
            return event
        return None

    def peek(self) -> float:
        while self.heap:
            time, key, event = self.heap[0]
            if event.key == key:
                return time
            heappop(self.heap)
            self.stale -= 1
        return float("inf")

    def run(self, until: float, limit: int) -> bool:
        if until != until:
            raise ValueError("until is not a number")
        heap = self.heap
        fired = 0
        try:
            while heap:
                entry = heappop(heap)
                time, key, event = entry
                if event.key != key:
                    self.stale -= 1
                    continue
                if time >= until or fired >= limit:
                    heappush(heap, entry)
                    if time < until:
                        return False
                    break
                fired += 1
                event.key = IDLE
                self.now = time
                event.fire()
        finally:
            self.fired += fired
        if self.now < until < INFINITY:
            self.now = until
        return True

    def __len__(self) -> int:
        return len(self.heap) - self.stale
