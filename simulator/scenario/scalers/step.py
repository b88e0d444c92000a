"""Step scaling."""

from __future__ import annotations

from simulator.scaling.cooldown import Cooldown
from simulator.scaling.service_metric import ServiceMetric
from simulator.scaling.step import Adjustment, StepPolicy, StepScaling
from simulator.scenario.model.autoscaler import step as model
from simulator.scenario.model.guards.profile import the
from simulator.scenario.scalers.reach import ScalerReach


def make(reach: ScalerReach, given: object) -> StepScaling:
    """The autoscaler of a model."""
    settings = the(model.StepScaling, given)
    out, in_ = settings.scale_out, settings.scale_in
    return StepScaling(
        reach.kernel,
        reach.workload,
        reach.meter(settings.period, settings.delay),
        ServiceMetric(out.threshold.kind),
        policy_of(out),
        None if in_ is None else policy_of(in_),
        Cooldown(out.cooldown, 0.0 if in_ is None else in_.cooldown),
        settings.min,
        settings.max,
    )


def policy_of(given: model.StepDirection) -> StepPolicy:
    """One direction."""
    steps = [Adjustment(each.breach, each.kind, each.amount) for each in given.steps]
    return StepPolicy(given.threshold.value, given.datapoints, steps, given.least)
