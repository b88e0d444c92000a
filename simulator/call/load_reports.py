"""What instances tell balancers about their load: that they are idle, or how busy they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.balancing.join_idle_queue import JoinIdleQueue, Reports
from simulator.balancing.prequal import Prequal, Prober
from simulator.call.route import Member, Route
from simulator.kernel.event import Event
from simulator.service.instance import Instance, Watcher

if TYPE_CHECKING:
    from simulator.balancing.candidate import Candidate
    from simulator.balancing.chance import Chance
    from simulator.call.attempt import Attempt
    from simulator.kernel.kernel import Kernel

SMOOTHING: Final = 0.1
"""What the latest latency counts for in an instance's estimate at its load."""


class Outstanding(Reports):
    """The names of the instances whose reports lie in some caller's queue."""

    __slots__ = ("names",)

    def __init__(self) -> None:
        self.names: set[str] = set()

    def taken(self, name: str) -> None:
        self.names.discard(name)


class IdleReports(Watcher):
    """Lets the instances of one service report to a caller, drawn at random, when they fall idle.

    A report takes `delay` seconds. An instance that is still in a caller's queue does not report
    again (Lu et al. 2011: a processor joins one I-queue).
    """

    __slots__ = ("chance", "delay", "dispatchers", "kernel", "outstanding")

    def __init__(self, kernel: Kernel, chance: Chance, delay: float) -> None:
        self.kernel = kernel
        self.chance = chance
        self.delay = delay
        self.dispatchers: list[tuple[Route, JoinIdleQueue]] = []
        self.outstanding = Outstanding()

    def left(self, instance: Instance, attempt: Attempt) -> None:
        if not instance.inside and instance.up:
            self.report(instance)

    def report(self, instance: Instance) -> None:
        """An instance has nothing to do."""
        if instance.name in self.outstanding.names:
            return
        self.outstanding.names.add(instance.name)
        chosen = self.chance.below(len(self.dispatchers))
        report = IdleReport(self, instance, chosen)
        if self.delay > 0.0:
            self.kernel.schedule(report, self.delay)
        else:
            report.fire()


class IdleReport(Event):
    """A report on its way to a caller."""

    __slots__ = ("chosen", "instance", "reports")

    def __init__(self, reports: IdleReports, instance: Instance, chosen: int) -> None:
        super().__init__()
        self.reports = reports
        self.instance = instance
        self.chosen = chosen

    def fire(self) -> None:
        route, balancer = self.reports.dispatchers[self.chosen]
        for member in route.members:
            if member.instance is self.instance:
                balancer.idle(member)
                return
        # This caller does not know the instance: the report is lost.
        self.reports.outstanding.taken(self.instance.name)


class LoadEstimate(Watcher):
    """What the instances of one service know of their own latency, by how busy they were.

    For each number of requests in flight a moving average of the latencies of those that left at
    that number, as Prequal's servers keep.
    """

    __slots__ = ("estimates",)

    def __init__(self) -> None:
        self.estimates: dict[str, dict[int, float]] = {}

    def left(self, instance: Instance, attempt: Attempt) -> None:
        by_load = self.estimates.setdefault(instance.name, {})
        load = len(instance.inside) + 1
        seconds = instance.kernel.now - attempt.sent
        before = by_load.get(load)
        by_load[load] = seconds if before is None else before + SMOOTHING * (seconds - before)

    def expected(self, instance: Instance) -> float:
        """The latency to be expected at the present load: that of the nearest load there was."""
        by_load = self.estimates.get(instance.name)
        if not by_load:
            return 0.0
        load = len(instance.inside) + 1
        nearest = min(by_load, key=lambda known: (abs(known - load), known))
        return by_load[nearest]


class LoadProber(Prober):
    """Carries one caller's probes; a message takes `delay` seconds each way, beside the distance."""

    __slots__ = ("delay", "estimate", "kernel")

    def __init__(self, kernel: Kernel, estimate: LoadEstimate, delay: float) -> None:
        self.kernel = kernel
        self.estimate = estimate
        self.delay = delay

    def probe(self, balancer: Prequal, candidate: Candidate) -> None:
        probe = LoadProbe(self, balancer, candidate)
        self.kernel.schedule(probe, self.way(candidate))

    def way(self, candidate: Candidate) -> float:
        """Seconds that a message to or from an instance takes."""
        assert isinstance(candidate, Member)
        return self.delay + candidate.distance.seconds


class LoadProbe(Event):
    """One probe, on its way to an instance and then back."""

    __slots__ = ("asked", "balancer", "candidate", "in_flight", "prober", "seconds")

    def __init__(self, prober: LoadProber, balancer: Prequal, candidate: Candidate) -> None:
        super().__init__()
        self.prober = prober
        self.balancer = balancer
        self.candidate = candidate
        self.asked = False
        self.in_flight = 0
        self.seconds = 0.0

    def fire(self) -> None:
        if self.asked:
            now = self.prober.kernel.now
            self.balancer.probed(self.candidate, now, self.in_flight, self.seconds)
            return
        member = self.candidate
        assert isinstance(member, Member)
        instance = member.instance
        if not instance.up:
            # Nothing answers.
            return
        self.asked = True
        self.in_flight = len(instance.inside)
        self.seconds = self.prober.estimate.expected(instance)
        self.prober.kernel.schedule(self, self.prober.way(member))
