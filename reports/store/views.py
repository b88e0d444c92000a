"""All runs together as tables, which questions in SQL are put to: one row more for each run.

They are the tables of `aftershock export`, each with the `run` that a row is of in front, and `runs`, which has
a run's headline figures besides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from reports.export import UNITS, arrow_table
from reports.exports.column import Column, Table, field_of, number, text, whole
from reports.exports.tables import SERIES, SERIES_COLUMNS, TABLES, about
from reports.stored import StoredRun
from simulator.experiment.measures import LATENCIES
from simulator.experiment.result import Result
from simulator.outcome import NAMES

RUN = text("run", "the name of the run, as `aftershock runs` lists it")
LATENCY = tuple(f"latency_{name}" for name in ("mean", "p50", "p90", "p95", "p99", "max"))
COUNTED = ("finished", *NAMES, *LATENCY)
SERIES_HAVE: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(("traffic", "service", "endpoint", "instance", "edge"), COUNTED),
    "gauge": ("busy", "queue_mean", "cores_used", "work", "wasted_work", "queue_max"),
    "replicas": ("ready", "wanted"),
    "latency": ("upto", "count"),
}
"""The columns of each kind of series, besides `time` and `name`."""
WHOLE = frozenset(("finished", *NAMES, "queue_max", "wanted", "count"))
"""Columns of series that hold whole numbers."""


@dataclass(frozen=True, slots=True)
class View:
    """One table of all runs together."""

    about: str
    columns: Sequence[Column]
    rows: Callable[[StoredRun], pa.Table]
    """Of one run, without the column `run`; what it lacks of the columns becomes null, or 0 of outcomes."""

    def table(self, runs: Mapping[str, StoredRun]) -> pa.Table:
        """The rows of all runs, by their names."""
        schema = pa.schema([field_of(each) for each in self.columns])
        parts = [_complete(self.rows(run), name, schema) for name, run in runs.items()]
        return pa.concat_tables(parts) if parts else schema.empty_table()


def _complete(table: pa.Table, run: str, schema: pa.Schema) -> pa.Table:
    columns = []
    for field in schema:
        if field.name == RUN.name:
            columns.append(pa.array([run] * len(table), pa.string()))
        elif field.name in table.column_names:
            columns.append(table[field.name].cast(field.type))
        elif field.name in NAMES:
            columns.append(pa.array([0] * len(table), field.type))
        else:
            columns.append(pa.nulls(len(table), field.type))
    return pa.Table.from_arrays(columns, schema=schema)


HEADLINES = (
    text("folder", "where it lies"),
    *TABLES["run"].columns,
    whole("started", "requests that started after the warm-up"),
    whole("finished", "of these, that ended"),
    number("availability", "share", "`ok` and `degraded` among those that ended"),
    number("throughput", "1/s", "requests that ended, whatever the outcome"),
    number("goodput", "1/s", "`ok` within the objective of the class"),
    number("attempts_per_request", "ratio", "attempts at all hops to requests"),
    *(number(name, "s", f"latency of usable answers, {name}") for name in (*LATENCIES, "max")),
    number("cost_per_hour", "currency", "in that of the prices; null without prices"),
)
"""The columns of `runs` but the first."""


def _headlines(run: StoredRun) -> pa.Table:
    def row(result: Result) -> Iterator[tuple[object, ...]]:
        total, cost = result.total, result.cost
        (found,) = TABLES["run"].rows(result)
        yield (
            str(run.folder),
            *found,
            total.started,
            total.finished,
            total.availability,
            total.throughput,
            total.goodput,
            total.attempts_per_request,
            *(getattr(total.latency, name) for name in (*LATENCIES, "max")),
            None if cost is None else cost.per_hour,
        )

    return Table("", HEADLINES, row).arrow(run.result)


def _table(name: str) -> View:
    table = TABLES[name]
    return View(table.about, (RUN, *table.columns), lambda run: table.arrow(run.result))


def _series(kind: str) -> View:
    names = ("time", "name", *SERIES_HAVE[kind])
    columns = (RUN, *(_column(name) for name in names))
    empty = pa.table({"time": pa.array([], pa.float64())})

    def rows(run: StoredRun) -> pa.Table:
        found = run.result.series.get(kind)
        return empty if found is None else arrow_table(found)

    return View(about(f"series-{kind}"), columns, rows)


def _column(name: str) -> Column:
    what = "text" if name == "name" else "whole" if name in WHOLE else "number"
    unit = "s" if name in LATENCY else UNITS.get(name, "")
    return Column(name, what, unit, SERIES_COLUMNS[name])


VIEWS: Mapping[str, View] = {
    "runs": View("Every run, in one row", (RUN, *HEADLINES), _headlines),
    **{name: _table(name) for name in TABLES if name != "run"},
    **{f"series_{kind}": _series(kind) for kind in SERIES},
}
"""By name, as SQL has it."""
