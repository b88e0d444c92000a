"""A run as CSV files, one for each table; units stand in the `datapackage.json` beside them."""

from __future__ import annotations

from pathlib import Path

import pyarrow.csv

from reports.exports.datapackage import describe
from reports.exports.tables import tables
from reports.stored import StoredRun


def fill(run: StoredRun, folder: Path) -> None:
    """Write the files, and what they are."""
    written = {}
    for name, table in tables(run.result):
        pyarrow.csv.write_csv(table, folder / f"{name}.csv")
        written[name] = table.schema
    describe(run.result, "csv", written, folder)
