"""The HorizontalPodAutoscaler of Kubernetes."""

from __future__ import annotations

from simulator.scaling.hpa.behavior import (
    Behavior,
    PercentPolicy,
    PodsPolicy,
    Rules,
    ScalingPolicy,
    default_scale_down,
    default_scale_up,
)
from simulator.scaling.hpa.controller import Hpa
from simulator.scaling.hpa.metrics import CpuMetric, HpaMetric, LatencyMetric, PodsMetric
from simulator.scaling.hpa.normalizer import Normalizer
from simulator.scaling.hpa.plain import PlainNormalizer
from simulator.scaling.hpa.pods import Readiness
from simulator.scaling.hpa.replica_count import ReplicaCount, Tolerance
from simulator.scaling.meter import Sample
from simulator.scenario.model.autoscaler import hpa as model
from simulator.scenario.model.guards.profile import the
from simulator.scenario.scalers.reach import ScalerReach


def make(reach: ScalerReach, given: object) -> Hpa:
    """The autoscaler of a model."""
    settings = the(model.Hpa, given)
    latencies = any(each.latency is not None for each in settings.metrics)
    return Hpa(
        reach.kernel,
        reach.workload,
        reach.meter(settings.resolution, settings.delay, latencies),
        reach.requested_cpu,
        [metric_of(each) for each in settings.metrics],
        ReplicaCount(
            tolerance_of(settings),
            Readiness(settings.cpu_initialization_period, settings.initial_readiness_delay),
        ),
        normalizer_of(settings),
        settings.min,
        settings.max,
        settings.sync,
    )


def concurrency_of(sample: Sample) -> float:
    """Requests inside."""
    return sample.concurrency


def rate_of(sample: Sample) -> float:
    """Requests that left, per second."""
    return sample.rate


def queue_of(sample: Sample) -> float:
    """Requests that waited."""
    return sample.queue


def metric_of(given: model.HpaMetric) -> HpaMetric:
    """What is measured, and the target."""
    if given.cpu is not None:
        return CpuMetric(given.cpu)
    if given.concurrency is not None:
        return PodsMetric("concurrency", given.concurrency, concurrency_of)
    if given.rps is not None:
        return PodsMetric("rps", given.rps, rate_of)
    if given.queue is not None:
        return PodsMetric("queue", given.queue, queue_of)
    latency = given.latency
    assert latency is not None
    return LatencyMetric(latency.percentile, latency.target, latency.window)


def tolerance_of(settings: model.Hpa) -> Tolerance:
    """How near to the target is near enough, in each direction."""
    behavior = settings.behavior or model.HpaBehavior()
    up, down = behavior.scale_up.tolerance, behavior.scale_down.tolerance
    return Tolerance(
        settings.tolerance if up is None else up, settings.tolerance if down is None else down
    )


def normalizer_of(settings: model.Hpa) -> Normalizer:
    """What holds it back."""
    window, behavior = settings.downscale_stabilization, settings.behavior
    if behavior is None:
        return PlainNormalizer(window)
    return Behavior(
        rules_of(behavior.scale_up, default_scale_up()),
        rules_of(behavior.scale_down, default_scale_down(window)),
    )


def rules_of(given: model.HpaRules, default: Rules) -> Rules:
    """The rules of one direction, with what is left out as it is by default."""
    policies, window = given.policies, given.stabilization_window
    return Rules(
        given.select_policy,
        default.policies if policies is None else [policy_of(each) for each in policies],
        default.window if window is None else window,
    )


def policy_of(given: model.HpaPolicy) -> ScalingPolicy:
    """How much may change within a period."""
    if given.pods is not None:
        return PodsPolicy(given.pods, given.period)
    assert given.percent is not None
    return PercentPolicy(given.percent, given.period)
