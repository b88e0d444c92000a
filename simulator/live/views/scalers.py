"""Autoscalers: what they go by, and what they have decided."""

from __future__ import annotations

from typing import Final

from simulator.live.snapshot import EventView, ScalerView
from simulator.live.views.policies import share, time
from simulator.scenario.building.world import World
from simulator.scenario.model.autoscaler.hpa import Hpa, HpaMetric
from simulator.scenario.model.autoscaler.keda import Keda
from simulator.scenario.model.autoscaler.kpa import Kpa
from simulator.scenario.model.autoscaler.metric import OneMetric
from simulator.scenario.model.autoscaler.predictive import Predictive
from simulator.scenario.model.autoscaler.scheduled import Scheduled
from simulator.scenario.model.autoscaler.step import StepScaling
from simulator.scenario.model.autoscaler.target_tracking import TargetTracking
from simulator.scenario.model.autoscaler.vertical import Vertical
from simulator.units import format_rate

DECISIONS: Final = 50
"""The latest that are shown."""


def scaler_view(world: World, service: str) -> ScalerView | None:
    """The autoscaler of a service; None if it has none."""
    given = world.scenario.services[service].autoscaler
    if given is None:
        return None
    workload = world.workloads[service]
    bounds = given.bounds
    decisions = [
        EventView(*each)
        for each in world.ledger.events.kept()
        if each.kind == "scale" and each.subject == service
    ]
    return ScalerView(
        kind=given.kind,
        least=workload.wanted if bounds is None else bounds.min,
        most=workload.wanted if bounds is None else bounds.max,
        wanted=workload.wanted,
        ready=len(workload.ready()),
        target=in_words(given.settings),
        decisions=tuple(decisions[: -DECISIONS - 1 : -1]),
    )


def in_words(settings: object) -> str:
    """What an autoscaler goes by, such as `cpu at 60 %`."""
    match settings:
        case Hpa():
            return ", ".join(_metric(each) for each in settings.metrics)
        case Kpa():
            what = "requests at once" if settings.rps is None else "requests per second"
            each = settings.total * settings.utilization
            return f"{each:g} {what} for each instance"
        case Keda():
            return f"{settings.backlog:g} requests in the queue for each instance"
        case TargetTracking():
            return _metric(settings.target)
        case StepScaling():
            return _metric(settings.scale_out.threshold).replace(" at ", " beyond ")
        case Predictive():
            ahead = time(settings.lead)
            return f"{format_rate(settings.target)} for each instance, {ahead} from now"
        case Scheduled():
            times = [f"{each.replicas} at {time(each.at)}" for each in settings.schedule]
            every = "" if settings.every is None else f", every {time(settings.every)}"
            return f"{', '.join(times)}{every}"
        case Vertical():
            margin = share(settings.margin)
            return f"cores that do for {share(settings.target)} of the time, and {margin} on top"
    raise AssertionError(f"{settings!r} is no autoscaler")


def _metric(metric: HpaMetric | OneMetric) -> str:
    """One figure and what it is to be."""
    if isinstance(metric, HpaMetric) and metric.latency is not None:
        target = metric.latency
        return f"p{target.percentile * 100:g} of the latency at {time(target.target)}"
    if metric.cpu is not None:
        return f"cpu at {share(metric.cpu)}"
    if metric.concurrency is not None:
        return f"requests inside each at {metric.concurrency:g}"
    if metric.queue is not None:
        return f"queue of each at {metric.queue:g}"
    assert metric.rps is not None
    return f"requests to each at {format_rate(metric.rps)}"
