"""Kubernetes: readiness, endpoints, kube-proxy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import TYPE_CHECKING

from simulator.discovery.probe import ProbeLine, Prober
from simulator.discovery.registry import Doing, Registry, View

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.service.instance import Instance


@dataclass(frozen=True, slots=True)
class KubernetesSettings:
    """Times in seconds, under the names of the probe's fields where there are any."""

    period: float
    timeout: float
    failure_threshold: int
    success_threshold: int
    relist: float
    endpoints: float
    proxy_sync: float


class Kubernetes(Registry):
    """The way from a container to the rules by which callers reach it.

    The kubelet notices within `relist` seconds that a container has exited, and otherwise judges by
    its readiness probe. It reports to the API server; the endpoints controller takes the pod off the
    Service after `endpoints` seconds; every node's kube-proxy rewrites its rules at its next sync.
    A restarted container is listed again once its probe has succeeded.

    While no API server can be reached nothing changes: callers keep the rules that they have.

    Source: Kubernetes 1.20, pkg/kubelet/prober (period 10 s, timeout 1 s, failures 3),
    pkg/kubelet/pleg (relist 1 s), pkg/proxy/iptables (minSyncPeriod 1 s).
    """

    def configure(self, settings: KubernetesSettings, line_to: Callable[[str], ProbeLine]) -> None:
        """Set the intervals, and how each service's instances are probed."""
        self.settings = settings
        self.listed = {each.name: True for each in self.all_instances()}
        self.pods = {each.name: Pod(self, each, line_to) for each in self.all_instances()}

    def begin(self) -> None:
        for pod in self.pods.values():
            self.every(self.settings.relist, f"relist/{pod.instance.name}", pod.relist)
            self.env.process(pod.probing())

    def leave(self, instance: Instance) -> None:
        # A pod that terminates is taken off at once, whatever its probe says.
        self.pods[instance.name].set_ready(False)

    def lists(self, instance: Instance) -> bool:
        return self.listed[instance.name]

    def report(self, pod: Pod) -> None:
        """The kubelet tells the API server; it tries again until somebody listens."""
        ready = pod.ready

        def telling() -> Doing:
            while self.reachable("kubelet", 0) is None:
                yield self.env.timeout(1.0)
            server = self.reachable("kubelet", 0)
            slow = 0.0 if server is None else server.delay
            yield self.env.timeout(self.latency + slow + self.settings.endpoints)
            if pod.ready == ready and self.listed[pod.instance.name] != ready:
                self.listed[pod.instance.name] = ready
                if not ready:
                    self.delisted(pod.instance)
                self.spread(self.service_of[pod.instance.name])

        self.env.process(telling())

    def spread(self, service: str) -> None:
        """The endpoints of a service have changed: every node's kube-proxy hears of it."""
        for view in self.views:
            if service not in view.routes:
                continue
            if self.reachable(view.party, 0) is None:
                continue
            self.later(self.latency + self.until_sync(view), partial(self.sync, view, service))

    def until_sync(self, view: View) -> float:
        """Seconds until a node's kube-proxy next writes its rules."""
        period = self.settings.proxy_sync
        if period <= 0.0:
            return 0.0
        offset = self.offset(f"proxy/{view.name}", period)
        turns = ceil((self.env.now - offset) / period)
        return max(0.0, offset + turns * period - self.env.now)

    def sync(self, view: View, service: str) -> None:
        listed = [name for name, there in self.listed.items() if there]
        view.learn(service, self.members(service, listed), self.env.now)


class Pod(Prober):
    """What the kubelet knows of one instance; `streak` counts probes in a row against `ready`."""

    def __init__(
        self, registry: Kubernetes, instance: Instance, line_to: Callable[[str], ProbeLine]
    ) -> None:
        super().__init__()
        self.registry = registry
        self.instance = instance
        self.ready = True
        self.seen_up = True
        self.streak = 0
        self.line = line_to(registry.service_of[instance.name])

    def relist(self) -> None:
        """Look whether the container still runs."""
        if self.seen_up and not self.instance.up:
            self.streak = 0
            self.set_ready(False)
        self.seen_up = self.instance.up

    def probing(self) -> Doing:
        """Probe the container's readiness every period."""
        settings, registry = self.registry.settings, self.registry
        yield registry.env.timeout(
            registry.offset(f"readiness/{self.instance.name}", settings.period)
        )
        while True:
            if self.instance.up:
                self.line.send(self, self.instance, settings.timeout)
            yield registry.env.timeout(settings.period)

    def probed(self, instance: Instance, well: bool) -> None:
        if well == self.ready or not self.registry.present(instance):
            self.streak = 0
            return
        self.streak += 1
        settings = self.registry.settings
        if self.streak >= (settings.success_threshold if well else settings.failure_threshold):
            self.streak = 0
            self.set_ready(well)

    def set_ready(self, ready: bool) -> None:
        """From now on the pod is ready, or not."""
        if ready != self.ready:
            self.ready = ready
            self.registry.report(self)
