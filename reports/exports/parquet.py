"""A run as Parquet files, one for each table, with units in the metadata of the columns."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet

from reports.exports.datapackage import describe
from reports.exports.tables import tables
from reports.stored import StoredRun


def fill(run: StoredRun, folder: Path) -> None:
    """Write the files, and what they are."""
    written = {}
    for name, table in tables(run.result):
        pyarrow.parquet.write_table(table, folder / f"{name}.parquet")
        written[name] = table.schema
    describe(run.result, "parquet", written, folder)
