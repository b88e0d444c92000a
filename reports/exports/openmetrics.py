"""A run as OpenMetrics text with timestamps, as `promtool tsdb create-blocks-from openmetrics` reads it.

Each sample stands at the end of an interval of the series, as if the system had been scraped then;
counters begin with 0 at the start of the run. Source: OpenMetrics 1.0 (prometheus.io).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from math import nan

import numpy as np

from reports.exports.exposition import END, Exposition, number
from reports.exports.grid import Floats, Grid, service_of
from reports.exports.metrics import LEVELS, PREFIX, sample
from reports.stored import StoredRun
from simulator.experiment.result import FaultFigures, Result, SeriesTable
from simulator.outcome import NAMES, USABLE

QUANTILES = {
    "0.5": "latency_p50",
    "0.9": "latency_p90",
    "0.95": "latency_p95",
    "0.99": "latency_p99",
}
PER_OCTAVE = 4
"""Buckets of a histogram to a doubling of the latency."""
GAUGES = {
    "aftershock_instance_busy_requests": "busy",
    "aftershock_instance_queue_requests": "queue_mean",
    "aftershock_instance_queue_max_requests": "queue_max",
}
COUNTERS = {
    "aftershock_instance_cpu_seconds": "cores_used",
    "aftershock_instance_work_seconds": "work",
    "aftershock_instance_wasted_work_seconds": "wasted_work",
}
REPLICAS = {
    "aftershock_service_ready_instances": "ready",
    "aftershock_service_wanted_instances": "wanted",
}


class Writer:
    """Writes the samples of one run."""

    def __init__(self, run: StoredRun, start: datetime) -> None:
        self.result = run.result
        self.grid = Grid.of(run.result)
        first = round(start.timestamp() * 1000)
        moments = [first + round(end * 1000) for end in (0.0, *self.grid.ends)]
        stamps = [f"{each / 1000:.3f}".rstrip("0").rstrip(".") for each in moments]
        self.text = Exposition(name_of(run.result), stamps)

    def all(self) -> Iterator[str]:
        """Every family of which there is something to tell, one after another."""
        yield from self.text.family("aftershock_run", self.info())
        for kind, (noun, _, _) in LEVELS.items():
            if kind in self.result.series:
                table = self.result.series[kind]
                name = f"{PREFIX}{noun}"
                yield from self.text.family(f"{name}s", self.counts(kind, table))
                family = f"{name}_duration_quantile_seconds"
                yield from self.text.family(family, self.quantiles(kind, table))
        yield from self.text.family("aftershock_request_duration_seconds", self.histograms())
        for families, kind, of in (
            (GAUGES, "gauge", self.levels),
            (COUNTERS, "gauge", self.areas),
            (REPLICAS, "replicas", self.levels),
        ):
            if kind in self.result.series:
                for family, column in families.items():
                    yield from self.text.family(
                        family, of(family, self.result.series[kind], column)
                    )
        yield from self.text.family("aftershock_fault_active", self.faults())
        yield from self.text.family("aftershock_events", self.events())
        yield END

    def labels(self, kind: str, name: str) -> dict[str, str]:
        """The labels of a name in a series."""
        if kind in ("instance", "gauge"):
            return {"service": service_of(name), "instance": name}
        if kind == "endpoint":
            service, _, endpoint = name.partition(".")
            return {"service": service, "endpoint": endpoint}
        if kind == "edge":
            caller, _, callee = name.partition(" > ")
            return {"caller": caller, "callee": callee}
        return {"traffic" if kind == "traffic" else "service": name}

    def info(self) -> Iterator[str]:
        """Which run it is, at every moment."""
        result = self.result
        labels = {
            "scenario": result.scenario,
            "seed": str(result.seed),
            "replication": str(result.replication),
            "digest": result.digest,
        }
        yield self.text.points(sample("aftershock_run"), labels, [1] * len(self.text.stamps))

    def counts(self, kind: str, table: SeriesTable) -> Iterator[str]:
        """How many ended, by outcome."""
        name = f"{PREFIX}{LEVELS[kind][0]}s_total"
        for whose, rows, numbers in self.grid.rows(table):
            for outcome in (each for each in NAMES if each in table.columns):
                column = np.asarray(table.columns[outcome], dtype=np.int64)[rows]
                if column.any():
                    labels = self.labels(kind, whose) | {"outcome": outcome}
                    yield self.text.points(
                        name, labels, _from_zero(self.grid.summed(column, numbers))
                    )

    def quantiles(self, kind: str, table: SeriesTable) -> Iterator[str]:
        """How long usable answers took in each interval."""
        name = f"{PREFIX}{LEVELS[kind][0]}_duration_quantile_seconds"
        seconds, usable = _seconds(table), _usable(table)
        for whose, rows, numbers in self.grid.rows(table):
            labels = self.labels(kind, whose)
            columns = [
                [nan, *self.grid.spread(_floats(table, title)[rows], numbers).tolist()]
                for title in QUANTILES.values()
            ]
            heads = [self.text.head(name, {**labels, "quantile": share}) for share in QUANTILES]
            yield from self.text.moments(
                name,
                labels,
                heads,
                list(zip(*columns, strict=True)),
                _from_zero(self.grid.summed(usable[rows], numbers)),
                _from_zero(self.grid.summed(seconds[rows], numbers)),
            )

    def levels(self, family: str, table: SeriesTable, column: str) -> Iterator[str]:
        """The mean or the last of each interval."""
        for whose, rows, numbers in self.grid.rows(table):
            values = _floats(table, column)[rows]
            labels = self.labels(table.kind, whose)
            spread = self.grid.spread(values, numbers).tolist()
            yield self.text.points(family, labels, spread, first=False)

    def areas(self, family: str, table: SeriesTable, column: str) -> Iterator[str]:
        """What a rate per second has come to."""
        for whose, rows, numbers in self.grid.rows(table):
            values = _floats(table, column)[rows]
            area = values * self.grid.lengths[numbers]
            labels = self.labels(table.kind, whose)
            yield self.text.points(
                sample(family), labels, _from_zero(self.grid.summed(area, numbers))
            )

    def histograms(self) -> Iterator[str]:
        """How long usable answers took, by buckets, where the run has kept them."""
        series = self.result.series
        if not {"latency", "traffic"} <= series.keys():
            return
        table, counted = series["latency"], series["traffic"]
        family = "aftershock_request_duration_seconds"
        sums = {
            whose: _from_zero(self.grid.summed(_seconds(counted)[rows], numbers))
            for whose, rows, numbers in self.grid.rows(counted)
        }
        upto = _floats(table, "upto")
        count = np.asarray(table.columns["count"], dtype=np.int64)
        uppers = _coarse(upto)
        bounds = np.unique(uppers[np.isfinite(uppers)])
        for whose, rows, numbers in self.grid.rows(table):
            filled = np.zeros((len(self.grid.ends), len(bounds) + 1), dtype=np.int64)
            np.add.at(filled, (numbers, np.searchsorted(bounds, uppers[rows])), count[rows])
            cumulative = np.cumsum(np.cumsum(filled, axis=0), axis=1)
            levels = [[0] * (len(bounds) + 1), *cumulative.tolist()]
            labels = {"traffic": whose}
            les = [*map(number, bounds.tolist()), "+Inf"]
            yield from self.text.moments(
                family,
                labels,
                [self.text.head(f"{family}_bucket", {**labels, "le": le}) for le in les],
                levels,
                [level[-1] for level in levels],
                sums[whose],
            )

    def faults(self) -> Iterator[str]:
        """When each fault was on."""
        for each in self.result.faults:
            if each.start is not None:
                values = [float(_on(each, end)) for end in (0.0, *self.grid.ends)]
                labels = {"fault": each.name, "kind": each.kind}
                yield self.text.points("aftershock_fault_active", labels, values)

    def events(self) -> Iterator[str]:
        """How much was told in the log, by kind."""
        for kind in sorted({each.kind for each in self.result.log}):
            times = np.sort([each.time for each in self.result.log if each.kind == kind])
            told = np.searchsorted(times, self.grid.ends, side="right").tolist()
            yield self.text.points(sample("aftershock_events"), {"kind": kind}, [0, *told])


def pieces(run: StoredRun, start: datetime) -> Iterator[str]:
    """The file, metric by metric."""
    return Writer(run, start).all()


def name_of(result: Result) -> str:
    """The value of the label `run`: two runs differ in it, however alike their scenarios are."""
    return f"{result.scenario}-{result.digest.partition(':')[2][:8]}"


def _coarse(upto: Floats) -> Floats:
    """Upper bounds, moved up to the nearest of `PER_OCTAVE` to a doubling."""
    mantissas, exponents = np.frexp(upto)
    steps = np.ceil(mantissas * 2 * PER_OCTAVE) / (2 * PER_OCTAVE)
    found: Floats = np.ldexp(steps, exponents)
    return found


def _floats(table: SeriesTable, column: str) -> Floats:
    """A column as floats."""
    found: Floats = np.asarray(table.columns[column], dtype=np.float64)
    return found


def _usable(table: SeriesTable) -> Floats:
    """How many usable answers there were, row by row."""
    found = np.zeros(len(table.columns["time"]))
    for name in USABLE:
        if name in table.columns:
            found += _floats(table, name)
    return found


def _seconds(table: SeriesTable) -> Floats:
    """How long these took together, row by row."""
    means: Floats = np.nan_to_num(_floats(table, "latency_mean"))
    return means * _usable(table)


def _on(fault: FaultFigures, time: float) -> bool:
    """Whether a fault is on; between its begins it counts as on."""
    begun = fault.start is not None and fault.start <= time
    return begun and (fault.end is None or time < fault.end)


def _from_zero(values: Floats) -> list[float]:
    return [0.0, *values.tolist()]
