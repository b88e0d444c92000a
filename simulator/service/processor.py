"""The cores of an instance, and how the requests that compute share them."""

from __future__ import annotations

from collections import deque
from heapq import heapify, heappop, heappush
from math import inf
from typing import TYPE_CHECKING, Final

from mypy_extensions import mypyc_attr

from simulator.kernel.event import Event

if TYPE_CHECKING:
    from simulator.kernel.kernel import Kernel
    from simulator.service.cpu_quota import CpuQuota
    from simulator.service.strand import Strand

NEXT_TO_NOTHING: Final = 1e-9
"""The part of its cores that is left to a processor of which all are stolen."""


@mypyc_attr(allow_interpreted_subclasses=True)
class CoreShare:
    """What a processor may use of cores that others want too."""

    def wants(self, cores: float) -> float:
        """It would use so many from now on; returns how many it may, infinite for all of them.

        If that changes later, the processor is told to `renew`.
        """
        raise NotImplementedError


@mypyc_attr(allow_interpreted_subclasses=True)
class Processor(Event):
    """`cores` cores; a piece of work of one second keeps one whole core busy for one second.

    `cores` is what is left of `all_cores` when those are taken that `stolen` has. Of these it may
    use what `quota` and `share` allow, if it has any.

    `used_area` and `used` give the core-seconds in use up to now as `used_area + used * now`.
    """

    __slots__ = (
        "all_cores",
        "cores",
        "kernel",
        "quota",
        "share",
        "stolen",
        "used",
        "used_area",
    )

    def __init__(self, kernel: Kernel, cores: float) -> None:
        super().__init__()
        self.kernel = kernel
        self.cores = cores
        self.all_cores = cores
        self.stolen: list[float] = []
        self.used = 0.0
        self.used_area = 0.0
        self.quota: CpuQuota | None = None
        self.share: CoreShare | None = None

    def execute(self, strand: Strand, amount: float) -> None:
        """Work `amount` core-seconds for `strand`, then wake it."""
        raise NotImplementedError

    def drop(self, strand: Strand) -> float:
        """Stop working for `strand`; returns the core-seconds left undone, -1 if it was not here."""
        raise NotImplementedError

    def clear(self) -> None:
        """Stop all work."""
        raise NotImplementedError

    def stretch(self, factor: float) -> None:
        """What is still to be done of the work at hand takes `factor` times as long."""
        raise NotImplementedError

    def steal(self, cores: float) -> None:
        """So many cores are gone from now on; several thefts add up."""
        self.stolen.append(cores)
        self.resize(max(0.0, self.all_cores - sum(self.stolen)))

    def give_back(self, cores: float) -> None:
        """One of the thefts is over; with the last of them all cores are there, exactly."""
        self.stolen.remove(cores)
        self.resize(max(0.0, self.all_cores - sum(self.stolen)))

    def resize(self, cores: float) -> None:
        """There are so many cores from now on, for the work at hand too."""
        raise NotImplementedError

    def renew(self) -> None:
        """What it may use of its cores has changed, or may have."""
        raise NotImplementedError

    def allowed(self, wanted: float) -> float:
        """How many cores it may use from now on, if it would use `wanted`; infinite for all."""
        quota = self.quota
        standing = quota is not None and not quota.lets(wanted)
        share = self.share
        # While it stands still its part is for others.
        part = inf if share is None else share.wants(0.0 if standing else wanted)
        return 0.0 if standing else part

    def occupy(self, used: float) -> None:
        """From now on `used` cores are busy."""
        self.used_area += (self.used - used) * self.kernel.now
        self.used = used
        if self.quota is not None:
            self.quota.runs(used)

    def used_until(self, now: float) -> float:
        """Core-seconds in use from the start to `now`."""
        return self.used_area + self.used * now


class SharedProcessor(Processor):
    """Processor sharing: n requests that compute each run at speed min(1, cores / n).

    The limit of an operating system's fair scheduler as its time slice shrinks. Its mean response
    time for one core is E[S]/(1 - load), whatever the distribution of work, which is why short
    requests do not suffer behind long ones (Kleinrock, Queueing Systems II, 1976, section 4.4).

    All requests advance alike, so a request that needs `amount` more is through when the common
    progress has grown by `amount`: a heap ordered by that point, and one event for the first of
    them. Logarithmic time in the number that compute.
    """

    __slots__ = ("arrivals", "jobs", "progress", "speed", "updated")

    def __init__(self, kernel: Kernel, cores: float) -> None:
        super().__init__(kernel, cores)
        self.jobs: list[tuple[float, int, Strand]] = []
        self.arrivals = 0
        self.progress = 0.0
        self.speed = min(1.0, cores)
        self.updated = 0.0

    def execute(self, strand: Strand, amount: float) -> None:
        self.advance()
        self.arrivals += 1
        heappush(self.jobs, (self.progress + amount, self.arrivals, strand))
        self.aim()

    def fire(self) -> None:
        self.advance()
        point, _, strand = heappop(self.jobs)
        # Rounding may have left it a hair's breadth away.
        self.progress = point
        self.aim()
        strand.fire()

    def drop(self, strand: Strand) -> float:
        for place, job in enumerate(self.jobs):
            if job[2] is strand:
                self.advance()
                left = max(0.0, job[0] - self.progress)
                del self.jobs[place]
                heapify(self.jobs)
                self.aim()
                return left
        return -1.0

    def clear(self) -> None:
        self.advance()
        self.jobs.clear()
        self.aim()

    def stretch(self, factor: float) -> None:
        self.advance()
        stretched: list[tuple[float, int, Strand]] = []
        for point, order, strand in self.jobs:
            left = point - self.progress
            strand.worked += left * (factor - 1.0)
            stretched.append((self.progress + left * factor, order, strand))
        self.jobs = stretched
        self.aim()

    def resize(self, cores: float) -> None:
        self.advance()
        # At no speed at all the next to be through would never be.
        self.cores = max(cores, self.all_cores * NEXT_TO_NOTHING)
        self.aim()

    def renew(self) -> None:
        self.advance()
        self.aim()

    def advance(self) -> None:
        """Bring the common progress up to now."""
        now = self.kernel.now
        self.progress += (now - self.updated) * self.speed
        self.updated = now

    def aim(self) -> None:
        """Set the speed for those who now compute, and wait for the first to be through."""
        kernel = self.kernel
        kernel.cancel(self)
        computing = len(self.jobs)
        if computing == 0:
            self.progress = 0.0
            self.speed = min(1.0, self.cores)
            if self.quota is not None or self.share is not None:
                self.allowed(0.0)
            self.occupy(0.0)
            return
        cores = self.cores
        if self.quota is not None or self.share is not None:
            cores = min(cores, self.allowed(min(float(computing), cores)))
            if cores == 0.0:
                self.speed = 0.0
                self.occupy(0.0)
                return
        self.speed = min(1.0, cores / computing)
        self.occupy(min(float(computing), cores))
        kernel.schedule(self, max(0.0, (self.jobs[0][0] - self.progress) / self.speed))


