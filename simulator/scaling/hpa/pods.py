"""Pods and their metrics, as the autoscaler's controller sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

PENDING: Final = 0
RUNNING: Final = 1
FAILED: Final = 2


@dataclass(frozen=True, slots=True)
class Pod:
    """What the status of a pod says.

    Attributes:
        name: its name, by which its metrics are found.
        phase: PENDING (not all of its containers have been started), RUNNING or FAILED.
        ready: whether its condition Ready is true.
        started: when a kubelet took it, in seconds.
        changed: when its condition Ready last changed, in seconds.
        deleted: whether it has been told to terminate.
    """

    name: str
    phase: int = RUNNING
    ready: bool = True
    started: float = 0.0
    changed: float = 0.0
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class PodMetric:
    """A measured value of one pod.

    Attributes:
        value: thousandths of the unit: millicores for CPU.
        end: when the window that it is the mean of ended, in seconds.
        window: how long that window was, in seconds.
    """

    value: int
    end: float = 0.0
    window: float = 0.0


@dataclass(slots=True)
class Groups:
    """The pods of a workload, by what a calculation may make of their metrics.

    Attributes:
        ready: how many count as they are.
        unready: the names of those whose metrics do not count yet.
        missing: the names of those that run and have no metric.
        ignored: the names of those that are on their way out or have failed.
    """

    ready: int = 0
    unready: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Readiness:
    """When the CPU use of a young pod says something about its load.

    A pod that starts burns CPU because it starts, not because it is asked. So, for CPU alone, the
    metric of a pod does not count while the pod is not ready in its first
    `cpu_initialization_period`, nor until one whole window has been measured since it became ready.
    Later it does not count only if the pod has never been ready, which shows in that its condition
    last changed within `initial_readiness_delay` of its start.

    Source: Kubernetes, pkg/controller/podautoscaler/replica_calculator.go, groupPods.

    Attributes:
        cpu_initialization_period: in seconds.
        initial_readiness_delay: in seconds.
    """

    cpu_initialization_period: float = 300.0
    initial_readiness_delay: float = 30.0

    def says_nothing(self, now: float, pod: Pod, metric: PodMetric) -> bool:
        """Whether the CPU use of a pod does not count yet."""
        if pod.started + self.cpu_initialization_period > now:
            return not pod.ready or metric.end < pod.changed + metric.window
        return not pod.ready and pod.started + self.initial_readiness_delay > pod.changed

    def group(
        self, now: float, pods: Sequence[Pod], metrics: Mapping[str, PodMetric], cpu: bool
    ) -> Groups:
        """Sort the pods by what may be made of their metrics."""
        groups = Groups()
        for pod in pods:
            if pod.deleted or pod.phase == FAILED:
                groups.ignored.append(pod.name)
            elif pod.phase == PENDING:
                groups.unready.append(pod.name)
            elif pod.name not in metrics:
                groups.missing.append(pod.name)
            elif cpu and self.says_nothing(now, pod, metrics[pod.name]):
                groups.unready.append(pod.name)
            else:
                groups.ready += 1
        return groups
