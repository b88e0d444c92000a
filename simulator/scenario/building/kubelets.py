"""From the probes of a service to the kubelet that makes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from simulator.discovery.probe import ProbeLine
from simulator.network.link import Link
from simulator.observe.ledger import Ledger
from simulator.platform.back_off import BackOff
from simulator.platform.kubelet import NAMES, Kubelet, Watched
from simulator.platform.probe_worker import LIVENESS, READINESS, STARTUP, ProbeSettings
from simulator.platform.workload import Replica, Workload
from simulator.scenario.faults.reach import Reach
from simulator.scenario.model import probes as model
from simulator.scenario.model.registry import Kubernetes
from simulator.scenario.model.scenario import Scenario

Fillers = Callable[[str, str], Callable[[int, int], list[float]]]


class KubeletMaker:
    """Makes the kubelets of those services that have probes."""

    def __init__(self, scenario: Scenario, reach: Reach, ledger: Ledger, fillers: Fillers) -> None:
        self.scenario = scenario
        self.reach = reach
        self.ledger = ledger
        self.fillers = fillers

    def attach(self, workloads: Mapping[str, Workload]) -> None:
        """Let kubelets look after the instances of workloads with probes; before these begin."""
        kubelets: dict[str, Kubelet] = {}
        for service, workload in workloads.items():
            given = self.scenario.services[service].probes
            if given is None:
                continue
            kubelet = self.kubelet(workload, given)
            workload.probes = kubelet
            kubelets.update({each.name: kubelet for each in workload.replicas})
        if kubelets:
            # Workloads go on telling callers themselves, of those of whom they are told that they
            # are ready.
            self.reach.lifecycle = Watched(self.reach.lifecycle, kubelets)

    def kubelet(self, workload: Workload, given: model.Probes) -> Kubelet:
        """Who looks after the instances of one workload."""
        probes: dict[int, ProbeSettings] = {}
        if given.startup is not None:
            probes[STARTUP] = settings_of(given.startup)
        if given.liveness is not None:
            probes[LIVENESS] = settings_of(given.liveness)
        if given.readiness is not None:
            probes[READINESS] = settings_of(given.readiness)
        elif isinstance(self.scenario.registry, Kubernetes):
            probes[READINESS] = readiness_of(self.scenario.registry)
        lines = {
            kind: ProbeLine(
                workload.kernel,
                self.ledger,
                f"kubelet/{NAMES[kind]}",
                workload.service,
                settings.work,
                # Whoever probes is on the instance's own node: no network lies between.
                Link(0.0),
                self.fillers,
            )
            for kind, settings in probes.items()
        }
        streams = self.reach.streams

        def phase(replica: Replica, what: str) -> float:
            generator = streams.generator(f"kubelet/{replica.name}/{what}", replica.starts)
            return float(generator.random())

        return Kubelet(workload, probes, lines, phase, BackOff())


def settings_of(given: model.Probe) -> ProbeSettings:
    """The settings of one probe."""
    return ProbeSettings(
        given.period,
        given.timeout,
        given.success_threshold,
        given.failure_threshold,
        given.initial_delay,
        given.work,
    )


def readiness_of(registry: Kubernetes) -> ProbeSettings:
    """The readiness probe that a registry has for services that do not say otherwise."""
    return ProbeSettings(
        registry.period,
        registry.timeout,
        registry.success_threshold,
        registry.failure_threshold,
        work=0.0,
    )
