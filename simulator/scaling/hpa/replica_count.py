"""How many replicas one metric asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, inf

from simulator.scaling.hpa.pods import RUNNING, Pod, PodMetric, Readiness


class MetricFails(Exception):
    """Nothing can be said from a metric; `str()` of it says why."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one metric asks for.

    Attributes:
        replicas: how many there should be.
        usage: what was measured: per cent of the requests for a utilization, else thousandths of the unit
            (per pod, unless the target is a `Value`).
    """

    replicas: int
    usage: int


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far the ratio of what is measured to the target may be from 1 without anything happening.

    Attributes:
        up: how far above 1, as a share.
        down: how far below 1, as a share.
    """

    up: float = 0.1
    down: float = 0.1

    def holds(self, ratio: float) -> bool:
        """Whether a ratio is too near to 1 to act on."""
        return 1.0 - self.down <= ratio <= 1.0 + self.up


class PodTarget:
    """A target for a metric that each pod has.

    Attributes:
        cpu: whether it is CPU, whose use by young pods says nothing.
    """

    __slots__ = ("cpu",)

    def __init__(self, cpu: bool) -> None:
        self.cpu = cpu

    def usage(self, levels: Mapping[str, int]) -> int:
        """What is measured over these pods, a whole number as in the original.

        Raises:
            MetricFails: if none of the pods is known.
        """
        raise NotImplementedError

    def ratio(self, usage: int) -> float:
        """What is measured as a multiple of the target."""
        raise NotImplementedError

    def presumed(self, pod: str) -> int:
        """What a pod without a metric is taken to use when there would be fewer."""
        raise NotImplementedError


class UtilizationTarget(PodTarget):
    """A target for what is used as a share of what is requested: `averageUtilization`.

    The share is taken of the sums, and cut to whole per cent.

    Args:
        target: per cent.
        requests: what each pod asks for, in thousandths: millicores for CPU.
        cpu: whether it is CPU.
    """

    __slots__ = ("requests", "target")

    def __init__(self, target: float, requests: Mapping[str, int], cpu: bool = True) -> None:
        super().__init__(cpu)
        self.target = target
        self.requests = requests

    def usage(self, levels: Mapping[str, int]) -> int:
        known = [pod for pod in levels if pod in self.requests]
        requested = sum([self.requests[pod] for pod in known])
        if requested == 0:
            raise MetricFails("no metrics returned matched known pods")
        return sum([levels[pod] for pod in known]) * 100 // requested

    def ratio(self, usage: int) -> float:
        return usage / self.target

    def presumed(self, pod: str) -> int:
        # All that it asks for, or as much as is aimed at, if that is more.
        return int(self.requests[pod] * max(100.0, self.target) / 100.0)


class AverageTarget(PodTarget):
    """A target for the mean over the pods: `averageValue` of a Pods metric.

    Args:
        target: thousandths of the unit, per pod.
    """

    __slots__ = ("target",)

    def __init__(self, target: int) -> None:
        super().__init__(False)
        self.target = target

    def usage(self, levels: Mapping[str, int]) -> int:
        return sum(levels.values()) // len(levels)

    def ratio(self, usage: int) -> float:
        return usage / self.target

    def presumed(self, pod: str) -> int:
        return self.target


