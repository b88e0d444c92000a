"""One machine of the platform."""

from __future__ import annotations

from math import inf

from simulator.platform.room import NOTHING, NodeKind, Request

ENDLESS = NodeKind()
"""A machine with room for any number of instances, as nodes without a size are."""


class Node:
    """A machine that instances stand on, as a node of Kubernetes.

    In the real world a node has cores and memory, some of which its own daemons take; the rest is
    allocatable, and the requests of what stands there may not exceed it.

    Here: all of `kind` is allocatable; a size that is left out is room for any number. Requests
    decide what fits, whatever instances then use.

    Left out: daemons, pods per node (110), disks, taints but for the cordon.

    Source: Kubernetes, "Nodes", "Reserve Compute Resources for System Daemons"; the field
    `spec.unschedulable` that `kubectl cordon` sets.

    Attributes:
        zone: where it is; "" for nowhere in particular.
        kind: what it has.
        instances: who stands on it: names, each with its service, in the order of their coming.
        requests: what each of them has asked for.
        cpu: millicores asked for in all.
        memory: bytes asked for in all.
        cordons: how many drains forbid that anybody is placed here.
        failures: how many faults have taken it down.
        images: what it has pulled, or is pulling, each with the time at which it is there, in seconds.
        present: whether it is part of the cluster; one that an autoscaler may add is not, at first.
        since: since when it is paid for, in seconds; infinity if it is not.
        spans: from when to when it was paid for earlier.
    """

    __slots__ = (
        "cordons",
        "counts",
        "cpu",
        "failures",
        "images",
        "instances",
        "kind",
        "memory",
        "name",
        "present",
        "requests",
        "since",
        "spans",
        "zone",
    )

    def __init__(self, name: str, zone: str, kind: NodeKind = ENDLESS) -> None:
        self.name = name
        self.zone = zone
        self.kind = kind
        self.instances: dict[str, str] = {}
        self.requests: dict[str, Request] = {}
        self.counts: dict[str, int] = {}
        self.cpu = 0
        self.memory = 0
        self.cordons = 0
        self.failures = 0
        self.images: dict[str, float] = {}
        self.present = True
        self.since = 0.0
        self.spans: list[tuple[float, float]] = []

    @property
    def open(self) -> bool:
        """Whether instances may be placed here."""
        return self.present and not self.cordons and not self.failures

    def count_of(self, service: str) -> int:
        """How many instances of a service stand here."""
        return self.counts.get(service, 0)

    # Room.

    def fits(self, request: Request) -> bool:
        """Whether what is asked for is free."""
        kind = self.kind
        if kind.cpu is not None and self.cpu + request.cpu > kind.cpu:
            return False
        return kind.memory is None or self.memory + request.memory <= kind.memory

    def take(self, instance: str, service: str, request: Request = NOTHING) -> None:
        """An instance stands here from now on, and has what it asks for."""
        self.instances[instance] = service
        self.requests[instance] = request
        self.counts[service] = self.counts.get(service, 0) + 1
        self.cpu += request.cpu
        self.memory += request.memory

    def release(self, instance: str) -> None:
        """An instance stands here no more."""
        service = self.instances.pop(instance)
        request = self.requests.pop(instance)
        self.counts[service] -= 1
        self.cpu -= request.cpu
        self.memory -= request.memory

    def allocated(self, more: Request = NOTHING) -> float:
        """The share that is asked for if somebody more comes: the mean of cores and memory.

        Source: the scheduler of Kubernetes, NodeResourcesFit, which weighs both alike.
        """
        kind, shares, sizes = self.kind, 0.0, 0
        if kind.cpu is not None:
            shares += (self.cpu + more.cpu) / kind.cpu
            sizes += 1
        if kind.memory is not None:
            shares += (self.memory + more.memory) / kind.memory
            sizes += 1
        return shares / sizes if sizes else 0.0

    def utilization(self) -> float:
        """The share that is asked for, of cores or of memory, whichever is greater.

        Source: the cluster autoscaler, `scale-down-utilization-threshold`.
        """
        kind = self.kind
        cpu = 0.0 if kind.cpu is None else self.cpu / kind.cpu
        memory = 0.0 if kind.memory is None else self.memory / kind.memory
        return max(cpu, memory)

    # Coming and going.

    def order(self, now: float) -> None:
        """It has been asked for, and is paid for from now on."""
        self.since = now

    def join(self) -> None:
        """It is part of the cluster from now on."""
        self.present = True

    def leave(self, now: float) -> None:
        """It is part of the cluster no more, and nothing is left of it."""
        self.present = False
        self.images.clear()
        self.spans.append((self.since, now))
        self.since = inf

    def seconds_between(self, begin: float, end: float) -> float:
        """Seconds for which it is paid for between two moments."""
        spans = [*self.spans, (self.since, inf)]
        return sum(max(0.0, min(end, until) - max(begin, since)) for since, until in spans)
