"""Kubernetes: readiness, endpoints, kube-proxy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import TYPE_CHECKING

from simulator.discovery.probe import ProbeLine, Prober
from simulator.discovery.registry import Doing, Registry, RegistryServer, View

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from simulator.platform.placement import Placement
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
    node_lease_renewal: float
    node_monitor_period: float
    node_monitor_grace_period: float


class Kubernetes(Registry):
    """The way from a container to the rules by which callers reach it.

    The kubelet notices within `relist` seconds that a container has exited, and otherwise judges by
    its readiness probe. It reports to the API server; the endpoints controller takes the pod off the
    Service after `endpoints` seconds; every node's kube-proxy rewrites its rules at its next sync.
    A restarted container is listed again once its probe has succeeded. For services with `probes`
    it is these that say when an instance is ready.

    Each instance is on the node where it stands, or on one of its own where there are no nodes; its
    kubelet renews a lease. A node that has not been heard of for `node_monitor_grace_period` is not
    ready, and neither are its pods, however well they are; when it is heard of again they are what
    the kubelet says. The kubelet of a node that is down says nothing: that its containers are gone
    comes out when its lease is over.

    While no API server can be reached nothing changes: callers keep the rules that they have. Who
    has lost the connection tries again every second.

    That a lost node's pods are evicted, 300 s later, and others started elsewhere, is up to the
    platform (NodeLifecycle).

    Source: Kubernetes 1.20, pkg/kubelet/prober (period 10 s, timeout 1 s, failures 3),
    pkg/kubelet/pleg (relist 1 s), pkg/proxy/iptables (minSyncPeriod 1 s), pkg/kubelet/nodelease
    (renewed every 10 s), pkg/controller/nodelifecycle (grace period 40 s, looked for every 5 s).
    """

    settings: KubernetesSettings
    reconnect = 1.0

    def configure(
        self,
        settings: KubernetesSettings,
        line_to: Callable[[str], ProbeLine],
        placement: Placement | None,
        probed: Collection[str] = (),
    ) -> None:
        """Set the intervals, how each service's instances are probed, and on which nodes they are.

        Whether instances of the services in `probed` are ready is for their own probes to say.
        """
        self.settings = settings
        self.probed = frozenset(probed)
        self.standing = {} if placement is None else placement.standing
        self.listed = {each.name: each.up for each in self.all_instances()}
        self.pods = {each.name: Pod(self, each, line_to) for each in self.all_instances()}

    def begin(self) -> None:
        for pod in self.pods.values():
            name = pod.instance.name
            if not pod.told:
                self.every(self.settings.relist, f"relist/{name}", pod.relist)
            # Those on one node are renewed as one.
            node = self.standing[name].name if name in self.standing else name
            self.every(self.settings.node_lease_renewal, f"node/{node}", pod.renew)
            if not pod.told:
                self.env.process(pod.probing())
        self.every(self.settings.node_monitor_period, "node_monitor", self.monitor)

    def server_changed(self, server: RegistryServer) -> None:
        if server.up and sum(each.up for each in self.servers) == 1:
            # As long as nobody could be heard, silence says nothing.
            for pod in self.pods.values():
                pod.heard = self.env.now

    def monitor(self) -> None:
        """The node controller looks for nodes that have been silent for too long."""
        if not any(each.up for each in self.servers):
            return
        for pod in self.pods.values():
            if self.env.now - pod.heard > self.settings.node_monitor_grace_period:
                pod.lost = True
                self.update(pod)

    def leave(self, instance: Instance) -> None:
        # A pod that terminates is taken off at once, whatever its probe says.
        self.pods[instance.name].set_ready(False)

    def join(self, instance: Instance) -> None:
        pod = self.pods[instance.name]
        if pod.told:
            pod.set_ready(True)
        else:
            pod.replaced = True

    def lists(self, instance: Instance) -> bool:
        return self.listed[instance.name]

    def report(self, pod: Pod) -> None:
        """The kubelet tells the API server; it tries again until somebody listens."""
        name = pod.instance.name
        self.reach(
            f"status/{name}",
            self.service_of[name],
            0,
            self.reconnect,
            lambda server: self.later(self.latency + server.delay, partial(self.reported, pod)),
        )

    def reported(self, pod: Pod) -> None:
        """The API server knows the status of a pod, and that its node is there."""
        pod.heard = self.env.now
        pod.lost = False
        pod.reported = pod.ready
        self.update(pod)

    def update(self, pod: Pod) -> None:
        """The endpoints controller acts on what is known of a pod."""
        if self.listed[pod.instance.name] != pod.serving:
            self.later(self.settings.endpoints, partial(self.write, pod))

    def write(self, pod: Pod) -> None:
        """The controller writes the endpoints of a pod's service."""
        name = pod.instance.name
        if self.listed[name] == pod.serving:
            return
        self.listed[name] = pod.serving
        if not pod.serving:
            self.delisted(pod.instance)
        self.spread(self.service_of[name])

    def spread(self, service: str) -> None:
        """The endpoints of a service have changed: every node's kube-proxy hears of it."""
        for view in self.views:
            if service in view.routes:
                self.reach(
                    f"endpoints/{view.name}/{service}",
                    view.party,
                    0,
                    self.reconnect,
                    partial(self.tell, view, service),
                )

    def tell(self, view: View, service: str, server: RegistryServer) -> None:
        """A node's kube-proxy hears of a change, and acts on it at its next sync."""
        wait = self.latency + server.delay
        self.later(wait + self.until_sync(view, wait), partial(self.sync, view, service))

    def until_sync(self, view: View, wait: float) -> float:
        """Seconds until a node's kube-proxy next writes its rules, from `wait` seconds from now."""
        period = self.settings.proxy_sync
        if period <= 0.0:
            return 0.0
        offset = self.offset(f"proxy/{view.name}", period)
        heard = self.env.now + wait
        turns = ceil((heard - offset) / period)
        return max(0.0, offset + turns * period - heard)

    def sync(self, view: View, service: str) -> None:
        listed = [name for name, there in self.listed.items() if there]
        view.learn(service, self.members(service, listed), self.env.now)