class Burst(Event):
    """A piece of work that has a core to itself.

    `left` is what was left of it when it last began to wait for its core, in core-seconds.
    """

    __slots__ = ("left", "processor", "strand")

    def __init__(self, processor: FcfsProcessor, strand: Strand, left: float) -> None:
        super().__init__()
        self.processor = processor
        self.strand = strand
        self.left = left

    def fire(self) -> None:
        self.processor.through(self)


class FcfsProcessor(Processor):
    """First come, first served: each piece of work has a core to itself until it is through.

    What worker threads pinned to cores do, or an event loop, whose callbacks are never interrupted:
    a long piece of work holds up the short ones behind it.

    Where it may not use all the cores that it has work for, what runs on them runs at `pace`, at
    equal parts of the speed.
    """

    __slots__ = ("pace", "running", "waiting")

    def __init__(self, kernel: Kernel, cores: float) -> None:
        super().__init__(kernel, cores)
        self.pace = 1.0
        self.running: dict[Strand, Burst] = {}
        self.waiting: deque[tuple[Strand, float]] = deque()

    def execute(self, strand: Strand, amount: float) -> None:
        if len(self.running) < self.cores:
            burst = Burst(self, strand, amount)
            self.running[strand] = burst
            self.settle()
            if not burst.pending and self.pace > 0.0:
                self.kernel.schedule(burst, amount / self.pace)
        else:
            self.waiting.append((strand, amount))

    def through(self, burst: Burst) -> None:
        """A core is free."""
        del self.running[burst.strand]
        self.next()
        burst.strand.fire()

    def next(self) -> None:
        """Give a free core to the first who waits for one."""
        self.settle()
        if self.waiting and len(self.running) < self.cores:
            strand, amount = self.waiting.popleft()
            self.execute(strand, amount)

    def resize(self, cores: float) -> None:
        # Whoever has a core keeps it to the end of its work.
        self.cores = cores
        while self.waiting and len(self.running) < cores:
            self.next()

    def renew(self) -> None:
        self.settle()

    def settle(self) -> None:
        """So many have a core now: find out how fast they are."""
        busy = float(len(self.running))
        if self.quota is None and self.share is None:
            self.occupy(busy)
            return
        granted = self.allowed(busy)
        pace = 1.0 if granted >= busy else granted / busy
        if pace != self.pace:
            for burst in self.running.values():
                if burst.pending:
                    self.pause(burst)
                if pace > 0.0:
                    self.kernel.schedule(burst, burst.left / pace)
            self.pace = pace
        self.occupy(busy * pace)

    def pause(self, burst: Burst) -> None:
        """Let a piece of work go no further."""
        burst.left = (burst.time - self.kernel.now) * self.pace
        self.kernel.cancel(burst)

    def drop(self, strand: Strand) -> float:
        burst = self.running.get(strand)
        if burst is not None:
            if burst.pending:
                self.pause(burst)
            del self.running[strand]
            self.next()
            return burst.left
        for place, (waiting, amount) in enumerate(self.waiting):
            if waiting is strand:
                del self.waiting[place]
                return amount
        return -1.0

    def clear(self) -> None:
        for burst in self.running.values():
            self.kernel.cancel(burst)
        self.running.clear()
        self.waiting.clear()
        self.settle()

    def stretch(self, factor: float) -> None:
        for strand, burst in self.running.items():
            going = burst.pending
            if going:
                self.pause(burst)
            strand.worked += burst.left * (factor - 1.0)
            burst.left *= factor
            if going:
                self.kernel.schedule(burst, burst.left / self.pace)
        waiting: deque[tuple[Strand, float]] = deque()
        for strand, amount in self.waiting:
            strand.worked += amount * (factor - 1.0)
            waiting.append((strand, amount * factor))
        self.waiting = waiting
