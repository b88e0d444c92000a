"""Reads back what `--out` has left: a folder as the result that it was written from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np
import pyarrow as pa
import pyarrow.parquet
from pydantic import TypeAdapter, ValidationError

from reports.export import MARK
from simulator.errors import SimulatorError
from simulator.experiment import comparison as compared
from simulator.experiment import result as results
from simulator.experiment.comparison import Compared, Comparison, Difference, Precision, Summary
from simulator.experiment.measures import MEASURES
from simulator.experiment.result import Result, SeriesTable, Trace
from simulator.experiment.statistics import Interval

SCENARIO, TRACES, SERIES = "scenario.yaml", "traces.json", "series-*.parquet"
APART = ("series", "traces")
"""Fields of a result that have files of their own."""


class StoredError(SimulatorError):
    """A folder is not, or no longer, what `--out` leaves."""


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run as it lies in a folder: what came of it, and the text of the scenario that was played."""

    folder: Path
    result: Result
    scenario: str


@dataclass(frozen=True, slots=True)
class StoredComparison:
    """A comparison as it lies in a folder."""

    folder: Path
    comparison: Comparison


def read_stored(path: Path) -> StoredRun | StoredComparison:
    """Whatever lies in a folder, be it a run or a comparison; `path` may be its `result.json`, too.

    Raises:
        StoredError: if it is neither, or if a part of it is missing or damaged.
    """
    folder = path.parent if path.name == MARK else path
    found = _object(folder)
    schema = found.get("schema")
    if schema == results.SCHEMA:
        return StoredRun(folder, _result(folder, found), _text(folder / SCENARIO))
    if schema == compared.SCHEMA:
        return StoredComparison(folder, _comparison(folder, found))
    known = f"`{results.SCHEMA}` or `{compared.SCHEMA}`"
    raise StoredError(f"{folder / MARK}: expected a schema of {known}, found {schema!r}")


def read_run(path: Path) -> StoredRun:
    """The run in a folder.

    Raises:
        StoredError: if there is none, or if a part of it is missing or damaged.
    """
    found = read_stored(path)
    if isinstance(found, StoredRun):
        return found
    raise StoredError(
        f"{path}: a comparison; expected one run, as `aftershock run --out` leaves it"
    )


def read_comparison(path: Path) -> StoredComparison:
    """The comparison in a folder.

    Raises:
        StoredError: if there is none, or if it is damaged.
    """
    found = read_stored(path)
    if isinstance(found, StoredComparison):
        return found
    raise StoredError(
        f"{path}: one run; expected a comparison, as `aftershock compare --out` leaves it"
    )


def missing_from(folder: Path, finished: int) -> str | None:
    """The name of a file that the folder of a run must have, and lacks; None if it has all.

    A run always leaves what its instances did, and what its users saw if any of `finished` requests ended.
    """
    needed = [
        SCENARIO,
        TRACES,
        series_file("gauge"),
        *([series_file("traffic")] if finished else []),
    ]
    return next((name for name in needed if not (folder / name).is_file()), None)


def series_file(kind: str) -> str:
    """The file of a kind of series."""
    return f"series-{kind}.parquet"


def _object(folder: Path) -> dict[str, Any]:
    file = folder / MARK
    if not folder.exists():
        raise StoredError(f"{folder}: there is no such folder")
    if not folder.is_dir():
        raise StoredError(f"{folder}: a file; expected a folder that `--out` has left")
    if not file.exists():
        raise StoredError(f"{folder}: no {MARK} in it; expected a folder that `--out` has left")
    try:
        found = json.loads(_text(file))
    except ValueError as error:
        raise StoredError(f"{file}: damaged: {error}") from None
    if not isinstance(found, dict):
        raise StoredError(f"{file}: damaged: expected an object")
    return found


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except FileNotFoundError:
        raise StoredError(f"{file}: missing: the folder is no longer whole") from None
    except UnicodeDecodeError:
        raise StoredError(f"{file}: damaged: not a text") from None
    except OSError as error:
        raise StoredError(f"{file}: cannot be read: {error.strerror}") from None


def _result(folder: Path, found: Mapping[str, Any]) -> Result:
    values: dict[str, Any] = {}
    for name, adapter in _adapters().items():
        if name not in found:
            raise StoredError(f"{folder / MARK}: damaged: `{name}` is missing")
        values[name] = _valid(adapter, found[name], folder / MARK, name)
    missing = missing_from(folder, values["total"].finished)
    if missing is not None:
        raise StoredError(f"{folder / missing}: missing: the folder is no longer whole")
    return Result(**values, series=_series(folder), traces=_traces(folder))


@cache
def _adapters() -> Mapping[str, TypeAdapter[Any]]:
    """What each field of a result has to be."""
    hints = get_type_hints(Result)
    names = [each.name for each in fields(Result) if each.name not in APART]
    return {name: TypeAdapter(hints[name]) for name in names}


def _valid(adapter: TypeAdapter[Any], value: object, file: Path, name: str) -> Any:
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join([name, *map(str, first["loc"])])
        raise StoredError(f"{file}: damaged: `{place}`: {first['msg']}") from None


def _series(folder: Path) -> dict[str, SeriesTable]:
    tables = {}
    for file in sorted(folder.glob(SERIES)):
        kind = file.stem.removeprefix("series-")
        try:
            table = pyarrow.parquet.read_table(file)
        except (OSError, pa.ArrowInvalid) as error:
            raise StoredError(f"{file}: damaged: {str(error).splitlines()[0]}") from None
        tables[kind] = SeriesTable(
            kind, {name: _column(table[name]) for name in table.column_names}
        )
    return tables


def _column(column: pa.ChunkedArray) -> Any:
    if pa.types.is_string(column.type):
        return column.to_pylist()
    # What is missing is NaN again, as it was.
    return np.asarray(column.to_numpy())


def _traces(folder: Path) -> tuple[Trace, ...]:
    file = folder / TRACES
    try:
        found = json.loads(_text(file))
    except ValueError as error:
        raise StoredError(f"{file}: damaged: {error}") from None
    kept: tuple[Trace, ...] = _valid(_trace_adapter(), found, file, "traces")
    return kept


@cache
def _trace_adapter() -> TypeAdapter[Any]:
    return TypeAdapter(tuple[Trace, ...])


def _comparison(folder: Path, found: Mapping[str, Any]) -> Comparison:
    file = folder / MARK
    try:
        against, precision = found["against"], found["precision"]
        return Comparison(
            scenario=found["scenario"],
            description=found["description"],
            seed=found["seed"],
            replications=found["replications"],
            measure=MEASURES[found["measure"]],
            against=None if against is None else MEASURES[against],
            baseline=found["baseline"],
            candidates=tuple(_candidate(each) for each in found["candidates"]),
            precision=None if precision is None else Precision(**precision),
            wall_seconds=found["wall_seconds"],
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise StoredError(f"{file}: damaged: {error} is missing or of another kind") from None


def _candidate(found: Mapping[str, Any]) -> Compared:
    difference = found["difference"]
    return Compared(
        name=found["name"],
        choices={path: str(value) for path, value in found["settings"].items()},
        settings=found["settings"],
        measures={
            key: Summary(tuple(each["values"]), _interval(each))
            for key, each in found["measures"].items()
        },
        difference=None
        if difference is None
        else Difference(
            _interval(difference), difference["p"], difference["p_adjusted"], difference["verdict"]
        ),
    )


def _interval(found: Mapping[str, Any]) -> Interval | None:
    if found["mean"] is None:
        return None
    return Interval(found["mean"], found["low"], found["high"])