class Pod(Prober):
    """One instance, as its kubelet and as the API server see it.

    Attributes:
        told: whether the probes of its service say when it is ready, and not those made here.
        ready: what the kubelet says; `streak` counts the probes in a row against it.
        replaced: whether a new container has been started that the kubelet has not seen yet.
        reported: what the API server knows of `ready`.
        heard: when the API server last heard of the node, in seconds.
        lost: whether the node has been silent for too long.
    """

    def __init__(
        self, registry: Kubernetes, instance: Instance, line_to: Callable[[str], ProbeLine]
    ) -> None:
        super().__init__()
        self.registry = registry
        self.instance = instance
        self.told = registry.service_of[instance.name] in registry.probed
        self.ready = instance.up
        self.seen_up = instance.up
        self.replaced = False
        self.reported = instance.up
        self.lost = False
        self.heard = 0.0
        self.streak = 0
        self.line = line_to(registry.service_of[instance.name])

    @property
    def serving(self) -> bool:
        """Whether the Service should lead to the pod, as far as the API server knows."""
        return self.reported and not self.lost

    @property
    def silent(self) -> bool:
        """Whether its node is down, and the kubelet with it."""
        node = self.registry.standing.get(self.instance.name)
        return node is not None and node.failures > 0

    def relist(self) -> None:
        """Look whether the container still runs; a new one is not ready until a probe says so."""
        if self.silent:
            return
        if self.seen_up and (self.replaced or not self.instance.up):
            self.streak = 0
            self.set_ready(False)
        self.replaced = False
        self.seen_up = self.instance.up

    def renew(self) -> None:
        """The kubelet renews its node's lease, if it gets through, and is asked how its pod is."""
        registry = self.registry
        server = registry.reachable(registry.service_of[self.instance.name], 0)
        if server is not None and not self.silent:
            registry.later(registry.latency + server.delay, self.renewed)

    def renewed(self) -> None:
        self.heard = self.registry.env.now
        if self.lost:
            self.registry.reported(self)

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
