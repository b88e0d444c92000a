"""Instances that become larger, or smaller, instead of more or fewer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

from simulator.kernel.event import Event
from simulator.kernel.kernel import Kernel
from simulator.platform.disruption_budget import DisruptionBudget
from simulator.platform.node_cpu import NodeShare
from simulator.platform.workload import Replica, Workload, WorkloadListener
from simulator.scaling.autoscaler import Autoscaler
from simulator.scaling.meter import Meter
from simulator.scaling.vertical.recommender import (
    Recommendation,
    Recommender,
    RecommenderSettings,
)
from simulator.scaling.vertical.updater import Sized, UpdaterSettings, evictions


@dataclass(frozen=True, slots=True)
class VerticalSettings:
    """What a user can say about a vertical autoscaler.

    Attributes:
        request: cores that an instance requests at first.
        limit: cores that it may use at first, at most; None if there is no limit.
        least, most: cores that it may request.
        interval: seconds from one look to the next.
        evicts: whether instances are evicted for the sake of a new size, or wait for their restart.
    """

    request: float
    limit: float | None
    least: float
    most: float
    interval: float
    evicts: bool
    recommender: RecommenderSettings = field(default_factory=RecommenderSettings)
    updater: UpdaterSettings = field(default_factory=UpdaterSettings)


class Vertical(Autoscaler):
    """Gives instances the CPU that they turn out to need.

    In the real world: the VerticalPodAutoscaler of Kubernetes. Its recommender watches what the
    containers use, its updater evicts pods whose requests are far off, and its admission controller
    writes the new request into the pods that take their places; a limit keeps its ratio to the
    request.

    Here: every `interval` the newest measurement of each instance becomes a sample, a request is
    recommended, and instances are evicted whose request is outside of the bounds. Each is stopped in
    good order, as one too many would be, and another takes its place at once, which has the size
    that is recommended then, and has to start. Instances that run from the start of the run have
    done so for long. A process that is started again in its place keeps its size.

    With a limit a service uses no more than that, and neither is more recommended than 15 % above
    it: a service that is far too small grows in steps.

    A disruption budget is asked before each eviction.

    Left out: memory; updates in place; a recommendation for each container of a pod.

    Source: kubernetes/autoscaler, vertical-pod-autoscaler (README, docs/components.md).

    Args:
        keep: told how many cores new instances request, so that nodes keep them for them.
        budget: how many may be taken down on purpose; None for any number.
    """

    def __init__(
        self,
        kernel: Kernel,
        workload: Workload,
        meter: Meter,
        settings: VerticalSettings,
        keep: Callable[[float], None],
        budget: DisruptionBudget | None,
    ) -> None:
        self.kernel = kernel
        self.workload = workload
        self.meter = meter
        self.settings = settings
        self.keep = keep
        self.budget = budget
        self.recommender = Recommender(settings.recommender)
        self.advice: Recommendation | None = None
        self.requests: dict[str, float] = {}
        self.seen: dict[str, float] = {}
        """When the newest sample began that is known of an instance."""
        self.looks = 0

    def begin(self) -> None:
        for replica in self.workload.replicas:
            self.requests[replica.name] = self.settings.request
        self.workload.listeners.append(Sizing(self))
        self.meter.begin()
        self.kernel.agenda.add(Look(self), self.settings.interval)

    def look(self) -> None:
        """See what was used, and act on it."""
        now = self.kernel.now
        for sample in self.meter.latest(now):
            if sample.start > self.seen.get(sample.instance, -inf):
                self.seen[sample.instance] = sample.start
                request = self.requests[sample.instance]
                self.recommender.add(sample.start, sample.cpu, request)
        advice = self.recommender.recommend()
        if advice is not None:
            self.advice = advice.within(self.settings.least, self.settings.most)
            if self.settings.evicts:
                self.update(self.advice)

    def update(self, advice: Recommendation) -> None:
        """Evict whoever is to have another size."""
        workload = self.workload
        replicas = {each.name: each for each in workload.existing()}
        sized = [
            Sized(name, self.requests[name], self.kernel.now - each.started, each.running)
            for name, each in replicas.items()
        ]
        for name in evictions(sized, workload.wanted, advice, self.settings.updater):
            if not self.may_evict(replicas[name]):
                continue
            before, after = _written(self.requests[name]), _written(advice.target)
            workload.note(
                "scale", workload.service, f"{name} evicted: vertical, request {before} to {after}"
            )
            workload.stop(replicas[name])
            workload.settle()

    def may_evict(self, replica: Replica) -> bool:
        """Whether the disruption budget allows it."""
        if self.budget is None:
            return True
        healthy = [each for each in self.workload.ready() if each.running]
        return self.budget.allows(len(healthy), self.workload.wanted, replica in healthy)

    def size(self, replica: Replica) -> None:
        """An instance is asked for: it has the size that is recommended now."""
        if self.advice is None:
            return
        settings, request = self.settings, self.advice.target
        self.requests[replica.name] = request
        self.keep(request)
        instance = replica.instance
        processor = instance.processor
        assert processor is not None
        if settings.limit is not None and processor.quota is not None:
            limit = settings.limit * request / settings.request
            processor.quota.change(limit)
            instance.capacity = min(processor.all_cores, limit)
        if isinstance(processor.share, NodeShare):
            processor.share.request(request)


class Sizing(WorkloadListener):
    """Gives each instance its size before it is placed."""

    def __init__(self, scaler: Vertical) -> None:
        self.scaler = scaler

    def added(self, replica: Replica) -> None:
        self.scaler.size(replica)


class Look(Event):
    """The next look of a vertical autoscaler."""

    def __init__(self, scaler: Vertical) -> None:
        super().__init__()
        self.scaler = scaler

    def fire(self) -> None:
        scaler = self.scaler
        scaler.looks += 1
        scaler.kernel.agenda.add(self, (scaler.looks + 1) * scaler.settings.interval)
        scaler.look()


def _written(cores: float) -> str:
    """Cores as Kubernetes writes them, in thousandths."""
    return f"{cores * 1000:.0f}m"
