"""`aftershock theory`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from cli.options import JsonOption


def theory(
    replications: Annotated[
        int, typer.Option("--replications", min=10, help="Independent runs of each model.")
    ] = 10,
    seed: Annotated[int, typer.Option("--seed", min=0, help="What the runs are derived from.")] = 1,
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="Processes to use.")] = 2,
    json_output: JsonOption = False,
) -> None:
    """Compare the simulator with queueing theory.

    Every theoretical value must lie inside the 99 % confidence interval of the simulation, and the
    interval must be narrow. Exits with status 1 if one does not.
    """
    from rich.console import Console
    from rich.progress import Progress

    from reports.tables.theory import theory_table
    from simulator.experiment.theory.comparison import compare_with_theory

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("playing", total=1.0)
        rows = compare_with_theory(
            replications, seed, jobs, lambda share: progress.update(task, completed=share)
        )
    if json_output:
        from simulator.experiment.result import plain

        typer.echo(json.dumps(plain(rows)))
    else:
        Console(highlight=False).print(theory_table(rows))
    raise typer.Exit(0 if all(row.agrees for row in rows) else 1)
