"""The kernel's queue for the compiled build: a binary heap of the events themselves."""

from __future__ import annotations

from simulator.kernel.event import IDLE, Event
from simulator.kernel.kernel import INFINITY, Kernel


class NativeHeapKernel(Kernel):
    """A binary heap whose items are the events, each of which knows its place in it.

    Comparisons read native fields, nothing is allocated for an entry, and a cancelled event leaves
    the queue at once, in logarithmic time. Textbook sift-up and sift-down (Cormen et al.,
    Introduction to Algorithms, chapter 6).
    """

    __slots__ = ("heap",)

    def __init__(self, start: float = 0.0) -> None:
        super().__init__(start)
        self.heap: list[Event] = []

    def schedule(self, event: Event, delay: float) -> None:
        if not delay >= 0.0:
            raise ValueError(f"a delay of {delay} s: time never runs backwards")
        if event.key != IDLE:
            raise ValueError(f"{type(event).__name__} is in the queue already")
        key = self.next_key
        self.next_key = key + 1
        self._push(event, self.now + delay, key)

    def insert(self, event: Event, time: float, key: int) -> None:
        if not time >= self.now:
            raise ValueError(f"{time} s is before now ({self.now} s): time never runs backwards")
        if event.key != IDLE:
            raise ValueError(f"{type(event).__name__} is in the queue already")
        self._push(event, time, key)

    def _push(self, event: Event, time: float, key: int) -> None:
        event.time = time
        event.key = key
        position = len(self.heap)
        self.heap.append(event)
        self._rise(event, position)

    def cancel(self, event: Event) -> None:
        if event.key == IDLE:
            return
        self._remove(event.position)
        event.key = IDLE

    def pop(self) -> Event | None:
        if len(self.heap) == 0:
            return None
        event = self.heap[0]
        self._remove(0)
        event.key = IDLE
        self.now = event.time
        self.fired += 1
        return event

    def peek(self) -> float:
        return self.heap[0].time if len(self.heap) > 0 else float("inf")

    def run(self, until: float, limit: int) -> bool:
        if until != until:
            raise ValueError("until is not a number")
        heap = self.heap
        fired = 0
        try:
            while len(heap) > 0:
                event = heap[0]
                if event.time >= until:
                    break
                if fired >= limit:
                    return False
                fired += 1
                self._remove(0)
                event.key = IDLE
                self.now = event.time
                event.fire()
        finally:
            self.fired += fired
        if self.now < until < INFINITY:
            self.now = until
        return True

    def __len__(self) -> int:
        return len(self.heap)

    def _rise(self, event: Event, position: int) -> None:
        """Move `event` up from the free place `position` to where it belongs."""
        heap = self.heap
        time = event.time
        key = event.key
        while position > 0:
            above = (position - 1) >> 1
            other = heap[above]
            if other.time < time or (other.time == time and other.key < key):
                break
            heap[position] = other
            other.position = position
            position = above
        heap[position] = event
        event.position = position

    def _remove(self, position: int) -> None:
        """Take out the event at `position` and let the last one fill the gap."""
        heap = self.heap
        last = heap.pop()
        size = len(heap)
        if position == size:
            return
        time = last.time
        key = last.key
        start = position
        child = 2 * position + 1
        while child < size:
            least = heap[child]
            if child + 1 < size:
                right = heap[child + 1]
                if right.time < least.time or (right.time == least.time and right.key < least.key):
                    least = right
                    child += 1
            if time < least.time or (time == least.time and key < least.key):
                break
            heap[position] = least
            least.position = position
            position = child
            child = 2 * position + 1
        if position == start:
            self._rise(last, position)
        else:
            heap[position] = last
            last.position = position
