"""Knative's autoscaler at work."""

from __future__ import annotations

from math import inf
from typing import Final

from simulator.discovery.ingress import Ingress
from simulator.kernel.event import Event
from simulator.kernel.kernel import Kernel
from simulator.platform.workload import Replica, Workload, WorkloadListener
from simulator.scaling.autoscaler import Autoscaler
from simulator.scaling.kpa.buckets import Buckets
from simulator.scaling.kpa.decider import TICK, Decider, DeciderSettings
from simulator.scaling.kpa.load import Load
from simulator.scaling.kpa.pod_autoscaler import UNKNOWN, PodAutoscaler, PodAutoscalerSettings
from simulator.service.activator import Waker

REPORT: Final = 1.0
"""Seconds from one report of the load to the next."""


class Kpa(Autoscaler):
    """Keeps as many instances of a service as its load asks for, none if nobody asks for it.

    In the real world: Knative's autoscaler collects once a second how many requests there are, from
    the proxies beside the instances and from the activator; it decides every 2 s, and at once when
    the activator hears the first request of a service that has been left alone.

    Here: the same. Reports and decisions come at whole seconds of the run, the reports first. The
    first second of a request that wakes the service counts as one request, as there.

    Left out: sampling (of many instances only some are asked); the few milliseconds that a report, a
    decision and a change of the callers' ways take; several autoscalers.

    Source: Knative Serving, pkg/autoscaler/scaling/multiscaler.go, pkg/autoscaler/metrics/collector.go,
    pkg/activator/handler/concurrency_reporter.go.

    Args:
        ingress: who leads callers to the instances or to the activator.
        load: what is counted.
        settings: of the decisions.
        bounds: of what is made of them.
        panic_window: in seconds.
        unit: what is counted, for the log.
    """

    def __init__(
        self,
        kernel: Kernel,
        workload: Workload,
        ingress: Ingress,
        load: Load,
        settings: DeciderSettings,
        bounds: PodAutoscalerSettings,
        panic_window: float,
        unit: str,
    ) -> None:
        self.kernel = kernel
        self.workload = workload
        self.ingress = ingress
        self.load = load
        self.settings = settings
        self.bounds = bounds
        self.stable = Buckets(settings.stable_window)
        self.panicky = Buckets(panic_window)
        self.unit = unit
        self.why = ""

    def begin(self) -> None:
        now, ready = self.kernel.now, len(self.workload.ready())
        self.decider = Decider(self.settings, ready, now)
        self.excess = self.decider.excess(ready, 0.0)
        self.state = PodAutoscaler(self.bounds, ready, self.excess, now)
        # A service without an instance is one that has been left alone for long.
        self.desired = UNKNOWN if ready else 0
        self.counted = self.load.total()
        self.came = self.load.activator.came
        self.announced = 0.0
        self.look = Look(self)
        self.load.activator.waker = Bell(self)
        self.load.activator.idle = True
        self.ingress.turn(self.state.proxied is not None)
        self.workload.listeners.append(Changes(self))
        Seconds(self).begin()

    # What is reported.

    def report(self, now: float) -> None:
        """A second has passed."""
        activator = self.load.activator
        total = self.load.total()
        value = total - self.counted
        self.counted = total
        silent = activator.came == self.came and value == 0.0
        self.came = activator.came
        if not silent or not activator.idle or self.workload.ready():
            self.record(now, max(value - self.announced, 0.0))
        self.announced = 0.0
        activator.idle = silent

    def record(self, now: float, value: float) -> None:
        """So much was asked in the last second."""
        self.stable.record(now, value)
        self.panicky.record(now, value)

    def woken(self) -> None:
        """Somebody asks for a service that nobody has asked for lately."""
        now = self.kernel.now
        # It is there until the next report says how long it was.
        self.record(now, 1.0)
        self.announced = 1.0
        if self.desired == 0:
            self.decide(now)

    # What is decided.

    def decide(self, now: float) -> None:
        """Decide how many instances there should be."""
        if self.stable.silent(now) and self.settings.burst >= 0.0:
            return
        stable, panic = self.stable.mean(now), self.panicky.mean(now)
        wish = self.decider.decide(now, len(self.workload.ready()), stable, panic)
        changed = wish.replicas != self.desired or (wish.excess < 0) != (self.excess < 0)
        self.desired = wish.replicas
        self.excess = wish.excess
        if changed:
            panics = ", in panic" if self.decider.panic is not None else ""
            load = f"{stable:.3g} {self.unit}, {panic:.3g} lately"
            self.why = f"{load}, target {self.settings.target:.3g}{panics}"
            self.reconcile()

    def reconcile(self) -> None:
        """Do what follows from the last decision, as things stand now."""
        now = self.kernel.now
        step = self.state.reconcile(now, self.desired, self.excess, len(self.workload.ready()))
        self.ingress.turn(self.state.proxied is not None)
        self.kernel.cancel(self.look)
        if step.again < inf:
            self.kernel.schedule(self.look, step.again)
        if step.applies:
            self.workload.scale(step.want, "kpa", self.why)

    def soon(self) -> None:
        """Something has changed: look at it in this very moment, but after what is going on."""
        self.kernel.cancel(self.look)
        self.kernel.schedule(self.look, 0.0)


class Look(Event):
    """The moment at which it looks again how things stand."""

    def __init__(self, kpa: Kpa) -> None:
        super().__init__()
        self.kpa = kpa

    def fire(self) -> None:
        self.kpa.reconcile()


class Seconds(Event):
    """The passing of seconds: each brings a report, every other a decision."""

    def __init__(self, kpa: Kpa) -> None:
        super().__init__()
        self.kpa = kpa
        self.start = kpa.kernel.now
        self.count = 0
        self.each = round(TICK / REPORT)

    def begin(self) -> None:
        """The first second begins."""
        self.kpa.kernel.schedule_at(self, self.start + (self.count + 1) * REPORT)

    def fire(self) -> None:
        now = self.kpa.kernel.now
        self.count += 1
        self.kpa.report(now)
        if self.count % self.each == 0:
            self.kpa.decide(now)
        self.begin()


class Bell(Waker):
    """Rings when somebody asks for a service that has been left alone."""

    def __init__(self, kpa: Kpa) -> None:
        self.ring = Ring(kpa)

    def woken(self) -> None:
        if not self.ring.pending:
            self.ring.kpa.kernel.schedule(self.ring, 0.0)


class Ring(Event):
    """The autoscaler hears of it, after what is going on."""

    def __init__(self, kpa: Kpa) -> None:
        super().__init__()
        self.kpa = kpa

    def fire(self) -> None:
        self.kpa.woken()


class Changes(WorkloadListener):
    """Lets the autoscaler look when an instance becomes ready, or is so no more."""

    def __init__(self, kpa: Kpa) -> None:
        self.kpa = kpa

    def became_ready(self, replica: Replica) -> None:
        self.kpa.soon()

    def became_unready(self, replica: Replica) -> None:
        self.kpa.soon()

    def stopping(self, replica: Replica) -> None:
        self.kpa.soon()
