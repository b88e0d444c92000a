"""The figures of a run by interval, from its series, as quotients that add up over intervals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isclose

import numpy as np

from reports.charts.latencies import Buckets, percentiles
from reports.exports.grid import Floats, Grid
from reports.store.batch_means import Sample
from simulator.experiment.result import Result, ServiceFigures, TrafficFigures

Key = tuple[str, str, str]
"""Of what (`total`, `traffic` or `service`), its name (empty for the total), and the measure."""
PERCENTILES: Mapping[str, float] = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}
Columns = Mapping[str, Floats]


def samples(result: Result) -> dict[Key, Sample]:
    """Every figure that the series tell by interval; each sample has an entry for every interval."""
    grid = Grid.of(result)
    found: dict[Key, Sample] = {}
    by_class = _counted(result, "traffic", grid)
    attempts = sum(
        (each["finished"] for each in _counted(result, "service", grid).values()),
        np.zeros(len(grid.ends)),
    )
    for name, columns in by_class.items():
        for measure, sample in _of_users(columns, result, result.traffic[name], grid):
            found["traffic", name, measure] = sample
    total = _added(list(by_class.values()))
    if total is not None:
        for measure, sample in _of_users(total, result, result.total, grid):
            found["total", "", measure] = sample
        if len(by_class) > 1:
            found |= _percentiles_of_all(result, grid)
        found["total", "", "attempts_per_request"] = Sample(attempts, total["finished"])
    for name, columns in _counted(result, "service", grid).items():
        found["service", name, "p99"] = _percentile(columns, "p99")
    for name, service in result.services.items():
        for measure, sample in _of_instances(result, service, grid):
            found["service", name, measure] = sample
    return found


def _counted(result: Result, kind: str, grid: Grid) -> dict[str, Columns]:
    """By name, the columns of a series of what ended, 0 where nothing did."""
    table = result.series.get(kind)
    if table is None:
        return {}
    found: dict[str, Columns] = {}
    for name, rows, numbers in grid.rows(table):
        columns: dict[str, Floats] = {}
        for title, column in table.columns.items():
            if title not in ("time", "name"):
                values = np.asarray(column, dtype=np.float64)[rows]
                columns[title] = grid.spread(values, numbers)
        ended = ~np.isnan(columns["finished"])
        for title in columns:
            if not title.startswith("latency_"):
                columns[title] = np.where(ended, columns[title], 0.0)
        usable = columns.get("ok", 0.0) + columns.get("degraded", np.zeros(len(grid.ends)))
        columns["usable"] = usable
        columns["latency"] = np.nan_to_num(columns["latency_mean"]) * usable
        found[name] = columns
    return found


def _added(classes: list[Columns]) -> Columns | None:
    """All classes together; percentiles are left out unless there is one class, for they do not add up."""
    if len(classes) < 2:
        return classes[0] if classes else None
    zero = np.zeros_like(classes[0]["finished"])
    titles = ("finished", "ok", "usable", "latency")
    return {title: sum((each.get(title, zero) for each in classes), zero) for title in titles}


def _of_users(
    columns: Columns, result: Result, figures: TrafficFigures, grid: Grid
) -> Iterator[tuple[str, Sample]]:
    finished, usable = columns["finished"], columns["usable"]
    yield "availability", Sample(usable, finished)
    yield "throughput", Sample(finished, grid.lengths)
    if _every_ok_is_good(result, figures):
        yield "goodput", Sample(columns.get("ok", np.zeros_like(finished)), grid.lengths)
    yield "mean", Sample(columns["latency"], usable)
    for name in PERCENTILES:
        if f"latency_{name}" in columns:
            yield name, _percentile(columns, name)


def _percentile(columns: Columns, name: str) -> Sample:
    values = columns[f"latency_{name}"]
    known = ~np.isnan(values)
    return Sample(np.where(known, values, 0.0), known.astype(np.float64))


def _percentiles_of_all(result: Result, grid: Grid) -> dict[Key, Sample]:
    """Those of all classes together, which do not follow from theirs, but from the histograms."""
    buckets = Buckets.of(result)
    if buckets is None:
        return {}
    found = {}
    for name, share in PERCENTILES.items():
        values = np.full(len(grid.ends), np.nan)
        known = percentiles(result, buckets, share)[: len(values)]
        values[: len(known)] = known
        found["total", "", name] = _percentile({f"latency_{name}": values}, name)
    return found


def _every_ok_is_good(result: Result, figures: TrafficFigures) -> bool:
    """Whether no `ok` came too late for an objective, of which the series knows nothing."""
    good = figures.goodput * (result.simulated - result.warmup)
    return isclose(good, figures.outcomes.get("ok", 0), rel_tol=1e-9, abs_tol=0.5)


def _of_instances(
    result: Result, service: ServiceFigures, grid: Grid
) -> Iterator[tuple[str, Sample]]:
    """Queue and utilization of all instances of a service together."""
    table = result.series["gauge"]
    totals = {name: np.zeros(len(grid.ends)) for name in ("busy", "queue_mean", "cores_used")}
    for name, rows, numbers in grid.rows(table):
        if name in service.instances:
            for title, total in totals.items():
                np.add.at(total, numbers, np.nan_to_num(np.asarray(table.columns[title])[rows]))
    whole = np.ones(len(grid.ends))
    yield "queue", Sample(totals["queue_mean"], whole)
    if service.utilization and service.scaling is None:
        # The series has what was used, not of how much. That hardly changes (only the dead are missed):
        # what was used, in the mean after the warm-up, is to it as the utilization says.
        used = totals["cores_used"] if totals["cores_used"].any() else totals["busy"]
        after = used[round(result.warmup / grid.interval) :]
        if after.any():
            yield "utilization", Sample(used * (service.utilization / after.mean()), whole)
