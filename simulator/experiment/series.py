"""The time series of a run, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulator.experiment.result import SeriesTable
from simulator.experiment.scaling_figures import Count, ready_spans
from simulator.observe.census import MERGED, SERIES_PERCENTILES, Level, Narrow
from simulator.observe.gauges import COLUMNS
from simulator.observe.histogram import EDGES, IntArray
from simulator.outcome import NAMES

if TYPE_CHECKING:
    from simulator.experiment.measurement import Measurement

Column = NDArray[np.float64] | NDArray[np.int64] | list[str]


def series_of(measurement: Measurement) -> dict[str, SeriesTable]:
    """A table for each level that something was counted at, of latencies, and of levels by instance."""
    tables = {
        kind: table
        for kind, level in measurement.levels.items()
        if (table := _counted(level, measurement.interval)) is not None
    }
    latencies = _latencies(measurement.levels["traffic"], measurement.interval)
    if latencies is not None:
        tables["latency"] = latencies
    tables["gauge"] = _gauges(measurement)
    if measurement.world.workloads:
        tables["replicas"] = _replicas(measurement)
    return tables


def _counted(level: Level, interval: float) -> SeriesTable | None:
    if not level.finished:
        return None
    intervals = _joined([block.intervals for block in level.finished])
    keys = _joined([block.keys for block in level.finished])
    outcomes = _joined([block.outcomes for block in level.finished])
    good = _joined([block.good for block in level.finished])
    sums = np.concatenate([block.sums for block in level.finished])
    percentiles = np.concatenate([block.percentiles for block in level.finished])
    greatest = np.concatenate([block.greatest for block in level.finished])
    with np.errstate(invalid="ignore"):
        means = np.where(good > 0, sums / np.maximum(good, 1), np.nan)
    columns: dict[str, Column] = {
        "time": intervals.astype(np.float64) * interval,
        "name": [level.names[key] for key in keys.tolist()],
        "finished": outcomes.sum(axis=1),
    }
    for code, name in enumerate(NAMES):
        if outcomes[:, code].any():
            columns[name] = outcomes[:, code]
    columns["latency_mean"] = means
    for number, share in enumerate(SERIES_PERCENTILES):
        columns[f"latency_p{round(share * 100)}"] = percentiles[:, number]
    columns["latency_max"] = greatest
    return SeriesTable(level.kind, columns)


def _latencies(level: Level, interval: float) -> SeriesTable | None:
    """Usable answers by interval, name and latency; None if there was none."""
    blocks = level.latencies
    if not blocks or not any(len(block.keys) for block in blocks):
        return None
    keys = _joined([block.keys for block in blocks])
    intervals = _joined([block.intervals for block in blocks])
    columns: dict[str, Column] = {
        "time": intervals.astype(np.float64) * interval,
        "name": [level.names[key] for key in keys.tolist()],
        "upto": EDGES[(_joined([block.buckets for block in blocks]) + 1) * MERGED],
        "count": _joined([block.counts for block in blocks]),
    }
    return SeriesTable("latency", columns)


def _joined(parts: Sequence[Narrow]) -> IntArray:
    """Whole numbers of several blocks, in one width."""
    return np.concatenate(parts, dtype=np.int64)


def _replicas(measurement: Measurement) -> SeriesTable:
    """By service whose instances come and go: how many were ready, the mean, and wanted, at the end."""
    world, end = measurement.world, measurement.end
    count = len(measurement.gauges.means)
    edges = np.minimum(np.arange(count + 1) * measurement.interval, end)
    ready, wanted = [], []
    for name, workload in world.workloads.items():
        spans = Count(ready_spans(world, world.services[name], end))
        ready.append(np.diff(spans.areas(edges)) / np.diff(edges))
        since = np.array([each.time for each in workload.wishes])
        wishes = np.array([each.wanted for each in workload.wishes], dtype=np.int64)
        wanted.append(wishes[np.searchsorted(since, edges[1:], side="right") - 1])
    columns: dict[str, Column] = {
        "time": np.repeat(edges[:-1], len(world.workloads)),
        "name": list(world.workloads) * count,
        "ready": np.array(ready).T.reshape(-1),
        "wanted": np.array(wanted).T.reshape(-1),
    }
    return SeriesTable("replicas", columns)


def _gauges(measurement: Measurement) -> SeriesTable:
    gauges = measurement.gauges
    instances = [each.name for each in measurement.instances]
    means = np.array(gauges.means).reshape(-1, len(instances), len(COLUMNS))
    peaks = np.array(gauges.peaks, dtype=np.int64).reshape(-1, len(instances))
    times = np.arange(len(means)) * measurement.interval
    columns: dict[str, Column] = {
        "time": np.repeat(times, len(instances)),
        "name": instances * len(means),
    }
    names = ("busy", "queue_mean", "cores_used", "work", "wasted_work")
    for number, name in enumerate(names):
        columns[name] = means[:, :, number].reshape(-1)
    columns["queue_max"] = peaks.reshape(-1)
    return SeriesTable("gauge", columns)
