"""Target tracking."""

from __future__ import annotations

from simulator.scaling.cooldown import Cooldown
from simulator.scaling.service_metric import ServiceMetric
from simulator.scaling.target_tracking import TargetTracking
from simulator.scenario.model.autoscaler import target_tracking as model
from simulator.scenario.model.guards.profile import the
from simulator.scenario.scalers.reach import ScalerReach


def make(reach: ScalerReach, given: object) -> TargetTracking:
    """The autoscaler of a model."""
    settings = the(model.TargetTracking, given)
    return TargetTracking(
        reach.kernel,
        reach.workload,
        reach.meter(settings.period, settings.delay),
        ServiceMetric(settings.target.kind),
        settings.target.value,
        (settings.scale_out_datapoints, settings.scale_in_datapoints),
        Cooldown(settings.scale_out_cooldown, settings.scale_in_cooldown),
        settings.min,
        settings.max,
        scale_in=not settings.disable_scale_in,
    )
