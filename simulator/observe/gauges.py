"""Levels over time: busy slots, queues and cores of every instance, read once an interval."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Protocol

from simulator.kernel.event import URGENT, Event
from simulator.kernel.kernel import Kernel
from simulator.service.instance import Instance

COLUMNS = ("busy", "queued", "used", "work", "wasted", "room")
"""Areas under the curves, and seconds of work, from the start of the run.

`room` is what there was of cores, or else of slots, to be used.
"""


class Reading:
    """The areas of every instance at one moment, instance by instance, `COLUMNS` each."""

    def __init__(self, time: float, instances: Sequence[Instance]) -> None:
        self.time = time
        self.areas = array("d")
        for each in instances:
            used = 0.0 if each.processor is None else each.processor.used_until(time)
            self.areas.extend(
                (
                    each.busy_until(time),
                    each.queued_until(time),
                    used,
                    each.work,
                    each.wasted,
                    each.room_until(time),
                )
            )


class Counter(Protocol):
    """Something else that is counted at the end of each interval."""

    def note(self) -> None:
        """An interval has ended."""


class Gauges(Event):
    """Reads all instances at the end of each interval, and at the moments it is asked to.

    The readings at the ends of intervals become means over the interval at once (busy, queued,
    used) together with the longest queue: by interval, and in that as in a reading, or by instance.
    What is kept of an interval stays where it is, so that copies of the process share it. `counters`
    are told of these moments too.
    """

    __slots__ = (
        "counters",
        "instances",
        "interval",
        "kernel",
        "last",
        "means",
        "peaks",
        "peaks_before",
        "peaks_since",
        "ticks",
    )

    def __init__(self, kernel: Kernel, instances: Sequence[Instance], interval: float) -> None:
        super().__init__()
        self.kernel = kernel
        self.instances = instances
        self.interval = interval
        self.ticks = 0
        self.counters: list[Counter] = []
        self.last = Reading(0.0, instances)
        self.means: list[array[float]] = []
        self.peaks: list[array[int]] = []
        self.peaks_since = [0] * len(instances)
        self.peaks_before = [0] * len(instances)
        kernel.agenda.add(self, interval, URGENT)

    def fire(self) -> None:
        self.read(self.kernel.now)
        for each in self.counters:
            each.note()
        self.ticks += 1
        # By multiplication, so that the ends of intervals do not drift.
        self.kernel.agenda.add(self, (self.ticks + 1) * self.interval, URGENT)

    def read(self, now: float) -> None:
        """Close the interval that ends now."""
        reading = Reading(now, self.instances)
        length = now - self.last.time
        before = self.last.areas
        grown = zip(reading.areas, before, strict=True)
        self.means.append(array("d", [(after - was) / length for after, was in grown]))
        peaks = array("q")
        for number, instance in enumerate(self.instances):
            peaks.append(max(instance.queue_peak, self.peaks_before[number]))
            self.peaks_before[number] = 0
            self.peaks_since[number] = max(self.peaks_since[number], instance.queue_peak)
            instance.queue_peak = instance.queued
        self.peaks.append(peaks)
        self.last = reading

    def forget_peaks(self) -> None:
        """The longest queues count from now on (the warm-up is over)."""
        for number, instance in enumerate(self.instances):
            self.peaks_before[number] = instance.queue_peak
            self.peaks_since[number] = instance.queue_peak = instance.queued

    def longest(self, number: int) -> int:
        """The longest queue of an instance since `forget_peaks`."""
        return max(self.peaks_since[number], self.instances[number].queue_peak)
