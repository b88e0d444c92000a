"""The figures by which candidates are compared: where a result has them, and which way is better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev
from typing import TYPE_CHECKING, Literal

from simulator.errors import SimulatorError
from simulator.scenario.problem import few, nearest

if TYPE_CHECKING:
    from simulator.experiment.result import Result, ServiceFigures

Unit = Literal["s", "1/s", "share", "ratio"]
"""Seconds, per second, a part of 1, or a plain number."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a run, over all its traffic together."""

    key: str
    """As results name it: `p999`."""
    name: str
    """As people write it: `p99.9`."""
    title: str
    unit: Unit
    lower_is_better: bool


MEASURES: Mapping[str, Measure] = {
    each.key: each
    for each in (
        Measure("mean", "mean", "mean latency", "s", True),
        Measure("p50", "p50", "p50 latency", "s", True),
        Measure("p90", "p90", "p90 latency", "s", True),
        Measure("p95", "p95", "p95 latency", "s", True),
        Measure("p99", "p99", "p99 latency", "s", True),
        Measure("p999", "p99.9", "p99.9 latency", "s", True),
        Measure("throughput", "throughput", "throughput", "1/s", False),
        Measure("goodput", "goodput", "goodput", "1/s", False),
        Measure("availability", "availability", "availability", "share", False),
        Measure("imbalance", "imbalance", "imbalance", "ratio", True),
        Measure(
            "attempts_per_request", "attempts_per_request", "attempts per request", "ratio", True
        ),
        Measure("cost", "cost", "cost per hour", "ratio", True),
        Measure(
            "cost_per_million", "cost_per_million", "cost per million good answers", "ratio", True
        ),
        Measure("wasted_capacity", "wasted_capacity", "paid capacity nobody used", "share", True),
        Measure("replicas", "replicas", "ready instances", "ratio", True),
    )
}
"""By the key that results use, in the order in which they are shown."""
LATENCIES = ("mean", "p50", "p90", "p95", "p99", "p999")

Figures = Mapping[str, float | None]
"""What one replication came to, by key of measure; None where a measure does not apply."""


def measure_named(name: str, flag: str = "--measure") -> Measure:
    """The measure that people call `name`; `p999` is understood too. `flag` is for messages.

    Raises:
        SimulatorError: if there is none, with the nearest name.
    """
    for measure in MEASURES.values():
        if name in (measure.name, measure.key):
            return measure
    names = [measure.name for measure in MEASURES.values()]
    hint = nearest(name, names) or few(names)
    raise SimulatorError(f"{flag} {name}: unknown measure{hint}")


def figures_of(result: Result) -> Figures:
    """Every measure of one run."""
    total = result.total
    figures: dict[str, float | None] = {key: getattr(total.latency, key) for key in LATENCIES}
    figures["throughput"] = total.throughput
    figures["goodput"] = total.goodput
    figures["availability"] = total.availability
    figures["imbalance"] = imbalance(result.services)
    figures["attempts_per_request"] = total.attempts_per_request
    cost = result.cost
    figures["cost"] = None if cost is None else cost.per_hour
    figures["cost_per_million"] = None if cost is None else cost.per_million_good
    figures["wasted_capacity"] = None if cost is None else cost.wasted
    figures["replicas"] = replicas(result.services)
    return figures


def replicas(services: Mapping[str, ServiceFigures]) -> float | None:
    """The mean number of ready instances of those services whose instances come and go.

    None where there are none.
    """
    means = [each.scaling.mean for each in services.values() if each.scaling is not None]
    return sum(each for each in means if each is not None) if means else None


def imbalance(services: Mapping[str, ServiceFigures]) -> float | None:
    """How unevenly instances are loaded: the coefficient of variation of the worst service.

    0 where all instances of each service do the same; 1 where the standard deviation among the
    instances of some service is as large as their mean. None if no service has two instances, or
    none of those that have did anything.
    """
    spreads = [_spread(_loads(service)) for service in services.values()]
    return max((each for each in spreads if each is not None), default=None)


def _loads(service: ServiceFigures) -> list[float]:
    """The utilization of each instance; where capacity has no bound, its requests being worked on."""
    instances = service.instances.values()
    used = [each.utilization for each in instances if each.utilization is not None]
    return used if len(used) == len(instances) else [each.busy for each in instances]


def _spread(loads: Sequence[float]) -> float | None:
    # The instances are all there are, not a sample of more: hence the standard deviation by n.
    mean = fmean(loads)
    return pstdev(loads, mean) / mean if len(loads) > 1 and mean > 0.0 else None
