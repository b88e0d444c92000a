"""What users saw: the figures of traffic classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulator.experiment.lanes import Lanes, named
from simulator.experiment.measurement import Measurement
from simulator.experiment.result import TrafficFigures
from simulator.observe.census import Window
from simulator.outcome import DEGRADED


def traffic_figures(
    measurement: Measurement,
    window: Window,
    entries: Sequence[int],
    tallies: Sequence[tuple[int, int, Mapping[str, int]]],
    endpoints: Mapping[str, TrafficFigures],
) -> TrafficFigures:
    """Figures of requests that enter on some edges.

    `tallies` are the requests started, the attempts made and the failures by origin, by entry.
    """
    lanes = Lanes(measurement, window)
    mine = lanes.of_edges(entries)
    counts = lanes.counts(mine)
    finished = int(counts.sum())
    started = sum(each[0] for each in tallies)
    attempts = sum(each[1] for each in tallies)
    failed_by: dict[str, int] = {}
    for _, _, failures in tallies:
        for origin, count in failures.items():
            failed_by[origin] = failed_by.get(origin, 0) + count
    in_time = int(window.in_time.rows[mine].sum()) if len(mine) else 0
    length = lanes.length
    return TrafficFigures(
        started=started,
        finished=finished,
        in_flight=started - finished,
        outcomes=named(counts),
        availability=int(counts[: DEGRADED + 1].sum()) / finished if finished else None,
        throughput=finished / length if length else 0.0,
        goodput=in_time / length if length else 0.0,
        attempts_per_request=attempts / started if started else None,
        latency=lanes.latency(mine, lanes.good(entries)),
        latency_all=lanes.latency(mine, lanes.everything(entries), everything=True),
        failed_by=dict(sorted(failed_by.items())),
        endpoints=endpoints,
    )


def all_traffic(measurement: Measurement) -> tuple[TrafficFigures, dict[str, TrafficFigures]]:
    """The summary's figures of all requests, and by class."""
    summary = measurement.windows[0]
    classes: dict[str, TrafficFigures] = {}
    every_edge: list[int] = []
    every_tally: list[tuple[int, int, Mapping[str, int]]] = []
    for name, source in measurement.world.sources.items():
        edges = [entry.point.calls_edge.number for entry in source.entries]
        by_edge: dict[int, list[tuple[int, int, Mapping[str, int]]]] = {edge: [] for edge in edges}
        for each in source.every_entry():
            by_edge[each.point.calls_edge.number].append(
                (each.count - each.count_before, each.tally.attempts, each.tally.failed_by)
            )
        by_endpoint = {
            entry.point.edge.callee.label: traffic_figures(
                measurement, summary, [edge], by_edge[edge], {}
            )
            for entry, edge in zip(source.entries, edges, strict=True)
        }
        tallies = [each for some in by_edge.values() for each in some]
        classes[name] = traffic_figures(measurement, summary, edges, tallies, by_endpoint)
        every_edge += edges
        every_tally += tallies
    return traffic_figures(measurement, summary, every_edge, every_tally, {}), classes
