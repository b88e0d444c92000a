"""From the registry of a scenario to the thing itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar

from simulator.call.route import Route
from simulator.discovery.consul import Consul, ConsulSettings
from simulator.discovery.dns import DnsRegistry, DnsSettings
from simulator.discovery.etcd import Etcd, EtcdSettings
from simulator.discovery.eureka import Eureka, EurekaSettings
from simulator.discovery.kubernetes import Kubernetes, KubernetesSettings
from simulator.discovery.probe import ProbeLine
from simulator.discovery.registry import Registry, View
from simulator.kernel.environment import Environment
from simulator.kernel.kernel import Kernel
from simulator.kernel.streams import Streams
from simulator.network.link import Link
from simulator.observe.ledger import Ledger
from simulator.platform.placement import Placement
from simulator.scenario.model import registry as model
from simulator.service.instance import Instance

Settings = TypeVar("Settings")
Fillers = Callable[[str, str], Callable[[int, int], list[float]]]


def make_registry(
    given: model.AnyRegistry,
    kernel: Kernel,
    ledger: Ledger,
    streams: Streams,
    instances: Mapping[str, Sequence[Instance]],
    routes: Sequence[tuple[str, str, Route]],
    fillers: Fillers,
    placement: Placement | None,
    probed: Collection[str] = (),
) -> Registry | None:
    """The registry, at work; None where there is none.

    `routes` are all the routes there are, each with its caller's party and the service it leads to;
    `placement` is who stands on which node, if there are any; `probed` are the services with probes.
    """
    if isinstance(given, model.Static):
        return None
    views: dict[str, View] = {}
    for party, service, route in routes:
        view = views.setdefault(route.caller, View(route.caller, party))
        view.routes.setdefault(service, []).append(route)
    env = Environment(kernel)
    lines: dict[str, ProbeLine] = {}

    def line_to(service: str) -> ProbeLine:
        # Whoever probes is on the instance's own node: no network lies between.
        if service not in lines:
            lines[service] = ProbeLine(kernel, ledger, "registry", service, 0.0, Link(0.0), fillers)
        return lines[service]

    common = (env, streams, instances, list(views.values()), given.replicas, given.latency)
    registry: Registry
    if isinstance(given, model.Eureka):
        eureka = Eureka(*common)
        eureka.configure(_settings(EurekaSettings, given))
        registry = eureka
    elif isinstance(given, model.Consul):
        consul = Consul(*common)
        consul.configure(_settings(ConsulSettings, given), line_to)
        registry = consul
    elif isinstance(given, model.Etcd):
        etcd = Etcd(*common)
        etcd.configure(_settings(EtcdSettings, given))
        registry = etcd
    elif isinstance(given, model.Kubernetes):
        kubernetes = Kubernetes(*common)
        settings = _settings(KubernetesSettings, given)
        kubernetes.configure(settings, line_to, placement, probed)
        registry = kubernetes
    else:
        dns = DnsRegistry(*common)
        dns.configure(_settings(DnsSettings, given), line_to)
        registry = dns
    registry.begin()
    return registry


def _settings(kind: type[Settings], given: model.Registry) -> Settings:
    """The settings of a registry's own."""
    names = kind.__dataclass_fields__  # type: ignore[attr-defined]
    return kind(**{name: getattr(given, name) for name in names})
