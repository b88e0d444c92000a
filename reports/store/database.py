"""Questions in SQL to all runs in a folder, answered by DuckDB: reading only, and only these tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import duckdb
import pyarrow as pa

from reports.store.find import StoreError
from reports.store.views import VIEWS
from reports.stored import StoredRun
from simulator.scenario.problem import nearest

OFF: Final = (
    "python_enable_replacements",
    "autoinstall_known_extensions",
    "autoload_known_extensions",
    "enable_external_access",
)
"""No files, no network, nothing of this program: only what was put into the database."""
WORD: Final = re.compile(r"\w+")
TABLE: Final = re.compile(r"Table with name (\w+) does not exist")
COLUMN: Final = re.compile(r"column \"([^\"]+)\" not found")

HINTS: Final = ("Did you mean", "Candidate bindings")


def ask(question: str, runs: Mapping[str, StoredRun]) -> pa.Table:
    """The answer to one SELECT about the runs, which are given by their names.

    Raises:
        StoreError: if it is not one, or is wrong, in one line with the nearest name that there is.
    """
    connection = duckdb.connect(":memory:")
    try:
        # On several threads, rows that nobody has put in order come in another order each time.
        connection.execute("SET threads = 1")
        for setting in OFF:
            connection.execute(f"SET {setting} = false")
        _only_reading(connection, question)
        words = {each.lower() for each in WORD.findall(question)}
        for name, view in VIEWS.items():
            # A name that the question does not mention costs nothing but its columns.
            connection.register(name, view.table(runs if name in words else {}))
        connection.execute("SET lock_configuration = true")
        return connection.sql(question).to_arrow_table()
    except duckdb.Error as error:
        raise StoreError(_told(str(error))) from None
    finally:
        connection.close()


def _only_reading(connection: duckdb.DuckDBPyConnection, question: str) -> None:
    statements = connection.extract_statements(question)
    if len(statements) != 1:
        raise StoreError(f"expected one SELECT, found {len(statements) or 'no'} statements")
    kind = statements[0].type
    if kind not in (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN):
        raise StoreError(f"expected a SELECT, which changes nothing; found {kind.name}")


def _told(message: str) -> str:
    """What DuckDB says, in one line, and what may have been meant."""
    said = message.partition("\n\nLINE ")[0]
    first, *more = [each.strip() for each in said.splitlines() if each.strip()]
    columns = [column.name for view in VIEWS.values() for column in view.columns]
    for pattern, names in ((TABLE, list(VIEWS)), (COLUMN, columns)):
        wrong = pattern.search(first)
        hint = nearest(wrong[1], names) if wrong else ""
        if hint:
            return first.rstrip("!.") + hint
    # What else it says is long: every form of a function that there is.
    return " ".join((first, *(each for each in more if each.startswith(HINTS))))
