"""How services fared: the figures of services, their endpoints, instances and edges."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from simulator.call.edge import Edge
from simulator.experiment.lanes import Lanes, edges_to, named, of_attempts, of_calls
from simulator.experiment.result import (
    EdgeFigures,
    EndpointFigures,
    InstanceFigures,
    Queue,
    ServiceFigures,
)
from simulator.experiment.scaling_figures import scaling_figures
from simulator.observe.census import Window
from simulator.observe.gauges import COLUMNS
from simulator.observe.histogram import FloatArray
from simulator.scenario.building.world import BuiltService, World

if TYPE_CHECKING:
    from simulator.experiment.measurement import Measurement


ROOM = COLUMNS.index("room")
"""The column of what there was to be used."""


def service_figures(measurement: Measurement, service: BuiltService) -> ServiceFigures:
    """The summary's figures of one service."""
    world, window = measurement.world, measurement.windows[0]
    lanes = Lanes(measurement, window)
    edges = edges_to(world, service.name)
    whole = endpoint_figures(measurement, lanes, edges)
    length = lanes.length or inf
    instances: dict[str, InstanceFigures] = {}
    busy = queued = work = wasted = 0.0
    longest = 0
    by_instance: dict[int, list[int]] = {}
    if len(lanes.instances):
        at = np.flatnonzero(lanes.instances >= 0)
        asked = of_attempts(edges_to(world, service.name, mirrored=True))
        for lane in at[np.isin(lanes.edges[at], asked)]:
            by_instance.setdefault(int(lanes.instances[lane]), []).append(int(lane))
    workload = world.workloads.get(service.name)
    scaling = None if workload is None else scaling_figures(measurement, workload)
    for instance in service.everyone:
        replicas = () if workload is None else workload.replicas
        if instance.number < len(replicas) and not replicas[instance.number].starts:
            # A place that nobody ever took.
            continue
        number = service.first + instance.number
        areas = measurement.areas(window, number)
        mine = np.array(by_instance.get(number, []), dtype=np.int64)
        counts = lanes.counts(mine)
        peak = measurement.gauges.longest(number)
        instances[instance.name] = InstanceFigures(
            attempts=int(counts.sum()),
            outcomes=named(counts),
            latency=lanes.latency(mine, lanes.one_instance(number)),
            utilization=utilization(measurement, window, service, [number]),
            busy=areas[0] / length,
            queue=Queue(areas[1] / length, peak),
            zone=instance.zone or None,
        )
        busy += areas[0] / length
        queued += areas[1] / length
        work += areas[3]
        wasted += areas[4]
        longest = max(longest, peak)
    numbers = range(service.first, service.first + len(service.instances))
    return ServiceFigures(
        replicas=len(service.instances) if scaling is None else scaling.last,
        calls=whole.calls,
        attempts=whole.attempts,
        in_flight=whole.in_flight,
        outcomes=whole.outcomes,
        call_outcomes=named(lanes.counts(lanes.of_edges(of_calls(edges)))),
        latency=whole.latency,
        utilization=utilization(measurement, window, service, numbers),
        utilization_peak=utilization_peak(measurement, service),
        busy=busy,
        queue=Queue(queued, longest),
        work=work,
        wasted_work=wasted,
        instances=instances,
        endpoints={
            name: endpoint_figures(measurement, lanes, edges_to(world, service.name, name))
            for name in service.endpoints
        },
        scaling=scaling,
    )


def endpoint_figures(measurement: Measurement, lanes: Lanes, edges: list[Edge]) -> EndpointFigures:
    """What callers saw of one endpoint."""
    sending = of_attempts(edges)
    mine = lanes.asked(lanes.of_edges(sending))
    counts = lanes.counts(mine)
    attempts = sum(_attempts(measurement, each) for each in sending)
    return EndpointFigures(
        calls=sum(_calls(measurement, each) for each in of_calls(edges)),
        attempts=attempts,
        in_flight=attempts - int(counts.sum()),
        outcomes=named(counts),
        latency=lanes.latency(mine, lanes.good(sending)),
    )


def edge_figures(measurement: Measurement) -> tuple[EdgeFigures, ...]:
    """The summary's figures of every edge of the call graph."""
    lanes = Lanes(measurement, measurement.windows[0])
    figures = []
    edges = measurement.world.edges
    sending = {edge.whole.number: edge.number for edge in edges if edge.whole is not None}
    for edge in edges:
        if edge.whole is not None:
            continue
        mine = lanes.of_edges([edge.number])
        figures.append(
            EdgeFigures(
                caller=edge.asker,
                callee=edge.callee.label,
                calls=_calls(measurement, edge.number),
                attempts=_attempts(measurement, sending.get(edge.number, edge.number)),
                outcomes=named(lanes.counts(mine)),
                latency=lanes.latency(mine, lanes.good([edge.number])),
            )
        )
    return tuple(figures)


def _calls(measurement: Measurement, edge: int) -> int:
    """The calls begun on an edge in the summary's window."""
    return measurement.world.edges[edge].calls - measurement.calls_before[edge]


def _attempts(measurement: Measurement, edge: int) -> int:
    """The attempts sent on an edge in the summary's window."""
    return measurement.world.edges[edge].attempts - measurement.attempts_before[edge]


def capacity_of(world: World, service: BuiltService) -> tuple[float | None, int]:
    """What an instance of a service has of cores, or else of slots (None where neither has a limit),
    and the column of the gauges that says how much of it is in use.
    """
    model = world.scenario.services[service.name]
    if model.cores is not None:
        return model.cores, COLUMNS.index("used")
    return model.concurrency, COLUMNS.index("busy")


def utilization(
    measurement: Measurement, window: Window, service: BuiltService, numbers: Iterable[int]
) -> float | None:
    """The share of cores, or else of slots, in use by some instances of a service."""
    length = measurement.length(window)
    capacity, column = capacity_of(measurement.world, service)
    if capacity is None or length == 0.0:
        return None
    areas = [measurement.areas(window, number) for number in numbers]
    room = sum(each[ROOM] for each in areas)
    return sum(each[column] for each in areas) / room if room > 0.0 else None


def utilization_peak(measurement: Measurement, service: BuiltService) -> float | None:
    """The share of capacity in use in the busiest interval since the warm-up."""
    capacity, column = capacity_of(measurement.world, service)
    gauges = measurement.gauges
    means = np.array(gauges.means).reshape(-1, len(measurement.instances), len(COLUMNS))
    warm = means[int(np.ceil(measurement.windows[0].start / measurement.interval)) :]
    if capacity is None or len(warm) == 0:
        return None
    mine = warm[:, service.first : service.first + len(service.instances)]
    shares = shares_used(mine, column)
    return None if np.isnan(shares).all() else float(np.nanmax(shares))


def shares_used(means: FloatArray, column: int) -> FloatArray:
    """The share of what was there that was used, by interval; not a number where nothing was there.

    `means` are by interval, instance and column of the gauges; `column` is what was used.
    """
    room = means[:, :, ROOM].sum(axis=1)
    some = room > 0.0
    return np.where(some, means[:, :, column].sum(axis=1) / np.where(some, room, 1.0), np.nan)
