"""A result as tidy tables: a row for each thing, a column for each figure, a unit for each column.

Whatever writes or reads a run as tables goes by these: CSV, Parquet, and questions in SQL. The
series have tables of their own, `series-KIND`, as `--out` leaves them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa

from reports.export import arrow_table
from reports.exports.column import Table
from reports.exports.figures import FIGURES
from reports.exports.happenings import HAPPENINGS
from simulator.experiment.result import Result
from simulator.outcome import MEANINGS, NAMES

TABLES: Mapping[str, Table] = {**HAPPENINGS, **FIGURES}
"""By name. Every run has all of them, be they empty: then one question fits every run."""

SERIES: Mapping[str, str] = {
    "traffic": "requests of users by class",
    "service": "attempts at the instances of a service",
    "endpoint": "attempts at an endpoint",
    "instance": "attempts at an instance",
    "edge": "calls from a caller to an endpoint",
    "gauge": "how busy an instance was",
    "replicas": "the instances of a service that come and go",
    "latency": "how long usable answers took, counted in buckets",
}
"""What the series are of, by kind."""

SERIES_COLUMNS: Mapping[str, str] = {
    "time": "start of the interval",
    "name": "whose figures these are",
    "finished": "how many ended",
    **{name: f"of these, {name}: {why}" for name, why in zip(NAMES, MEANINGS, strict=True)},
    "latency_mean": "how long usable answers took, the mean",
    "latency_p50": "half took no longer",
    "latency_p90": "90 % took no longer",
    "latency_p95": "95 % took no longer",
    "latency_p99": "99 % took no longer",
    "latency_max": "the longest",
    "busy": "requests being worked on, mean over the interval",
    "queue_mean": "requests waiting for a place, mean over the interval",
    "queue_max": "the most that waited at once",
    "cores_used": "cores in use, mean over the interval",
    "work": "work done",
    "wasted_work": "of this, for callers who had given up",
    "ready": "instances that were ready, mean over the interval",
    "wanted": "instances that were asked for at its end",
    "upto": "the upper end of a bucket of latencies",
    "count": "usable answers in that bucket",
}
"""What the columns of series mean; not each has all of them."""


def tables(result: Result) -> Iterator[tuple[str, pa.Table]]:
    """Every table of a result with its name: those of `TABLES`, then the series that there are."""
    for name, table in TABLES.items():
        yield name, table.arrow(result)
    for kind, series in result.series.items():
        yield f"series-{kind}", arrow_table(series)


def about(name: str) -> str:
    """What a table is, in a sentence."""
    if name in TABLES:
        return TABLES[name].about
    return f"By interval: {SERIES[name.removeprefix('series-')]}"


def meanings(name: str) -> Mapping[str, str]:
    """What the columns of a table mean, by name."""
    if name in TABLES:
        return {each.name: each.about for each in TABLES[name].columns}
    return SERIES_COLUMNS
