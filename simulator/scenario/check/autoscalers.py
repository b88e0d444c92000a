"""Autoscalers that go by something their service must have."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.scenario.check.findings import Findings
from simulator.scenario.model.autoscaler.bounds import Bounds
from simulator.scenario.model.autoscaler.hpa import Hpa
from simulator.scenario.model.autoscaler.step import StepScaling
from simulator.scenario.model.autoscaler.target_tracking import TargetTracking
from simulator.scenario.model.base import Model
from simulator.scenario.model.registry import Static
from simulator.scenario.model.service import Service
from simulator.scenario.policies import every_policy
from simulator.scenario.source import DataPath


class AutoscalerCheck:
    """What is a share of something needs something to be a share of."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.scenario = findings.scenario

    def autoscalers(self) -> None:
        """Look at all of them."""
        for name, service in self.scenario.services.items():
            if service.autoscaler is not None:
                self.autoscaler(("services", name, "autoscaler"), name, service)

    def autoscaler(self, path: DataPath, name: str, service: Service) -> None:
        """Look at one."""
        settings = None if service.autoscaler is None else service.autoscaler.settings
        for at in () if has_capacity(service) else by_cpu(settings):
            self.findings.wrong(
                (*path, *at),
                f"`{name}` has neither `cores` nor a `concurrency` of which its use could be a share",
            )
        if isinstance(settings, Bounds) and settings.wakes and service.autoscaler is not None:
            self.activator((*path, service.autoscaler.kind), service)

    def activator(self, path: DataPath, service: Service) -> None:
        """Callers must be led to whoever stands in for the instances while there are none."""
        kind = path[-1]
        scenario = self.scenario
        others = {
            "a `registry`": not isinstance(scenario.registry, Static),
            "a `routing` between versions": service.routing is not None,
            "`gslb`": any(each.gslb is not None for each in every_policy(scenario)),
        }
        for other, there in others.items():
            if there:
                self.findings.wrong(
                    path,
                    f"`{kind}` leads callers to an activator while there is no instance, and does not "
                    f"go with {other}",
                )


def by_cpu(settings: Model | None) -> Iterator[DataPath]:
    """Where the settings of an autoscaler say that it goes by the share of CPU in use."""
    if isinstance(settings, Hpa):
        for number, metric in enumerate(settings.metrics):
            if metric.cpu is not None:
                given = "metrics" in settings.model_fields_set
                yield ("hpa", "metrics", number, "cpu") if given else ("hpa",)
    elif isinstance(settings, TargetTracking) and settings.target.cpu is not None:
        yield "target_tracking", "target", "cpu"
    elif isinstance(settings, StepScaling) and settings.scale_out.threshold.cpu is not None:
        yield "step", "scale_out", "threshold", "cpu"


def has_capacity(service: Service) -> bool:
    """Whether the use of an instance can be a share of anything."""
    return service.cores is not None or service.concurrency is not None
