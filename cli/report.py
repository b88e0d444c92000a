"""`aftershock report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import RunArgument


def complete_format(incomplete: str) -> list[str]:
    """Names of formats, for the shell."""
    from reports.documents.formats import ENDINGS

    return [name for name in ENDINGS if name.startswith(incomplete)]


def report(
    run: RunArgument,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Where to: .html, .md or .xml."),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            metavar="FORMAT",
            autocompletion=complete_format,
            help="html, md or junit; left out, the file's name tells.",
        ),
    ] = None,
) -> None:
    """Write a report of a run or of a comparison: a page, a Markdown text, or JUnit XML.

    Without --out it becomes report.html, report.md or report.xml in the folder where you are. Exits
    with status 0 whatever the verdict, 2 if the folder holds no whole result.

    For example: aftershock report runs/calm -o calm.html
    """
    from reports.documents.formats import ENDINGS, document, format_of
    from reports.export import prepare_file, write_file
    from reports.stored import read_stored

    chosen = format_of(out, form)
    path = out or Path(f"report{ENDINGS[chosen]}")
    stored = read_stored(run)
    prepare_file(path)
    write_file(path, document(stored, chosen))
    typer.echo(path)
