"""The CSV files that a scenario names: recorded arrivals, rates and durations."""

from __future__ import annotations

import csv
from array import array
from collections.abc import Iterable, Iterator, Sequence
from math import isfinite
from pathlib import Path

from simulator.scenario.problem import few, found, nearest

MOST_ROWS = 5_000_000
LARGEST = 1024**3
"""Bytes of a file."""


class FileError(ValueError):
    """A file that a scenario names cannot be used."""


def arrival_times(path: Path, column: str | int, speed: float) -> array[float]:
    """Arrival times in seconds, ascending, divided by `speed`.

    Raises:
        FileError: if there are none, or they are out of order.
    """
    times = array("d")
    last = 0.0
    for line, (time,) in read_rows(path, (column,)):
        if time < last:
            wanted = f"at least {last:g}, the time before" if times else "at least 0"
            raise _wrong(path, line, f"expected a time of {wanted}, found `{time:g}`")
        times.append(time / speed)
        last = time
    return times


def recorded_rates(path: Path, speed: float, times: float) -> tuple[array[float], array[float]]:
    """Times in seconds (from 0, ascending, divided by `speed`) and rates (multiplied by `times`).

    Raises:
        FileError: if they are not that.
    """
    seconds, rates = array("d"), array("d")
    last = 0.0
    for line, (second, rate) in read_rows(path, ("second", "rate_per_second")):
        if not seconds and second != 0.0:
            raise _wrong(path, line, f"expected the first `second` to be 0, found `{second:g}`")
        if seconds and second <= last:
            raise _wrong(path, line, f"expected a `second` after {last:g}, found `{second:g}`")
        if rate < 0.0:
            raise _wrong(path, line, f"expected a rate of at least 0, found `{rate:g}`")
        seconds.append(second / speed)
        rates.append(rate * times)
        last = second
    return seconds, rates


def measured_values(path: Path, column: str | int) -> array[float]:
    """Measured durations, in the unit of the file.

    Raises:
        FileError: if there are none, or one is negative.
    """
    values = array("d")
    for line, (value,) in read_rows(path, (column,)):
        if value < 0.0:
            raise _wrong(path, line, f"expected a duration of at least 0, found `{value:g}`")
        values.append(value)
    return values


def read_rows(path: Path, columns: Sequence[str | int]) -> Iterator[tuple[int, tuple[float, ...]]]:
    """The `columns` (by name, or by number from 0) of each row of a CSV file, with its line.

    Empty lines and lines that begin with `#` are passed over. The first row may be a header; it
    must be one if a column is asked for by name.

    Raises:
        FileError: if the file cannot be read or a cell is not a finite number.
    """
    try:
        if path.exists() and not path.is_file():
            raise FileError(f"`{path}` is not a file")
        if path.exists() and path.stat().st_size > LARGEST:
            raise FileError(f"`{path}` is larger than {LARGEST // 1024**2} MiB")
        with path.open(newline="", encoding="utf-8-sig") as file:
            yield from _rows(path, file, columns)
    except OSError as error:
        raise FileError(f"cannot read `{path}`: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise FileError(f"`{path}` is not a text in UTF-8") from None
    except csv.Error as error:
        raise FileError(f"`{path}` is not CSV: {error}") from None
    except ValueError as error:
        # A path with a NUL in it never gets as far as the file system.
        raise error if isinstance(error, FileError) else FileError(str(error)) from None


def _rows(
    path: Path, file: Iterable[str], columns: Sequence[str | int]
) -> Iterator[tuple[int, tuple[float, ...]]]:
    lines = _Lines(file)
    places: list[int] | None = None
    count = 0
    for row in csv.reader(lines):
        if not row:
            continue
        if places is None:
            places = _places(path, row, columns)
            if all(_number(cell) is None for cell in row):
                continue
        count += 1
        if count > MOST_ROWS:
            raise FileError(f"`{path}` has more than {MOST_ROWS:,} rows")
        values = []
        for place in places:
            value = _number(row[place]) if place < len(row) else None
            if value is None:
                cell = row[place] if place < len(row) else ""
                raise _wrong(path, lines.read, f"expected a number, found {found(cell)}")
            values.append(value)
        yield lines.read, tuple(values)
    if not count:
        raise FileError(f"`{path}` has no rows")


class _Lines:
    """Passes on the lines that are no comments, and counts all of them."""

    def __init__(self, file: Iterable[str]) -> None:
        self.file = iter(file)
        self.read = 0

    def __iter__(self) -> Iterator[str]:
        for line in self.file:
            self.read += 1
            if not line.startswith("#"):
                yield line


def _places(path: Path, header: list[str], columns: Sequence[str | int]) -> list[int]:
    names = [cell.strip() for cell in header]
    places = []
    for column in columns:
        if isinstance(column, int):
            if column >= len(header):
                has = f"{len(header)} columns" if len(header) > 1 else "one column"
                raise FileError(f"`{path}` has {has}, numbered from 0: there is no {column}")
            places.append(column)
        elif column in names:
            places.append(names.index(column))
        elif all(_number(name) is not None for name in names):
            raise FileError(f"`{path}` has no header, so no column `{column}`")
        else:
            hint = nearest(column, names) or few(names)
            raise FileError(f"`{path}` has no column `{column}`{hint}")
    return places


def _number(cell: str) -> float | None:
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if isfinite(value) else None


def _wrong(path: Path, line: int, message: str) -> FileError:
    return FileError(f"`{path}`, line {line}: {message}")
