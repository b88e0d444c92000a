"""The VerticalPodAutoscaler of Kubernetes."""

from __future__ import annotations

from dataclasses import replace

from simulator.platform.room import Request, millicores
from simulator.scaling.vertical.recommender import LEAST, MOST, RecommenderSettings
from simulator.scaling.vertical.updater import UpdaterSettings
from simulator.scaling.vertical.vertical import Vertical, VerticalSettings
from simulator.scenario.model.autoscaler import vertical as model
from simulator.scenario.model.guards.profile import the
from simulator.scenario.scalers.reach import ScalerReach


def make(reach: ScalerReach, given: object) -> Vertical:
    """The autoscaler of a model."""
    settings = the(model.Vertical, given)
    processor = reach.workload.replicas[0].instance.processor
    quota = None if processor is None else processor.quota
    limited = quota is not None and settings.controls == "requests_and_limits"
    return Vertical(
        reach.kernel,
        reach.workload,
        reach.meter(settings.resolution),
        VerticalSettings(
            reach.requested_cpu,
            quota.limit if quota is not None and limited else None,
            settings.min_allowed or LEAST,
            settings.max_allowed or MOST,
            settings.interval,
            settings.update == "recreate",
            RecommenderSettings(
                settings.target,
                settings.lower,
                settings.upper,
                settings.margin,
                settings.half_life,
                settings.confidence,
            ),
            UpdaterSettings(
                settings.min_replicas,
                settings.eviction_tolerance,
                settings.min_change,
                settings.min_age,
            ),
        ),
        Keeping(reach),
        reach.budget,
    )


class Keeping:
    """Lets nodes keep so many cores for each instance that is placed from now on."""

    def __init__(self, reach: ScalerReach) -> None:
        self.reach = reach

    def __call__(self, cores: float) -> None:
        placement, service = self.reach.placement, self.reach.service
        if placement is None:
            return
        demand = placement.demand_of(service)
        request = Request(millicores(cores), demand.request.memory)
        placement.demands[service] = replace(demand, request=request)
