"""What a run says of the expectations of its scenario."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from simulator.experiment.lanes import Lanes, edges_to, of_attempts
from simulator.experiment.measurement import Measurement
from simulator.experiment.result import FaultFigures
from simulator.experiment.service_figures import utilization
from simulator.observe.histogram import IntArray
from simulator.outcome import DEGRADED
from simulator.scenario.expectation import OF_FAULTS, PERCENTILES, Expectation
from simulator.scenario.world import World


def expectation_value(
    measurement: Measurement, expectation: Expectation, faults: Sequence[FaultFigures]
) -> float | None:
    """What the run says of an expectation's measure."""
    if expectation.measure in OF_FAULTS:
        meant = (each for each in faults if expectation.fault in (None, each.name))
        return worst_of(expectation.measure, meant)
    window = measurement.windows[0]
    if expectation.window is not None:
        start, end = expectation.window
        window = next(w for w in measurement.windows[1:] if (w.start, w.end) == (start, end))
    world, subject, measure = measurement.world, expectation.subject, expectation.measure
    if measure == "utilization":
        service = world.services[str(subject)]
        numbers = range(service.first, service.first + len(service.instances))
        return utilization(measurement, window, service, numbers)
    lanes = Lanes(measurement, window)
    edges, mine = _subject(world, subject, lanes)
    counts = lanes.counts(mine)
    finished = int(counts.sum())
    if measure == "availability":
        return int(counts[: DEGRADED + 1].sum()) / finished if finished else None
    if measure in ("throughput", "goodput"):
        if lanes.length == 0.0:
            return None
        in_time = int(window.in_time.rows[mine].sum()) if len(mine) else 0
        return (finished if measure == "throughput" else in_time) / lanes.length
    latency = lanes.latency(mine, lanes.good(edges))
    if measure == "mean":
        return latency.mean
    field = {"p99.9": "p999"}.get(measure, measure)
    assert measure in PERCENTILES
    value: float | None = getattr(latency, field)
    return value


def worst_of(measure: str, faults: Iterable[FaultFigures]) -> float | None:
    """The longest that recovery or detection took, in seconds; None if one of them never came.

    Without a fault, or where one did no harm, there was nothing to recover from, and nothing that
    had to be detected: that takes no time. It is None too where a fault had no steady state before
    it, so that nobody knows whether it did harm.
    """
    worst = 0.0
    for each in faults:
        if each.start is None:
            continue
        took = each.recovered_after if measure == "recovery" else each.detected_after
        if took is None:
            if not each.unharmed:
                return None
            took = 0.0
        worst = max(worst, took)
    return worst


def _subject(world: World, subject: str | None, lanes: Lanes) -> tuple[list[int], IntArray]:
    """The edges and lanes that an expectation's subject means."""
    if subject is None:
        edges = sorted(world.entries)
        return edges, lanes.of_edges(edges)
    if subject in world.sources:
        edges = [entry.point.calls_edge.number for entry in world.sources[subject].entries]
        return edges, lanes.of_edges(edges)
    service, _, endpoint = subject.partition(".")
    edges = of_attempts(edges_to(world, service, endpoint or None))
    return edges, lanes.asked(lanes.of_edges(edges))
