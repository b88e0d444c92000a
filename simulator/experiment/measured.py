"""What a run says of a measure: in a window, and in each interval of the series."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor
from typing import TYPE_CHECKING

import numpy as np

from simulator.experiment.lanes import Lanes
from simulator.experiment.recovery import NEARLY
from simulator.experiment.scaling_figures import Count, ready_spans
from simulator.experiment.service_figures import capacity_of, shares_used, utilization
from simulator.experiment.subjects import Subject, attempts_of_all, subject_of
from simulator.experiment.timely import Timely, spans_of
from simulator.observe.census import SERIES_PERCENTILES, Level, Window
from simulator.observe.gauges import COLUMNS
from simulator.observe.histogram import FloatArray, IntArray
from simulator.outcome import DEGRADED, OUTCOMES
from simulator.scenario.building.world import BuiltService, World
from simulator.scenario.expectation.measures import OUTCOMES as CODES
from simulator.scenario.expectation.measures import PERCENTILES, TABLE

if TYPE_CHECKING:
    from simulator.experiment.measurement import Measurement


class Measured:
    """One measure of one subject, in any window and by interval.

    `of_levels` tells that it is one of instances over time, not of requests. `level` and `timely` are
    of the subject, and `attempts` of everything that was sent; what a
    measure does not need is None.
    """

    def __init__(self, world: World, subject: str | None, measure: str) -> None:
        self.world = world
        self.name = subject
        self.measure = measure
        self.code = CODES.get(measure)
        self.of_levels = TABLE[measure].owner in ("service", "all or service")
        self.subject = Subject(frozenset(), False)
        if not self.of_levels:
            self.subject = subject_of(world, subject, measure)
        self.level: Level | None = None
        self.timely: Timely | None = None
        self.attempts: Level | None = None

    def services(self) -> list[BuiltService]:
        """Those that the subject is; all where it is everything."""
        services = self.world.services
        return list(services.values()) if self.name is None else [services[self.name]]

    def instances(self) -> list[int]:
        """The numbers of their instances."""
        return [
            number
            for each in self.services()
            for number in range(each.first, each.first + len(each.everyone))
        ]

    # In a window.

    def value(self, measurement: Measurement, window: Window) -> float | None:
        """The measure of what started in a window."""
        if self.of_levels:
            return self._level(measurement, window)
        lanes = Lanes(measurement, window)
        mine = self.lanes(lanes, self.subject)
        counts = lanes.counts(mine)
        finished = int(counts.sum())
        if self.measure in ("throughput", "goodput"):
            if lanes.length == 0.0:
                return None
            in_time = int(window.in_time.rows[mine].sum()) if len(mine) else 0
            return (finished if self.measure == "throughput" else in_time) / lanes.length
        if self.measure == "availability":
            return int(counts[: DEGRADED + 1].sum()) / finished if finished else None
        if self.code is not None:
            return int(counts[self.code]) / finished if finished else None
        if self.measure == "attempts_per_request":
            return self._attempts(measurement, window, lanes, finished)
        latency = lanes.latency(mine, lanes.good(sorted(self.subject.edges)))
        if self.measure == "mean":
            return latency.mean
        field = {"p99.9": "p999"}.get(self.measure, self.measure)
        value: float | None = getattr(latency, field)
        return value

    def lanes(self, lanes: Lanes, subject: Subject) -> IntArray:
        """The lanes of a subject."""
        mine = lanes.of_edges(subject.edges)
        return lanes.asked(mine) if subject.asked else mine

    def _attempts(
        self, measurement: Measurement, window: Window, lanes: Lanes, finished: int
    ) -> float | None:
        """Attempts at all hops for each request."""
        if window is measurement.windows[0]:
            sources = self.world.sources
            of = sources.values() if self.name is None else [sources[self.name]]
            entries = [entry for each in of for entry in each.every_entry()]
            started = sum(each.count - each.count_before for each in entries)
            return sum(each.tally.attempts for each in entries) / started if started else None
        sent = int(lanes.counts(self.lanes(lanes, attempts_of_all(self.world))).sum())
        return sent / finished if finished else None

    def _level(self, measurement: Measurement, window: Window) -> float | None:
        length = measurement.length(window)
        if length == 0.0:
            return None
        if self.measure == "utilization":
            return utilization(measurement, window, self.services()[0], self.instances())
        if self.measure in ("replicas", "replicas_peak"):
            return self._up(measurement, spans_of(window))
        areas = [measurement.areas(window, number) for number in self.instances()]
        if self.measure == "queue":
            return sum(each[COLUMNS.index("queued")] for each in areas) / length
        if self.measure == "wasted_work":
            work = sum(each[COLUMNS.index("work")] for each in areas)
            return sum(each[COLUMNS.index("wasted")] for each in areas) / work if work else None
        if window is measurement.windows[0]:
            return max(measurement.gauges.longest(number) for number in self.instances())
        peaks = self.by_interval(measurement)[intervals_in(measurement, window)]
        return float(peaks.max()) if len(peaks) else None

    def _up(self, measurement: Measurement, spans: Sequence[tuple[float, float]]) -> float | None:
        """The fewest instances that were up at once in some spans of time, or the most."""
        level = Count(ready_spans(self.world, self.services()[0], measurement.end))
        least = self.measure == "replicas"
        found = [
            (level.least if least else level.most)(begin, min(end, measurement.end))
            for begin, end in spans
        ]
        known = [float(each) for each in found if each is not None]
        return (min if least else max)(known, default=None)

    # By interval.

    def by_interval(self, measurement: Measurement) -> FloatArray:
        """The measure of each whole interval alone; not a number where there was nothing."""
        count, interval = whole_intervals(measurement), measurement.interval
        if self.of_levels:
            return self._levels_by_interval(measurement, count)
        if self.measure == "goodput":
            assert self.timely is not None
            return self.timely.by_interval(count)[1].astype(np.float64) / interval
        assert self.level is not None
        outcomes = rows_of(self.level, count, "outcomes", OUTCOMES)
        ended: FloatArray = outcomes.sum(axis=1)
        if self.measure == "throughput":
            return ended / interval
        if self.measure == "availability":
            return ratio(outcomes[:, : DEGRADED + 1].sum(axis=1), ended)
        if self.code is not None:
            return ratio(outcomes[:, self.code], ended)
        if self.measure == "attempts_per_request":
            assert self.attempts is not None
            return ratio(rows_of(self.attempts, count, "outcomes", OUTCOMES).sum(axis=1), ended)
        if self.measure == "mean":
            good = outcomes[:, : DEGRADED + 1].sum(axis=1)
            return ratio(rows_of(self.level, count, "sums", 1)[:, 0], good)
        share = PERCENTILES[self.measure]
        if share not in SERIES_PERCENTILES:
            return np.full(count, np.nan)
        columns = rows_of(self.level, count, "percentiles", len(SERIES_PERCENTILES), np.nan)
        return columns[:, SERIES_PERCENTILES.index(share)]

    def _levels_by_interval(self, measurement: Measurement, count: int) -> FloatArray:
        gauges, numbers = measurement.gauges, self.instances()
        total = len(measurement.instances)
        if self.measure in ("replicas", "replicas_peak"):
            level = Count(ready_spans(self.world, self.services()[0], measurement.end))
            starts = (np.arange(count) * measurement.interval).tolist()
            count_up = level.least if self.measure == "replicas" else level.most
            found = [count_up(each, each + measurement.interval) for each in starts]
            return np.array(found, dtype=np.float64)
        if self.measure == "queue_peak":
            peaks = np.array(gauges.peaks, dtype=np.float64).reshape(-1, total)
            return np.asarray(peaks[:count, numbers].max(axis=1))
        means = np.array(gauges.means).reshape(-1, total, len(COLUMNS))[:count, numbers]
        if self.measure == "queue":
            return np.asarray(means[:, :, COLUMNS.index("queued")].sum(axis=1))
        if self.measure == "wasted_work":
            work = means[:, :, COLUMNS.index("work")].sum(axis=1)
            return ratio(means[:, :, COLUMNS.index("wasted")].sum(axis=1), work)
        _, column = capacity_of(self.world, self.services()[0])
        return shares_used(means, column)


def whole_intervals(measurement: Measurement) -> int:
    """How many intervals were played to their ends: of another nothing can be told."""
    return floor(measurement.end / measurement.interval + NEARLY)


def intervals_in(measurement: Measurement, window: Window) -> IntArray:
    """The numbers of the whole intervals whose middles lie in a window."""
    middles = (np.arange(whole_intervals(measurement)) + 0.5) * measurement.interval
    inside = np.zeros(len(middles), dtype=np.bool_)
    for begin, end in spans_of(window):
        inside |= (middles >= begin) & (middles < end)
    return np.flatnonzero(inside)


def ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """One by the other; not a number where the other is nothing."""
    some = whole > 0.0
    return np.where(some, part / np.where(some, whole, 1.0), np.nan)


def rows_of(level: Level, count: int, field: str, width: int, empty: float = 0.0) -> FloatArray:
    """One field of a level that has one name, by interval."""
    found = np.full((count, width), empty)
    for block in level.finished:
        known = block.intervals < count
        values = np.asarray(getattr(block, field), dtype=np.float64).reshape(-1, width)
        found[block.intervals[known]] = values[known]
    return found
