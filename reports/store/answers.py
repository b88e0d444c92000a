"""Answers to questions in SQL: as a table for the terminal, as CSV, as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from io import BytesIO
from math import isfinite
from typing import Final

import pyarrow as pa
import pyarrow.csv
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from reports.quantity import MISSING
from reports.store.views import VIEWS
from reports.tables.style import new_table

ENOUGH: Final = 20
"""Columns of the terminal in which a long text can be read."""


def answer_parts(answer: pa.Table, width: int) -> list[RenderableType]:
    """The rows, numbers with six digits that count, and `-` for null.

    They stand in a table, or one below the other if its columns would be too narrow to be read.
    """
    names = answer.column_names
    rows = [[_cell(value) for value in row] for row in _rows(answer)]
    number = f"{len(rows):,} {'row' if len(rows) == 1 else 'rows'}"
    needed = sum(
        1 + max(len(name), min(ENOUGH, max((len(row[place]) for row in rows), default=0)))
        for place, name in enumerate(names)
    )
    shown = _table(answer, rows) if needed < width else _records(names, rows)
    return [shown, Text(number, style="dim")]


def _table(answer: pa.Table, rows: Sequence[Sequence[str]]) -> Table:
    table = new_table("")
    table.title = None
    for field in answer.schema:
        number = pa.types.is_floating(field.type) or pa.types.is_integer(field.type)
        right = number or pa.types.is_decimal(field.type)
        table.add_column(field.name, justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _records(names: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A line for each value, and an empty one between rows."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", overflow="fold")
    table.add_column(overflow="fold")
    for row in rows:
        for name, cell in zip(names, row, strict=True):
            table.add_row(Text(name), Text(cell))
        table.add_row()
    return table


def as_csv(answer: pa.Table) -> str:
    """With a heading; null is an empty cell. What is nested is JSON."""
    plain = [_flat(column) for column in answer.columns]
    written = BytesIO()
    pyarrow.csv.write_csv(pa.table(plain, names=answer.column_names), written)
    return written.getvalue().decode()


def as_json(answer: pa.Table) -> str:
    """An array of objects, a row each, in lines of their own."""
    rows = [dict(zip(answer.column_names, row, strict=True)) for row in _rows(answer)]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False, default=str) for row in rows)
    return f"[{lines}]"


def tables_list() -> str:
    """Every table with its columns, their types and units, and what they mean."""
    parts = []
    for name, view in VIEWS.items():
        lines = [f"{name}: {view.about}"]
        width = max(len(each.name) for each in view.columns)
        for each in view.columns:
            unit = f" ({each.unit})" if each.unit else ""
            lines.append(f"  {each.name:<{width}}  {each.kind}{unit}: {each.about}")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _flat(column: pa.ChunkedArray) -> pa.ChunkedArray | pa.Array:
    if pa.types.is_decimal(column.type):
        return column.cast(pa.string())
    if pa.types.is_nested(column.type):
        return pa.array([None if each is None else json.dumps(each) for each in column.to_pylist()])
    return column


def _rows(answer: pa.Table) -> Iterator[tuple[object, ...]]:
    columns = [[_plain(each) for each in column.to_pylist()] for column in answer.columns]
    return zip(*columns, strict=True)


def _plain(value: object) -> object:
    """A number as JSON knows it; sums of whole numbers come as decimals."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float) and not isfinite(value):
        return None
    return value


def _cell(value: object) -> str:
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.6g}" if isinstance(value, float) else str(value)
