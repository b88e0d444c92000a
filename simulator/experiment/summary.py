"""From what was counted to the figures of a result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import inf

import numpy as np

from simulator.experiment.digest import digest_of
from simulator.experiment.result import (
    EdgeFigures,
    EndpointFigures,
    ExpectationResult,
    InstanceFigures,
    Latency,
    Outcomes,
    Queue,
    Result,
    ServiceFigures,
    TrafficFigures,
)
from simulator.experiment.series import series_of
from simulator.experiment.traces import traces_of
from simulator.observe.census import Census, LaneNames, Level, NameLane, Window
from simulator.observe.gauges import COLUMNS, Gauges, Reading
from simulator.observe.histogram import BUCKETS, IntArray, percentile
from simulator.outcome import DEGRADED, NAMES, OUTCOMES
from simulator.scenario.expectation import PERCENTILES, Expectation
from simulator.scenario.world import BuiltService, World

LEVELS = ("traffic", "service", "endpoint", "instance", "edge")
MOST_INTERVALS = 3600
NICE = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400)


class Names(NameLane):
    """What the lanes of a world count for."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __call__(self, edge: int, instance: int) -> LaneNames:
        world = self.world
        place = world.edges[edge]
        callee = place.callee
        levels = {"edge": f"{place.caller} > {callee.label}"}
        objective = inf
        if edge in world.entries:
            levels["traffic"] = place.caller
            slo = world.scenario.traffic[place.caller].slo
            objective = inf if slo is None else slo
        if instance < 0:
            return LaneNames(levels, -1, objective)
        service = world.services[callee.service]
        levels["service"] = callee.service
        levels["endpoint"] = callee.label
        levels["instance"] = service.instances[instance].name
        return LaneNames(levels, service.first + instance, objective)


class Measurement:
    """Everything that is measured of a world while it runs.

    `windows[0]` is the summary, from the warm-up to the end; the others are the phases that
    expectations name.
    """

    def __init__(self, world: World, expectations: Sequence[Expectation]) -> None:
        self.world = world
        self.expectations = expectations
        scenario = world.scenario
        self.interval = scenario.interval or default_interval(scenario.duration)
        phases = dict.fromkeys(each.window for each in expectations if each.window is not None)
        self.windows = [Window(scenario.warmup, inf)]
        self.windows += [Window(start, end) for start, end in phases]
        self.levels = {kind: Level(kind) for kind in LEVELS}
        self.census = Census(world.ledger, self.interval, self.windows, self.levels, Names(world))
        self.instances = world.instances
        self.gauges = Gauges(world.kernel, self.instances, self.interval)
        self.readings: dict[float, Reading] = {0.0: Reading(0.0, self.instances)}
        self.calls_before = [0] * len(world.edges)
        self.attempts_before = [0] * len(world.edges)
        self.moments = {edge for window in self.windows for edge in (window.start, window.end)}
        self.moments.discard(inf)
        self.end = 0.0

    def mark(self, now: float) -> None:
        """Read all instances: a window begins or ends."""
        self.readings[now] = Reading(now, self.instances)

    def warmed_up(self) -> None:
        """The summary begins."""
        self.calls_before = [edge.calls for edge in self.world.edges]
        self.attempts_before = [edge.attempts for edge in self.world.edges]
        for source in self.world.sources.values():
            for entry in source.entries:
                entry.warmed_up()
        self.gauges.forget_peaks()

    def close(self) -> None:
        """The run is over."""
        self.end = self.world.kernel.now
        self.census.close()
        if self.end > self.gauges.last.time:
            self.gauges.read(self.end)
        self.readings.setdefault(self.end, self.gauges.last)

    def length(self, window: Window) -> float:
        """Seconds of a window that were played; 0 if it never began."""
        return max(0.0, min(window.end, self.end) - window.start)

    def areas(self, window: Window, number: int) -> tuple[float, ...]:
        """What each of `COLUMNS` grew by in a window, for one instance."""
        first = self.readings.get(window.start)
        last = self.readings.get(min(window.end, self.end))
        if first is None or last is None:
            return (0.0,) * len(COLUMNS)
        place = number * len(COLUMNS)
        return tuple(
            last.areas[place + column] - first.areas[place + column]
            for column in range(len(COLUMNS))
        )


def default_interval(duration: float) -> float:
    """A second, or in a long run the next nice step that keeps the series short."""
    for step in NICE:
        if duration / step <= MOST_INTERVALS:
            return float(step)
    return duration / MOST_INTERVALS


