"""The autoscaler of Knative."""

from __future__ import annotations

from simulator.scaling.kpa.decider import DeciderSettings, target_of
from simulator.scaling.kpa.kpa import Kpa
from simulator.scaling.kpa.load import Concurrency, Load, Requests
from simulator.scaling.kpa.pod_autoscaler import PodAutoscalerSettings
from simulator.scenario.model.autoscaler import kpa as model
from simulator.scenario.model.guards.profile import the
from simulator.scenario.scalers.reach import ScalerReach


def make(reach: ScalerReach, given: object) -> Kpa:
    """The autoscaler of a model."""
    settings = the(model.Kpa, given)
    ingress = reach.ingress
    assert ingress is not None, "made for every service whose autoscaler wakes it"
    instances = [each.instance for each in reach.workload.replicas]
    load: Load
    if settings.rps is None:
        load, unit = Concurrency(reach.kernel, instances, ingress.activator), "at once"
    else:
        edges = [each for each in reach.edges if each.callee.service == reach.service]
        load, unit = Requests(reach.kernel, instances, ingress.activator, edges), "per second"
    return Kpa(
        reach.kernel,
        reach.workload,
        ingress,
        load,
        DeciderSettings(
            total=settings.total,
            target=target_of(settings.total, settings.utilization),
            panic_threshold=settings.panic_threshold,
            stable_window=settings.stable_window,
            max_up=settings.max_scale_up_rate,
            max_down=settings.max_scale_down_rate,
            burst=settings.burst,
            down_delay=settings.scale_down_delay,
            activation=settings.activation_scale,
        ),
        PodAutoscalerSettings(
            min=settings.min,
            max=settings.max,
            stable_window=settings.stable_window,
            grace=settings.scale_to_zero_grace_period,
            retention=settings.scale_to_zero_pod_retention_period,
        ),
        settings.panic_seconds,
        unit,
    )
