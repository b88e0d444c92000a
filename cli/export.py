"""`aftershock export`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.options import RunArgument
from simulator.errors import SimulatorError
from simulator.scenario.problem import listed, nearest

STDOUT = Path("-")


def complete_format(incomplete: str) -> list[str]:
    """Names of formats, for the shell."""
    from reports.exports import FORMATS

    return [name for name in FORMATS if name.startswith(incomplete)]


def export(
    run: RunArgument,
    to: Annotated[
        str,
        typer.Option(
            "--to",
            "-t",
            metavar="FORMAT",
            autocompletion=complete_format,
            show_default=False,
            help="csv or parquet: tables. openmetrics: for Prometheus; grafana: a dashboard for it. "
            "otlp, zipkin or jaeger: traces. chrome: a timeline for Perfetto.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="PATH", help="Where to; - is the standard output."),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--start",
            metavar="TIME",
            help="When the run began, such as 2026-05-01T12:00Z; else 2024-01-01T00:00Z.",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a folder that is not an export.")
    ] = False,
) -> None:
    """Write a run in a format that other programs read.

    Tables become a folder, all else a file; without --out it is named after the format, in the
    folder where you are. Exits with status 2 if the folder holds no whole run, or nothing that the
    format could hold.

    For example: aftershock export runs/calm --to jaeger -o calm.json
    """
    from reports.export import prepare, prepare_file, write_file, write_whole
    from reports.exports import EPOCH, FORMATS, fill, pieces
    from reports.exports.datapackage import MARK
    from reports.stored import read_run

    if to not in FORMATS:
        hint = nearest(to, FORMATS) or f"; expected {listed(tuple(FORMATS))}"
        raise SimulatorError(f"--to {to}: there is no such format{hint}")
    known = FORMATS[to]
    if start is not None and not known.dated:
        raise SimulatorError(
            f"--start: the times of `{to}` are seconds of the run, not of a calendar"
        )
    begun = EPOCH if start is None else _moment(start)
    path = out or Path(known.out)
    if known.folder:
        if path == STDOUT:
            raise SimulatorError(f"--out -: `{to}` is a folder of files; expected a path")
        if run.resolve().is_relative_to(path.resolve()):
            raise SimulatorError(
                f"--out {path}: the run itself lies there; expected another folder"
            )
        prepare(path, force, MARK)
        stored = read_run(run)
        write_whole(path, force, lambda fresh: fill(to, stored, fresh), MARK)
    else:
        if path != STDOUT:
            prepare_file(path)
        content = pieces(to, read_run(run), begun)
        if path == STDOUT:
            sys.stdout.buffer.writelines(content)
            return
        write_file(path, content)
    typer.echo(path)


def _moment(text: str) -> datetime:
    """A moment as ISO 8601 writes it; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        message = "expected a date and a time, such as 2026-05-01T12:00Z"
        raise SimulatorError(f"--start {text}: {message}") from None
    moment = found.replace(tzinfo=UTC) if found.tzinfo is None else found
    if moment.timestamp() < 0:
        raise SimulatorError(f"--start {text}: expected a time after 1970")
    return moment
