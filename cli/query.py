"""`aftershock query`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.runs import InOption
from simulator.errors import SimulatorError

if TYPE_CHECKING:
    from reports.stored import StoredRun


def query(
    question: Annotated[
        str | None,
        typer.Argument(metavar="SQL", help="A SELECT, as DuckDB has it.", show_default=False),
    ] = None,
    folder: InOption = Path(),
    csv: Annotated[bool, typer.Option("--csv", help="Print the rows as CSV.")] = False,
    json_output: Annotated[
        bool, typer.Option("--json", help="Print the rows as one JSON array of objects.")
    ] = False,
    tables: Annotated[
        bool, typer.Option("--tables", help="List the tables and their columns instead.")
    ] = False,
) -> None:
    """Ask the runs in a folder in SQL.

    Every run is a row in `runs`; each other table has a column `run`. Nothing can be changed, and no
    other files can be read. Exits with status 2 if the question is wrong.

    For example: aftershock query "select run, p99 from runs order by p99"
    """
    from rich.console import Console

    from reports.store.answers import answer_parts, as_csv, as_json, tables_list

    if csv and json_output:
        raise SimulatorError("--csv --json: expected one of them")
    if tables:
        if question is not None or csv or json_output:
            raise SimulatorError("--tables: lists them as text; expected no question and no format")
        typer.echo(tables_list(), nl=False)
        return
    if question is None:
        raise SimulatorError("query: expected a SELECT in SQL, or `--tables`")
    from reports.store.database import ask

    answer = ask(question, _runs(folder))
    if csv:
        typer.echo(as_csv(answer), nl=False)
    elif json_output:
        typer.echo(as_json(answer))
    else:
        console = Console(highlight=False)
        for part in answer_parts(answer, console.width):
            console.print(part)


def _runs(folder: Path) -> dict[str, StoredRun]:
    """All whole runs by name; what is left out is said."""
    from reports.store.find import COMPARISON, find
    from reports.stored import StoredError, read_run

    runs = {}
    for each in find(folder):
        if each.kind == COMPARISON:
            continue
        try:
            if each.problem is not None:
                raise StoredError(f"{each.folder}: {each.problem}")
            runs[each.name] = read_run(each.folder)
        except StoredError as error:
            typer.echo(f"left out: {error}", err=True)
    if not runs:
        message = "no whole run in it; `aftershock run SCENARIO --out FOLDER` leaves one"
        raise SimulatorError(f"{folder}: {message}")
    return runs