class Lanes:
    """Figures of any set of lanes in one window."""

    def __init__(self, measurement: Measurement, window: Window) -> None:
        self.window = window
        self.length = measurement.length(window)
        census = measurement.census
        self.edges = census.edges
        self.instances = census.instances

    def of_edges(self, edges: Iterable[int]) -> IntArray:
        """The lanes of some edges."""
        return np.flatnonzero(np.isin(self.edges, list(edges)))

    def asked(self, lanes: IntArray) -> IntArray:
        """Those on which an instance was asked: attempts, not only calls."""
        return lanes[self.instances[lanes] >= 0]

    def counts(self, lanes: IntArray) -> IntArray:
        """By outcome."""
        total: IntArray = self.window.counts.rows[lanes].sum(axis=0)
        return total if len(lanes) else np.zeros(OUTCOMES, dtype=np.int64)

    def latency(self, lanes: IntArray, histogram: IntArray, everything: bool = False) -> Latency:
        """Latency figures of lanes, whose histogram is given."""
        column = int(everything)
        counts = self.counts(lanes)
        count = int(counts.sum() if everything else counts[: DEGRADED + 1].sum())
        if count == 0:
            return Latency(0, None, None, None, None, None, None, None)
        total = float(self.window.sums.rows[lanes, column].sum())
        greatest = float(self.window.greatest.rows[lanes, column].max())
        p50, p90, p95, p99, p999 = (
            percentile(histogram, share, greatest) for share in (0.5, 0.9, 0.95, 0.99, 0.999)
        )
        return Latency(count, total / count, p50, p90, p95, p99, p999, greatest)

    def good(self, edges: Iterable[int]) -> IntArray:
        """The histogram of usable answers on some edges."""
        rows: IntArray = self.window.good.rows[self.known(edges)].sum(axis=0)
        return rows

    def everything(self, edges: Iterable[int]) -> IntArray:
        """The histogram of all that finished on some edges."""
        rows: IntArray = self.window.everything.rows[self.known(edges)].sum(axis=0)
        return rows

    def known(self, edges: Iterable[int]) -> list[int]:
        """Those of the edges on which something has ended so far."""
        return [edge for edge in edges if edge < len(self.window.good.rows)]

    def one_instance(self, number: int) -> IntArray:
        """The histogram of usable answers of one instance."""
        rows = self.window.instances.rows
        return rows[number] if number < len(rows) else np.zeros(BUCKETS, dtype=np.int64)


def named(counts: IntArray) -> Outcomes:
    """Counts by outcome with their names, without those that did not occur."""
    return {NAMES[code]: int(count) for code, count in enumerate(counts) if count}


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
        edges = [entry.point.edge.number for entry in source.entries]
        tallies = [
            (entry.count - entry.count_before, entry.tally.attempts, entry.tally.failed_by)
            for entry in source.entries
        ]
        by_endpoint = {
            entry.point.edge.callee.label: traffic_figures(
                measurement, summary, [edge], [tally], {}
            )
            for entry, edge, tally in zip(source.entries, edges, tallies, strict=True)
        }
        classes[name] = traffic_figures(measurement, summary, edges, tallies, by_endpoint)
        every_edge += edges
        every_tally += tallies
    return traffic_figures(measurement, summary, every_edge, every_tally, {}), classes


def edges_to(world: World, service: str, endpoint: str | None = None) -> list[int]:
    """The numbers of the edges that lead to a service, or to one endpoint of it."""
    return [
        edge.number
        for edge in world.edges
        if edge.callee.service == service and endpoint in (None, edge.callee.name)
    ]


def endpoint_figures(measurement: Measurement, lanes: Lanes, edges: list[int]) -> EndpointFigures:
    """What callers saw of one endpoint."""
    world = measurement.world
    mine = lanes.asked(lanes.of_edges(edges))
    counts = lanes.counts(mine)
    calls = sum(world.edges[e].calls - measurement.calls_before[e] for e in edges)
    attempts = sum(world.edges[e].attempts - measurement.attempts_before[e] for e in edges)
    return EndpointFigures(
        calls=calls,
        attempts=attempts,
        in_flight=attempts - int(counts.sum()),
        outcomes=named(counts),
        latency=lanes.latency(mine, lanes.good(edges)),
    )


def utilization(
    measurement: Measurement, window: Window, service: BuiltService, numbers: Iterable[int]
) -> float | None:
    """The share of cores, or else of slots, in use by some instances of a service."""
    model = measurement.world.scenario.services[service.name]
    length = measurement.length(window)
    capacity = model.cores if model.cores is not None else model.concurrency
    if capacity is None or length == 0.0:
        return None
    column = COLUMNS.index("busy" if model.cores is None else "used")
    areas = [measurement.areas(window, number)[column] for number in numbers]
    return sum(areas) / (len(areas) * capacity * length)


