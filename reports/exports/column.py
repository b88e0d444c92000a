"""What tables are made of: columns with their units, and rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

import pyarrow as pa

from simulator.experiment.result import Latency, Result

Row = tuple[object, ...]

TYPES: Mapping[str, pa.DataType] = {
    "text": pa.string(),
    "whole": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, what it holds (a key of `TYPES`), its unit, and what it means."""

    name: str
    kind: str
    unit: str
    about: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table, and how its rows are found."""

    about: str
    columns: Sequence[Column]
    rows: Callable[[Result], Iterator[Row]]

    def arrow(self, result: Result) -> pa.Table:
        """The table of a result, with the unit of each column in its metadata."""
        schema = pa.schema([field_of(each) for each in self.columns])
        rows = list(self.rows(result))
        columns = zip(*rows, strict=True) if rows else [() for _ in self.columns]
        arrays = [pa.array(column, each.type) for column, each in zip(columns, schema, strict=True)]
        return pa.Table.from_arrays(arrays, schema=schema)


def field_of(column: Column) -> pa.Field:
    """A column as Arrow has it."""
    metadata = {"unit": column.unit} if column.unit else None
    return pa.field(column.name, TYPES[column.kind], metadata=metadata)


def text(name: str, about: str) -> Column:
    """A column of words."""
    return Column(name, "text", "", about)


def whole(name: str, about: str, unit: str = "count") -> Column:
    """A column of whole numbers."""
    return Column(name, "whole", unit, about)


def number(name: str, unit: str, about: str) -> Column:
    """A column of any numbers."""
    return Column(name, "number", unit, about)


def seconds(name: str, about: str) -> Column:
    """A column of moments or lengths of time."""
    return number(name, "s", about)


def boolean(name: str, about: str) -> Column:
    """A column of yes and no."""
    return Column(name, "boolean", "", about)


def latency(prefix: str, of: str) -> list[Column]:
    """The columns of a latency; `plainly` gives what stands in them."""
    shares = {"p50": "half", "p90": "90 %", "p95": "95 %", "p99": "99 %", "p999": "99.9 %"}
    return [
        whole(f"{prefix}_count", f"how many there are of {of}"),
        seconds(f"{prefix}_mean", f"how long {of} took, the mean"),
        *(seconds(f"{prefix}_{name}", f"{share} took no longer") for name, share in shares.items()),
        seconds(f"{prefix}_max", "the longest"),
    ]


def plainly(found: Latency) -> Row:
    """The values of a latency, in the order of its columns."""
    return tuple(getattr(found, each.name) for each in fields(Latency))


def picked(thing: object, names: Sequence[str]) -> Row:
    """The values of some attributes."""
    return tuple(getattr(thing, name) for name in names)


def joined(names: Sequence[str]) -> str | None:
    """Several names in one column, as SQL can split them again; None if there are none."""
    return ", ".join(names) or None
