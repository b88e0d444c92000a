"""The CSV files that a scenario names: recorded arrivals, rates and durations."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

MOST_ROWS = 5_000_000


class FileProblem(ValueError):
    """A file that a scenario names cannot be used."""


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of numbers from a CSV file."""

    columns: tuple[tuple[float, ...], ...]


def read_numbers(path: Path, columns: tuple[str | int, ...]) -> Table:
    """The `columns` (by name, or by number from 0) of a CSV file, as numbers.

    Lines that begin with `#` are comments. The first row may be a header; it must be one if a
    column is asked for by name.

    Raises:
        FileProblem: if the file cannot be read or a cell is not a finite number.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return _table(path, file, columns)
    except OSError as error:
        raise FileProblem(f"cannot read `{path}`: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise FileProblem(f"`{path}` is not a text file in UTF-8") from None
    except csv.Error as error:
        raise FileProblem(f"`{path}` is not CSV: {error}") from None


def _table(path: Path, file: Iterable[str], columns: tuple[str | int, ...]) -> Table:
    reader = csv.reader(line for line in file if not line.startswith("#"))
    places: list[int] | None = None
    found: list[list[float]] = [[] for _ in columns]
    for row in reader:
        if not row:
            continue
        if places is None:
            places = _places(path, row, columns)
            if not _is_number(row[places[0]]):
                continue
        if len(found[0]) >= MOST_ROWS:
            raise FileProblem(f"`{path}` has more than {MOST_ROWS:,} rows")
        for place, values in zip(places, found, strict=True):
            cell = row[place] if place < len(row) else ""
            if not _is_number(cell):
                where = f"`{path}`, line {reader.line_num}"
                raise FileProblem(f"{where}: expected a number, found `{cell}`")
            values.append(float(cell))
    if not found[0]:
        raise FileProblem(f"`{path}` has no rows")
    return Table(tuple(tuple(values) for values in found))


def _places(path: Path, header: list[str], columns: tuple[str | int, ...]) -> list[int]:
    names = [cell.strip() for cell in header]
    places = []
    for column in columns:
        if isinstance(column, int):
            if column >= len(header) or column < 0:
                raise FileProblem(f"`{path}` has {len(header)} columns, and no number {column}")
            places.append(column)
        elif column in names:
            places.append(names.index(column))
        else:
            raise FileProblem(f"`{path}` has no column `{column}`, only {', '.join(names)}")
    return places


def _is_number(cell: str) -> bool:
    try:
        return isfinite(float(cell))
    except ValueError:
        return False


def arrival_times(path: Path, column: str | int, speed: float) -> tuple[float, ...]:
    """Arrival times in seconds, ascending, divided by `speed`.

    Raises:
        FileProblem: if there are none, or they are out of order.
    """
    (times,) = read_numbers(path, (column,)).columns
    if times[0] < 0.0:
        raise FileProblem(f"`{path}`: expected times from 0, found {times[0]:g}")
    for number in range(1, len(times)):
        if times[number] < times[number - 1]:
            raise FileProblem(
                f"`{path}`: times must ascend, found {times[number]:g} after {times[number - 1]:g}"
            )
    return tuple(time / speed for time in times)


def recorded_rates(
    path: Path, speed: float, times: float
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Times in seconds (from 0, ascending, divided by `speed`) and rates (multiplied by `times`).

    Raises:
        FileProblem: if they are not that.
    """
    seconds, rates = read_numbers(path, ("second", "rate_per_second")).columns
    if seconds[0] != 0.0:
        raise FileProblem(f"`{path}`: expected the first `second` to be 0, found {seconds[0]:g}")
    for number in range(1, len(seconds)):
        if seconds[number] <= seconds[number - 1]:
            raise FileProblem(f"`{path}`: `second` must ascend, found {seconds[number]:g} again")
    if min(rates) < 0.0:
        raise FileProblem(f"`{path}`: expected rates of at least 0, found {min(rates):g}")
    return tuple(each / speed for each in seconds), tuple(each * times for each in rates)
