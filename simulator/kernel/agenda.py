"""Events that are far apart, of which only the next stands in the kernel's queue."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

from simulator.kernel.event import NORMAL, Event

if TYPE_CHECKING:
    from simulator.kernel.kernel import Kernel


class Agenda(Event):
    """What is to happen at few moments that are known long before: readings, and faults.

    An event that waits in the kernel's queue makes every other a little slower: in a world of half
    a dozen events that are under way, one more costs a percent. Here all wait behind one. Each
    keeps the place among ties that it would have had in the queue, so nothing fires in another order.

    An event that waits here is not `pending`, and cannot be cancelled.
    """

    def __init__(self, kernel: Kernel) -> None:
        super().__init__()
        self.kernel = kernel
        self.waiting: list[tuple[float, int, Event]] = []

    def add(self, event: Event, time: float, priority: int = NORMAL) -> None:
        """Let `event` fire at `time`, in seconds of the clock.

        Raises:
            ValueError: if `time` is past or not a number.
        """
        self.insert(event, time, self.kernel.reserve(priority))

    def insert(self, event: Event, time: float, key: int) -> None:
        """Let `event` fire at `time`, in the place among ties that the kernel's `reserve` gave.

        Raises:
            ValueError: if `time` is past or not a number.
        """
        if not time >= self.kernel.now:
            raise ValueError(f"{time} s is before now ({self.kernel.now} s)")
        heappush(self.waiting, (time, key, event))
        self.look()

    def look(self) -> None:
        """Stand in the queue in the place of the next event."""
        if self.waiting:
            time, key, _ = self.waiting[0]
            if key != self.key:
                self.kernel.cancel(self)
                self.kernel.insert(self, time, key)

    def fire(self) -> None:
        _, _, event = heappop(self.waiting)
        try:
            event.fire()
        finally:
            self.look()
