"""What autoscalers get to see: the measurements of a metrics pipeline, late and in steps."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from simulator.call.attempt import Attempt
from simulator.kernel.event import Event
from simulator.kernel.kernel import Kernel
from simulator.observe.histogram import BUCKETS, IntArray, buckets_of, percentile
from simulator.platform.workload import Workload
from simulator.service.instance import Instance, Watcher
from simulator.service.watching import watch

KEPT = 600.0
"""Seconds of rounds that are kept, beyond which no autoscaler looks back."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What one instance did in one round, which it ran from end to end.

    Attributes:
        start, end: of the round, in seconds.
        instance: its name.
        cpu: cores in use, or slots where it has no cores; the mean.
        concurrency: requests inside, worked on or waiting; the mean.
        queue: requests that waited; the mean.
        rate: requests that left, per second.
    """

    start: float
    end: float
    instance: str
    cpu: float
    concurrency: float
    queue: float
    rate: float


@dataclass(slots=True)
class Round:
    """What was measured of a service from `start` to `end`, in seconds.

    `buckets` and `counts` are the histogram of latencies, without zeros; `greatest` is the largest.
    """

    start: float
    end: float
    samples: list[Sample]
    buckets: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    counts: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    greatest: float = 0.0


class Meter(Event):
    """Measures the instances of one service every `resolution` seconds; it is known `delay` later.

    In the real world: cAdvisor in the kubelet reads the counters of containers, metrics-server
    scrapes the kubelets every 15 s, Prometheus scrapes the applications; an autoscaler sees the last
    that has come in.

    Here: a round covers the time since the round before, for each instance that ran all of it.
    Latencies are those that the service sees, from the sending of a request to its leaving. Rounds
    end at multiples of the resolution.

    Args:
        resolution: seconds between two rounds.
        delay: seconds from the end of a round until it can be read.
        latencies: whether latencies are wanted, which costs something for each request.
    """

    def __init__(
        self, kernel: Kernel, workload: Workload, resolution: float, delay: float, latencies: bool
    ) -> None:
        super().__init__()
        self.kernel = kernel
        self.workload = workload
        self.resolution = resolution
        self.delay = delay
        self.counter = Counter(latencies)
        self.past: deque[Round] = deque()
        self.before: dict[str, tuple[float, ...]] = {}
        self.last = 0.0
        self.ticks = 0

    def begin(self) -> None:
        """Start to measure."""
        for replica in self.workload.replicas:
            self.counter.left_by[replica.name] = 0
            watch(replica.instance, self.counter)
        self.last = self.kernel.now
        self.before = self.readings()
        self.kernel.schedule(self, self.resolution)

    def readings(self) -> dict[str, tuple[float, ...]]:
        """The areas and counts of every instance that runs, up to now."""
        now = self.kernel.now
        found: dict[str, tuple[float, ...]] = {}
        for replica in self.workload.replicas:
            if not replica.running:
                continue
            instance = replica.instance
            busy = instance.busy_until(now)
            queued = instance.queued_until(now)
            processor = instance.processor
            used = busy if processor is None else processor.used_until(now)
            left = self.counter.left_by[replica.name]
            found[replica.name] = (used, busy, queued, float(left), replica.started)
        return found

    def fire(self) -> None:
        now, start = self.kernel.now, self.last
        readings = self.readings()
        length = now - start
        samples = []
        for name, (used, busy, queued, left, started) in readings.items():
            before = self.before.get(name)
            if before is None or before[4] != started:
                # It has not run the whole round.
                continue
            samples.append(
                Sample(
                    start,
                    now,
                    name,
                    (used - before[0]) / length,
                    (busy - before[1] + queued - before[2]) / length,
                    (queued - before[2]) / length,
                    (left - before[3]) / length,
                )
            )
        found = Round(start, now, samples)
        self.counter.close(found)
        self.past.append(found)
        while self.past[0].end < now - KEPT - self.delay:
            self.past.popleft()
        self.before = readings
        self.last = now
        self.ticks += 1
        self.kernel.schedule_at(self, max(now, (self.ticks + 1) * self.resolution))

    def latest(self, now: float) -> list[Sample]:
        """The newest round that can be read; empty before the first."""
        for each in reversed(self.past):
            if each.end <= now - self.delay:
                return each.samples
        return []

    def within(self, now: float, seconds: float) -> list[Round]:
        """The rounds of the last so many seconds, the oldest first."""
        until = now - self.delay
        return [each for each in self.past if until - seconds < each.end <= until]

    def latency(self, now: float, seconds: float, share: float) -> float | None:
        """A percentile of the latencies of the last so many seconds; None if nothing left."""
        total = np.zeros(BUCKETS, dtype=np.int64)
        greatest = 0.0
        for each in self.within(now, seconds):
            total[each.buckets] += each.counts
            greatest = max(greatest, each.greatest)
        return percentile(total, share, greatest) if total.any() else None


class Counter(Watcher):
    """Counts what leaves the instances of one service, and how long it took."""

    def __init__(self, latencies: bool) -> None:
        self.wants_latencies = latencies
        self.left_by: dict[str, int] = {}
        self.seconds: list[float] = []

    def left(self, instance: Instance, attempt: Attempt) -> None:
        if attempt.site.point.edge.counted:
            self.left_by[instance.name] += 1
            if self.wants_latencies:
                self.seconds.append(instance.kernel.now - attempt.sent)

    def close(self, round_: Round) -> None:
        """The round is over: its latencies are those since the last one."""
        if not self.seconds:
            return
        values = np.array(self.seconds)
        self.seconds.clear()
        counts = np.bincount(buckets_of(values), minlength=BUCKETS)
        round_.buckets = np.flatnonzero(counts)
        round_.counts = counts[round_.buckets]
        round_.greatest = float(values.max())
