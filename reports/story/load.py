"""The load, what became of it, and who came nearest to a limit."""

from __future__ import annotations

from collections.abc import Mapping

from reports.quantity import rate, seconds, share
from reports.story.words import counted, listed, sentence, time, were
from simulator.experiment.result import Result, TrafficFigures
from simulator.outcome import is_failure

MOST_CLASSES = 6
MOST_NAMED = 4


def sentences(result: Result) -> list[str]:
    """All traffic together, then the classes, then the bottleneck."""
    total = result.total
    span = f"from {time(result.warmup)} to {time(result.simulated)}"
    if not total.started:
        return [sentence(f"{span} no request was made"), *_bottleneck(result)]
    told = [sentence(f"{span} users made {counted(total.started, 'request')}")]
    if total.availability is None:
        told.append("None of them had an answer by then.")
        return [*told, *_bottleneck(result)]
    told.append(
        f"{share(total.availability)} of those that ended had a useful answer; "
        f"{rate(total.throughput)} ended, {rate(total.goodput)} right and in time (goodput)."
    )
    told += [*_latency(total), *_failures(total), *_degraded(total)]
    if total.in_flight:
        told.append(
            f"{counted(total.in_flight, 'request')} {were(total.in_flight)} still under way."
        )
    return [*told, *_classes(result.traffic), *_bottleneck(result)]


def _latency(total: TrafficFigures) -> list[str]:
    p50, p99 = total.latency.p50, total.latency.p99
    if p50 is None or p99 is None:
        return []
    return [f"Half of the useful answers came within {seconds(p50)}, 99 % within {seconds(p99)}."]


def _failures(total: TrafficFigures) -> list[str]:
    failed = {
        name: number for name, number in total.outcomes.items() if number and is_failure(name)
    }
    if not failed:
        return ["None failed."]
    number = sum(failed.values())
    text = f"{counted(number, 'request')} failed: {_ranked(failed)}"
    decided = {name: number for name, number in total.failed_by.items() if number}
    return [f"{text}; decided by {_ranked(decided)}." if decided else f"{text}."]


def _ranked(numbers: Mapping[str, int]) -> str:
    """Names with their numbers, most first: `timeout (12) and refused (3)`."""
    ranked = sorted(numbers.items(), key=lambda item: -item[1])
    return listed([f"{name} ({number:,})" for name, number in ranked], MOST_NAMED)


def _degraded(total: TrafficFigures) -> list[str]:
    number = total.outcomes.get("degraded", 0)
    if not number:
        return []
    return [f"{counted(number, 'answer')} came from a fallback (degraded)."]


def _classes(traffic: Mapping[str, TrafficFigures]) -> list[str]:
    """Where there are several classes, how each fared."""
    if len(traffic) < 2:
        return []
    parts = []
    for name, each in traffic.items():
        if each.availability is None:
            parts.append(f"{name} none")
        else:
            p99 = "" if each.latency.p99 is None else f" with a p99 of {seconds(each.latency.p99)}"
            parts.append(f"{name} {share(each.availability)}{p99}")
    return [f"Useful answers by class: {listed(parts, MOST_CLASSES)}."]


def _bottleneck(result: Result) -> list[str]:
    if result.bottleneck is None:
        return ["No service has a limit to its capacity, so none could be a bottleneck."]
    service = result.services[result.bottleneck]
    text = f"The bottleneck was {result.bottleneck}, the service nearest to its limit"
    if service.utilization is None or service.utilization_peak is None:
        return [f"{text}."]
    return [
        f"{text}: {share(service.utilization)} of its capacity was in use, "
        f"{share(service.utilization_peak)} in the busiest interval."
    ]
