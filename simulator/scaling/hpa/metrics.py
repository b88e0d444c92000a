"""The metrics that a HorizontalPodAutoscaler may go by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, inf

from mypy_extensions import mypyc_attr

from simulator.scaling.hpa.pods import Pod, PodMetric
from simulator.scaling.hpa.replica_count import (
    AverageTarget,
    MetricFails,
    Proposal,
    ReplicaCount,
    UtilizationTarget,
)
from simulator.scaling.meter import Meter, Sample
from simulator.units import format_duration, format_share

MILLI = 1000.0
MICRO = 1e6


def thousandths(value: float) -> int:
    """A quantity as the controller reads it: in whole thousandths, a part of one as a whole."""
    # A float's own error is no part of a thousandth.
    return ceil(round(value * MILLI, 6))


@dataclass(frozen=True, slots=True)
class View:
    """What the controller looks at in one sync.

    Attributes:
        now: seconds.
        current: how many replicas are wanted.
        pods: all that there are, those on their way out too.
        started: when the process of each began, in seconds, by its name; infinity if it has not.
        requests: the CPU that each pod asks for, in millicores, by its name.
        meter: what was measured.
    """

    now: float
    current: int
    pods: Sequence[Pod]
    started: Mapping[str, float]
    requests: Mapping[str, int]
    meter: Meter


@mypyc_attr(allow_interpreted_subclasses=True)
class HpaMetric:
    """One entry of the list of metrics, with its target."""

    def proposal(self, count: ReplicaCount, view: View) -> Proposal:
        """How many replicas it asks for.

        Raises:
            MetricFails: if there is nothing to go by.
        """
        raise NotImplementedError

    def told(self, usage: int) -> str:
        """What was measured, and the target, as a person would say it."""
        raise NotImplementedError


def measured(view: View, value_of: Callable[[Sample], float]) -> dict[str, PodMetric]:
    """What the pods did in the last round, by their names.

    What was measured of a pod, or of a process, that is there no more has gone with it.
    """
    return {
        sample.instance: PodMetric(
            thousandths(value_of(sample)), sample.end, sample.end - sample.start
        )
        for sample in view.meter.latest(view.now)
        if view.started.get(sample.instance, inf) <= sample.start
    }


def cpu_of(sample: Sample) -> float:
    """Cores in use."""
    return sample.cpu


class CpuMetric(HpaMetric):
    """CPU in use, as a share of what the pods ask for: a Resource metric with `averageUtilization`.

    Args:
        target: a share.
    """

    def __init__(self, target: float) -> None:
        self.target = target

    def proposal(self, count: ReplicaCount, view: View) -> Proposal:
        target = UtilizationTarget(round(self.target * 100.0, 9), view.requests)
        return count.of_pods(view.now, view.current, view.pods, measured(view, cpu_of), target)

    def told(self, usage: int) -> str:
        return f"cpu at {usage}%, target {format_share(self.target)}"


class PodsMetric(HpaMetric):
    """What each pod reports of itself, on the average: a Pods metric with `averageValue`.

    Args:
        name: what it is.
        target: for each pod, on the average.
        value_of: takes it out of a sample.
    """

    def __init__(self, name: str, target: float, value_of: Callable[[Sample], float]) -> None:
        self.name = name
        self.target = target
        self.value_of = value_of

    def proposal(self, count: ReplicaCount, view: View) -> Proposal:
        target = AverageTarget(thousandths(self.target))
        metrics = measured(view, self.value_of)
        return count.of_pods(view.now, view.current, view.pods, metrics, target)

    def told(self, usage: int) -> str:
        return f"{self.name} at {usage / MILLI:.3g} an instance, target {self.target:g}"


class LatencyMetric(HpaMetric):
    """A percentile of the latency over all pods: an External metric with a `value`.

    Args:
        share: which percentile, as a share.
        target: seconds.
        window: over how many seconds it is taken.
    """

    def __init__(self, share: float, target: float, window: float) -> None:
        self.share = share
        self.target = target
        self.window = window

    def proposal(self, count: ReplicaCount, view: View) -> Proposal:
        latency = view.meter.latency(view.now, self.window, self.share)
        if latency is None:
            raise MetricFails("no metrics returned from the external metrics API")
        # Only the ratio counts; in thousandths of a second little would be left of a short one.
        target = ceil(round(self.target * MICRO, 3))
        return count.of_value(view.current, view.pods, ceil(latency * MICRO), target)

    def told(self, usage: int) -> str:
        found = format_duration(round(usage / MICRO, 4))
        return f"p{self.share * 100.0:g} at {found}, target {format_duration(self.target)}"
