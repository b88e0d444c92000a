"""The controller of the HorizontalPodAutoscaler."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.kernel.kernel import Kernel
from simulator.platform.room import millicores
from simulator.platform.workload import (
    ABSENT,
    RUNNING,
    STOPPING,
    Replica,
    Workload,
    WorkloadListener,
)
from simulator.scaling.hpa import pods
from simulator.scaling.hpa.metrics import HpaMetric, View
from simulator.scaling.hpa.normalizer import WITHIN, Normalizer
from simulator.scaling.hpa.replica_count import MetricFails, ReplicaCount
from simulator.scaling.meter import Meter
from simulator.scaling.periodic import Periodic
from simulator.service.instance import Instance


class Hpa(Periodic):
    """Keeps what is measured of a service near a target by the number of its instances.

    In the real world: the HorizontalPodAutoscaler of Kubernetes, autoscaling/v2. Every 15 s its
    controller asks the metrics API for what was measured last, and each metric for a number of
    replicas; the largest counts. If one of the metrics fails, the others may still add replicas, but
    none is taken away. What comes out is held back by the behaviour and by the bounds, and is written
    into the Deployment. Which pods are ready matters only for what their metrics are worth.

    Here: the same. The first sync comes one period after the start, and what was measured is as old
    as the meter makes it. A pod is Pending until its process runs for the first time, and starts
    when it is asked for. Of a pod only such rounds are known as it ran from end to end; metrics-server
    makes do with less.

    Left out: memory and the resources of single containers; the autoscalers of several workloads
    share no queue.

    Source: Kubernetes, pkg/controller/podautoscaler/horizontal.go, reconcileAutoscaler and
    computeReplicasForMetrics.

    Args:
        meter: what measures the service.
        request: the cores that each instance asks for; 0 for as many as it has.
        metrics: what it goes by.
        count: what makes numbers of replicas of them.
        normalizer: what holds it back.
        minimum: the fewest replicas.
        maximum: the most replicas.
        sync: seconds from one look to the next.
    """

    def __init__(
        self,
        kernel: Kernel,
        workload: Workload,
        meter: Meter,
        request: float,
        metrics: Sequence[HpaMetric],
        count: ReplicaCount,
        normalizer: Normalizer,
        minimum: int,
        maximum: int,
        sync: float,
    ) -> None:
        super().__init__(kernel, sync)
        self.workload = workload
        self.meter = meter
        self.request = request
        self.metrics = metrics
        self.count = count
        self.normalizer = normalizer
        self.minimum = minimum
        self.maximum = maximum
        self.changes = ReadinessChanges(workload)

    def begin(self) -> None:
        for replica in self.workload.replicas:
            self.changes.changed[replica.name] = replica.ready_since if replica.ready else 0.0
        self.workload.listeners.append(self.changes)
        self.meter.begin()
        super().begin()

    def look(self, now: float) -> None:
        current = self.workload.wanted
        self.normalizer.begin(now, current)
        if current == 0 and self.minimum > 0:
            # Somebody has switched it off.
            return
        if current > self.maximum:
            self.rescale(now, self.maximum, "more than the maximum")
        elif current < self.minimum:
            self.rescale(now, self.minimum, "fewer than the minimum")
        else:
            desired, why = self.desired(now, current)
            if desired >= 0:
                made = self.normalizer.normalize(now, current, desired, self.minimum, self.maximum)
                held = "" if made.reason == WITHIN else f"; {made.reason}"
                self.rescale(now, made.replicas, why + held)

    def desired(self, now: float, current: int) -> tuple[int, str]:
        """How many replicas the metrics ask for, and which of them does; -1 if nothing may be done."""
        view = self.view(now, current)
        replicas, why, failed = 0, "", 0
        for metric in self.metrics:
            try:
                found = metric.proposal(self.count, view)
            except MetricFails:
                failed += 1
                continue
            if replicas == 0 or found.replicas > replicas:
                replicas, why = found.replicas, metric.told(found.usage)
        if failed == len(self.metrics) or (failed and replicas < current):
            return -1, ""
        return replicas, why

    def rescale(self, now: float, wanted: int, why: str) -> None:
        """From now on so many are wanted."""
        before = self.workload.wanted
        if wanted != before:
            self.workload.scale(wanted, "hpa", why)
            self.normalizer.scaled(now, before, wanted)

    def view(self, now: float, current: int) -> View:
        """What there is to be seen now."""
        replicas = [each for each in self.workload.replicas if each.phase != ABSENT]
        return View(
            now,
            current,
            [self.pod_of(each) for each in replicas],
            {each.name: each.started for each in replicas},
            {each.name: millicores(self.requested(each.instance)) for each in replicas},
            self.meter,
        )

    def requested(self, instance: Instance) -> float:
        """The cores that an instance asks for, or all that it has; its slots where it has no cores."""
        if self.request > 0.0 and instance.processor is not None:
            return self.request
        return instance.capacity

    def pod_of(self, replica: Replica) -> pods.Pod:
        """A replica as its pod."""
        deleted = replica.phase == STOPPING
        begun = replica.phase == RUNNING or replica.restarts > 0
        return pods.Pod(
            replica.name,
            pods.RUNNING if deleted or begun else pods.PENDING,
            replica.ready,
            min(replica.asked, replica.started),
            self.changes.changed[replica.name],
            deleted,
        )


class ReadinessChanges(WorkloadListener):
    """When the replicas last became ready, or ceased to be, in seconds, by their names."""

    def __init__(self, workload: Workload) -> None:
        self.kernel = workload.kernel
        self.changed: dict[str, float] = {}

    def added(self, replica: Replica) -> None:
        self.changed[replica.name] = self.kernel.now

    def became_ready(self, replica: Replica) -> None:
        self.changed[replica.name] = self.kernel.now

    def became_unready(self, replica: Replica) -> None:
        self.changed[replica.name] = self.kernel.now
