"""KEDA, by the length of a queue."""

from __future__ import annotations

from simulator.scaling.hpa.controller import Hpa
from simulator.scaling.hpa.replica_count import ReplicaCount
from simulator.scaling.keda import Backlog, Keda, ScaledObject
from simulator.scenario.model.autoscaler import hpa as hpa_model
from simulator.scenario.model.autoscaler import keda as model
from simulator.scenario.model.guards.profile import the
from simulator.scenario.scalers.hpa import normalizer_of, tolerance_of
from simulator.scenario.scalers.reach import ScalerReach

RESOLUTION = 15.0
"""Seconds between measurements of the instances, by which nothing goes here."""


def make(reach: ScalerReach, given: object) -> Keda:
    """The autoscaler of a model, with the HPA that it makes."""
    settings = the(model.Keda, given)
    ingress = reach.ingress
    assert ingress is not None, "made for every service whose autoscaler wakes it"
    shared = hpa_model.Hpa.model_construct(
        max=settings.max,
        tolerance=settings.tolerance,
        behavior=settings.behavior,
        downscale_stabilization=settings.downscale_stabilization,
    )
    backlog = Backlog(ingress.activator, reach.workload, settings.backlog)
    hpa = Hpa(
        reach.kernel,
        reach.workload,
        reach.meter(RESOLUTION),
        reach.requested_cpu,
        [backlog],
        ReplicaCount(tolerance_of(shared)),
        normalizer_of(shared),
        max(1, settings.min),
        settings.max,
        settings.sync,
    )
    return Keda(
        reach.kernel,
        reach.workload,
        ingress,
        ScaledObject(settings.min, settings.cooldown_period),
        hpa,
        backlog,
        settings.activation,
        settings.polling_interval,
    )
