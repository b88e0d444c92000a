"""A result as files: whole, or not there at all."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from simulator.errors import SimulatorError
from simulator.experiment.comparison import Comparison
from simulator.experiment.result import Result, SeriesTable, plain
from simulator.outcome import NAMES
from simulator.whole_file import why_not, write_whole_file

MARK = "result.json"
"""A folder with this file in it is an earlier result."""

UNITS: Mapping[str, str] = {
    "time": "s",
    "busy": "requests",
    "queue_mean": "requests",
    "queue_max": "requests",
    "cores_used": "cores",
    "work": "core-seconds per second",
    "wasted_work": "core-seconds per second",
    "ready": "instances",
    "wanted": "instances",
    "finished": "count",
    "upto": "s",
    "count": "count",
    **dict.fromkeys(NAMES, "count"),
}
"""Units of the columns of a series; those that begin with `latency_` are seconds."""


class ExportError(SimulatorError):
    """A result cannot be written where it was asked for."""


def prepare(folder: Path, force: bool, mark: str = MARK) -> None:
    """Make sure, before a long run, that a result may be written to `folder`.

    A folder with the file `mark` in it is an earlier one of the same kind, and may be replaced.

    Raises:
        ExportError: if it may not.
    """
    parent = folder.absolute().parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportError(f"{parent}: cannot be made: {error.strerror}") from None
    _try_out(folder)
    if folder.exists() and not folder.is_dir():
        raise ExportError(f"{folder}: a file, not a folder")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / mark).exists() and not force:
        earlier = "result" if mark == MARK else "export"
        message = f"not empty, and not an earlier {earlier}; `--force` replaces it"
        raise ExportError(f"{folder}: {message}")


def write_result(result: Result, scenario: str, folder: Path, force: bool = False) -> None:
    """Leave everything that a run has to say; `scenario` is the text of the resolved scenario.

    Raises:
        ExportError: if that cannot be done; `folder` is then as it was.
    """
    write_whole(folder, force, lambda fresh: _write_files(result, scenario, fresh))


def write_comparison(
    comparison: Comparison, scenarios: Sequence[str], folder: Path, force: bool = False
) -> None:
    """Leave everything that a comparison has to say, with the resolved scenario of each candidate.

    Raises:
        ExportError: if that cannot be done; `folder` is then as it was.
    """

    def fill(fresh: Path) -> None:
        (fresh / MARK).write_text(json.dumps(comparison.to_json(), indent=2) + "\n", "utf-8")
        pyarrow.csv.write_csv(replications_table(comparison), fresh / "replications.csv")
        for number, text in enumerate(scenarios, 1):
            (fresh / f"candidate-{number}.yaml").write_text(text, "utf-8")

    write_whole(folder, force, fill)


def write_whole(folder: Path, force: bool, fill: Callable[[Path], None], mark: str = MARK) -> None:
    """Have `fill` write its files to a folder beside, and put it in its place in one step.

    Raises:
        ExportError: if that cannot be done; `folder` is then as it was.
    """
    prepare(folder, force, mark)
    folder = folder.absolute()
    try:
        fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise ExportError(f"{folder.parent}: cannot be written to: {error.strerror}") from None
    try:
        fill(fresh)
        for file in fresh.iterdir():
            _sync(file)
        fresh.chmod(0o755)
        _replace(folder, fresh)
    except OSError as error:
        raise ExportError(f"{folder}: cannot be written: {error.strerror}") from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _replace(folder: Path, fresh: Path) -> None:
    if not folder.exists():
        fresh.rename(folder)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
    folder.rename(old / folder.name)
    try:
        fresh.rename(folder)
    except OSError:
        (old / folder.name).rename(folder)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _write_files(result: Result, scenario: str, folder: Path) -> None:
    (folder / MARK).write_text(json.dumps(result.to_json(), indent=2) + "\n", "utf-8")
    (folder / "scenario.yaml").write_text(scenario, "utf-8")
    traces = json.dumps(plain(result.traces), indent=1)
    (folder / "traces.json").write_text(traces + "\n", "utf-8")
    for kind, series in result.series.items():
        table = arrow_table(series)
        pyarrow.parquet.write_table(table, folder / f"series-{kind}.parquet")
        pyarrow.csv.write_csv(table, folder / f"series-{kind}.csv")


def arrow_table(series: SeriesTable) -> pa.Table:
    """A series with the unit of each column in its metadata."""
    fields, columns = [], []
    for name, column in series.columns.items():
        array = pa.array(column, from_pandas=True)
        metadata = {"unit": unit_of(name)} if unit_of(name) else None
        fields.append(pa.field(name, array.type, metadata=metadata))
        columns.append(array)
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def unit_of(column: str) -> str:
    """The unit of a column of a series; empty where it has none."""
    return "s" if column.startswith("latency_") else UNITS.get(column, "")


def replications_table(comparison: Comparison) -> pa.Table:
    """A row for each candidate and replication, with every measure as a column."""
    count = comparison.replications
    columns: dict[str, list[object]] = {
        "candidate": [each.name for each in comparison.candidates for _ in range(count)],
        "replication": [number for _ in comparison.candidates for number in range(count)],
    }
    for key in comparison.candidates[0].measures:
        values = [each.measures[key].values for each in comparison.candidates]
        columns[key] = [value for found in values for value in found]
    return pa.table(columns)


def write_file(path: Path, content: bytes | Iterable[bytes]) -> None:
    """Write a file whole, be it in pieces, or leave what was there.

    Raises:
        ExportError: if it cannot be written.
    """
    try:
        write_whole_file(path, content)
    except OSError as error:
        raise ExportError(f"{path}: cannot be written: {error.strerror}") from None


def prepare_file(path: Path) -> None:
    """Make sure, before long work, that a file may be written.

    Raises:
        ExportError: if it may not.
    """
    _try_out(path)
    if path.is_dir():
        raise ExportError(f"{path}: a folder, not a file")


def _try_out(path: Path) -> None:
    if why := why_not(path):
        raise ExportError(f"{path}: {why}")


def _sync(file: Path) -> None:
    """Have a file on the disk before it is put in its place."""
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())