def utilization_peak(measurement: Measurement, service: BuiltService) -> float | None:
    """The share of capacity in use in the busiest interval since the warm-up."""
    model = measurement.world.scenario.services[service.name]
    capacity = model.cores if model.cores is not None else model.concurrency
    gauges = measurement.gauges
    means = np.array(gauges.means).reshape(-1, len(measurement.instances), len(COLUMNS))
    warm = means[int(np.ceil(measurement.windows[0].start / measurement.interval)) :]
    if capacity is None or len(warm) == 0:
        return None
    column = COLUMNS.index("busy" if model.cores is None else "used")
    mine = warm[:, service.first : service.first + len(service.instances), column]
    return float(mine.mean(axis=1).max()) / capacity


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
        for lane in at[np.isin(lanes.edges[at], edges)]:
            by_instance.setdefault(int(lanes.instances[lane]), []).append(int(lane))
    for instance in service.instances:
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
        )
        busy += areas[0] / length
        queued += areas[1] / length
        work += areas[3]
        wasted += areas[4]
        longest = max(longest, peak)
    numbers = range(service.first, service.first + len(service.instances))
    return ServiceFigures(
        replicas=len(service.instances),
        calls=whole.calls,
        attempts=whole.attempts,
        in_flight=whole.in_flight,
        outcomes=whole.outcomes,
        call_outcomes=named(lanes.counts(lanes.of_edges(edges))),
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
    )


def edge_figures(measurement: Measurement) -> tuple[EdgeFigures, ...]:
    """The summary's figures of every edge of the call graph."""
    lanes = Lanes(measurement, measurement.windows[0])
    figures = []
    for edge in measurement.world.edges:
        mine = lanes.of_edges([edge.number])
        figures.append(
            EdgeFigures(
                caller=edge.caller,
                callee=edge.callee.label,
                calls=edge.calls - measurement.calls_before[edge.number],
                attempts=edge.attempts - measurement.attempts_before[edge.number],
                outcomes=named(lanes.counts(mine)),
                latency=lanes.latency(mine, lanes.good([edge.number])),
            )
        )
    return tuple(figures)


def expectation_value(measurement: Measurement, expectation: Expectation) -> float | None:
    """What the run says of an expectation's measure."""
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


def _subject(world: World, subject: str | None, lanes: Lanes) -> tuple[list[int], IntArray]:
    """The edges and lanes that an expectation's subject means."""
    if subject is None:
        edges = sorted(world.entries)
        return edges, lanes.of_edges(edges)
    if subject in world.sources:
        edges = [entry.point.edge.number for entry in world.sources[subject].entries]
        return edges, lanes.of_edges(edges)
    service, _, endpoint = subject.partition(".")
    edges = edges_to(world, service, endpoint or None)
    return edges, lanes.asked(lanes.of_edges(edges))


def bottleneck(services: Mapping[str, ServiceFigures]) -> str | None:
    """The service that came nearest to having its capacity used up, in its busiest interval."""
    used = {
        name: figures.utilization_peak
        for name, figures in services.items()
        if figures.utilization_peak is not None
    }
    return max(used, key=lambda name: used[name]) if used else None


def summarize(
    measurement: Measurement,
    *,
    seed: int,
    replication: int,
    wall_seconds: float,
    warnings: Sequence[str],
) -> Result:
    """The result of a run that is over."""
    world = measurement.world
    scenario = world.scenario
    total, traffic = all_traffic(measurement)
    services = {name: service_figures(measurement, each) for name, each in world.services.items()}
    edges = edge_figures(measurement)
    expectations = []
    for expectation in measurement.expectations:
        value = expectation_value(measurement, expectation)
        met = expectation.holds(value)
        expectations.append(ExpectationResult(expectation.text, value, met))
    series = series_of(measurement)
    return Result(
        scenario=scenario.scenario,
        description=scenario.description,
        seed=seed,
        replication=replication,
        duration=scenario.duration,
        warmup=scenario.warmup,
        simulated=measurement.end,
        interval=measurement.interval,
        events=world.kernel.fired,
        wall_seconds=wall_seconds,
        digest=digest_of(total, traffic, services, edges, expectations, series),
        total=total,
        traffic=traffic,
        services=services,
        edges=edges,
        expectations=tuple(expectations),
        bottleneck=bottleneck(services),
        warnings=tuple(warnings),
        series=series,
        traces=traces_of(world),
    )