@dataclass(frozen=True, slots=True)
class ReplicaCount:
    """How many replicas a metric asks for, by the replica calculator of the HPA.

    In the real world: the controller divides what is measured by the target, and asks for as many
    times the ready pods, rounded up, unless the ratio is within the tolerance. It is wary of what
    it does not know. Pods without a metric are taken to use nothing when there would be more, and
    all that they ask for (or exactly the target) when there would be fewer; pods that are not
    ready yet are taken to use nothing when there would be more, and are left out otherwise. If
    with that the ratio is within the tolerance, or on the other side of 1, or the number that
    comes out lies on the other side of the current one, nothing changes.

    Here: as in Kubernetes 1.33. It differs from 1.20 in that each direction may have a tolerance of
    its own; that a Pods metric too never moves the number against its ratio (during a surge); that
    pods without a metric are filled in only if the ratio is not 1, and with the target if that is
    above 100 % (pull request 112178); and that the metrics of pods on their way out are dropped.

    Source: Kubernetes, pkg/controller/podautoscaler/replica_calculator.go and metrics/utilization.go.

    Attributes:
        tolerance: how near to the target is near enough.
        readiness: when the CPU use of a pod counts.
    """

    tolerance: Tolerance = field(default_factory=Tolerance)
    readiness: Readiness = field(default_factory=Readiness)

    def of_pods(
        self,
        now: float,
        current: int,
        pods: Sequence[Pod],
        metrics: Mapping[str, PodMetric],
        target: PodTarget,
    ) -> Proposal:
        """For a metric that each pod has: Resource (of all containers) and Pods.

        Args:
            now: seconds.
            current: how many replicas are wanted.
            pods: all that there are, those on their way out too.
            metrics: what was measured, by the names of pods.
            target: what is aimed at.

        Raises:
            MetricFails: if there is no metric to go by.
        """
        if not metrics:
            raise MetricFails("no metrics returned from the metrics API")
        if not pods:
            raise MetricFails("no pods returned by selector while calculating replica count")
        groups = self.readiness.group(now, pods, metrics, target.cpu)
        levels = {pod: metric.value for pod, metric in metrics.items()}
        for pod in groups.ignored + groups.unready:
            levels.pop(pod, None)
        if not levels:
            raise MetricFails("did not receive metrics for targeted pods (pods might be unready)")
        usage = target.usage(levels)
        ratio = target.ratio(usage)
        more_with_unready = ratio > 1.0 and len(groups.unready) > 0
        if not more_with_unready and not groups.missing:
            if self.tolerance.holds(ratio):
                return Proposal(current, usage)
            return Proposal(ceil(ratio * groups.ready), usage)

        if ratio != 1.0:
            for pod in groups.missing:
                levels[pod] = target.presumed(pod) if ratio < 1.0 else 0
        if more_with_unready:
            for pod in groups.unready:
                levels[pod] = 0
        wary = target.ratio(target.usage(levels))
        if self.tolerance.holds(wary) or ratio < 1.0 < wary or wary < 1.0 < ratio:
            return Proposal(current, usage)
        replicas = ceil(wary * len(levels))
        if (wary < 1.0 and replicas > current) or (wary > 1.0 and replicas < current):
            return Proposal(current, usage)
        return Proposal(replicas, usage)

    def of_value(self, current: int, pods: Sequence[Pod], usage: int, target: int) -> Proposal:
        """For a `Value` of an Object or External metric: the ready pods, times the ratio.

        From none, there should be as many as the ratio says: nobody is there to be multiplied.

        Args:
            current: how many replicas are wanted.
            pods: all that there are.
            usage: what is measured, in thousandths of the unit.
            target: what is aimed at, in the same.

        Raises:
            MetricFails: if there are no pods at all where there should be some.
        """
        ratio = usage / target
        if current == 0:
            return Proposal(ceil(ratio), usage)
        if self.tolerance.holds(ratio):
            return Proposal(current, usage)
        if not pods:
            raise MetricFails("no pods returned by selector while calculating replica count")
        ready = sum([pod.phase == RUNNING and pod.ready for pod in pods])
        return Proposal(ceil(ratio * ready), usage)

    def of_average(self, existing: int, usage: int, target: int) -> Proposal:
        """For an `AverageValue` of an Object or External metric: what is there, by the share of each.

        Args:
            existing: how many replicas there are, ready or not.
            usage: what is measured in all, in thousandths of the unit.
            target: what is aimed at for each pod, in the same.
        """
        ratio = usage / (target * existing) if existing else inf
        replicas = existing if self.tolerance.holds(ratio) else ceil(usage / target)
        return Proposal(replicas, ceil(usage / existing) if existing else usage)
