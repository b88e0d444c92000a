"""Scaling by the clock."""

from __future__ import annotations

from simulator.scaling.scheduled import Scheduled
from simulator.scenario.model.autoscaler import scheduled as model
from simulator.scenario.model.guards.profile import the
from simulator.scenario.scalers.reach import ScalerReach


def make(reach: ScalerReach, given: object) -> Scheduled:
    """The autoscaler of a model."""
    settings = the(model.Scheduled, given)
    schedule = [(each.at, each.replicas) for each in settings.schedule]
    return Scheduled(reach.kernel, reach.workload, schedule, settings.every)
