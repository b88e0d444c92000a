"""Processes whose memory fills up, which slows their collector and ends in an out-of-memory kill."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.fault.fault import NEARLY, Fault, Schedule
from simulator.fault.keeper import Keeper
from simulator.kernel.event import Event
from simulator.kernel.kernel import Kernel
from simulator.service.instance import Instance, Watcher
from simulator.service.watching import unwatch, watch

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt

PERIOD = 0.1
"""Seconds from one look at the heap to the next."""


@dataclass(frozen=True, slots=True)
class Leak:
    """What fills the heap; sizes in bytes, times in seconds.

    Attributes:
        rate: what is leaked each second.
        per_request: what each request leaves behind.
        in_flight: what each request needs while it is inside.
        limit: the size of the heap, at which the process is killed.
        gc: what the collector takes of the time when half of the heap is live.
        restart: from the kill to the start of an empty process.
    """

    rate: float
    per_request: float
    in_flight: float
    limit: float
    gc: float
    restart: float

    def speed(self, live: float) -> float:
        """What the collector leaves of the speed, with so many live bytes."""
        if self.gc == 0.0:
            return 1.0
        free = max(0.0, self.limit - live)
        return free / (free + self.gc / (1.0 - self.gc) * live)


class MemoryLeak(Fault):
    """Fills the memory of processes: first the garbage collector slows them, then they are killed.

    In the real world: a cache without bounds, listeners that nobody removes, or simply more requests
    inside than the heap was sized for. A tracing collector costs in proportion to what is live, and
    runs the more often the less is free; near the limit it takes all of the time, which is called
    a GC death spiral: what is slow piles up, what has piled up is live. Then the kernel kills it.

    Here: live are `rate` for each second and `per_request` for each request served since the later
    of the begin of the fault and the process's own start, and `in_flight` for each request inside,
    waiting ones included. Ten times a second that is read. With x of the `limit` live, the
    collector takes k x / (1 - x) seconds for each second of work, so that the speed is
    1 / (1 + k x / (1 - x)); `gc` = k / (1 + k) is its part of the time when half of the heap is
    live. At a reading at the limit the process is killed, loses what it has inside, and starts
    again empty after `restart`. Slowdowns of other faults multiply with this one. At the end of the
    fault the heap is given back without a restart, and who is down because of it starts at once.

    Left out: single pauses of the collector, of which only the average is there; generations, where
    little that is young survives; paging; memory that the process needs anyway, which `limit`
    should not contain. A frozen process leaks by `rate` all the same.

    Source: Jones, Hosking, Moss, The Garbage Collection Handbook (2nd ed., 2023), on the cost of
    tracing as live / (heap - live); Linux, memory controller of control groups v2, `memory.max`.
    """

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        schedule: Schedule,
        choose: Callable[[], list[Instance]],
        leak: Leak,
        keeper: Keeper,
    ) -> None:
        super().__init__(kernel, name, "memory_leak", schedule)
        self.choose = choose
        self.leak = leak
        self.keeper = keeper
        self.heaps: list[Heap] = []
        self.readings = 0
        self.reading = Reading(self)

    def begin(self) -> Sequence[str]:
        self.heaps = [Heap(self, each) for each in self.choose()]
        self.readings = 0
        self.read()
        return [heap.instance.name for heap in self.heaps]

    def read(self) -> None:
        """Look at every heap, and again after a while."""
        for heap in list(self.heaps):
            heap.read()
        self.readings += 1
        # By multiplication, so that the readings do not drift.
        self.kernel.schedule_at(self.reading, self.latest + self.readings * PERIOD)

    def vacated(self, name: str) -> None:
        for heap in [each for each in self.heaps if each.instance.name == name]:
            self.heaps.remove(heap)
            heap.give_back()

    def undo(self) -> None:
        self.kernel.cancel(self.reading)
        for heap in self.heaps:
            heap.give_back()
        self.heaps.clear()
        self.keeper.let_all_go()


class Reading(Event):
    """The next look at all heaps of a fault."""

    def __init__(self, fault: MemoryLeak) -> None:
        super().__init__()
        self.fault = fault

    def fire(self) -> None:
        self.fault.read()


class Heap:
    """The heap of one instance."""

    def __init__(self, fault: MemoryLeak, instance: Instance) -> None:
        self.fault = fault
        self.instance = instance
        self.speed = 1.0
        self.served = Served(instance) if fault.leak.per_request > 0.0 else None

    @property
    def live(self) -> float:
        """Bytes that are live now."""
        leak, instance = self.fault.leak, self.instance
        if not instance.up:
            return 0.0
        age = self.fault.kernel.now - max(self.fault.latest, instance.since)
        served = 0 if self.served is None else self.served.since(instance.since)
        return leak.rate * age + leak.per_request * served + leak.in_flight * len(instance.inside)

    def read(self) -> None:
        """Let the collector take its part, or the kernel the process."""
        live, limit = self.live, self.fault.leak.limit
        if live >= limit * (1.0 - NEARLY):
            self.fault.tell(f"kills {self.instance.name}: out of memory")
            self.fault.keeper.keep(self.instance, self.fault.leak.restart)
            live = 0.0
        self.slow(self.fault.leak.speed(live))

    def slow(self, speed: float) -> None:
        """The instance has this part of its speed from now on, as far as its heap is concerned."""
        if speed != self.speed:
            self.instance.slow_anew(self.speed, speed)
            self.speed = speed

    def give_back(self) -> None:
        """The heap is as if nothing had been."""
        self.slow(1.0)
        if self.served is not None:
            self.served.leave()


class Served(Watcher):
    """Counts the requests that one process has been through with."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.start = instance.since
        self.count = 0
        watch(instance, self)

    def left(self, instance: Instance, attempt: Attempt) -> None:
        self.count = self.since(instance.since) + 1

    def since(self, start: float) -> int:
        """How many there have been since the process started; none if that was another process."""
        if start != self.start:
            self.start = start
            self.count = 0
        return self.count

    def leave(self) -> None:
        """Watch no longer; others stay."""
        unwatch(self.instance, self)
