"""`aftershock run`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import (
    DurationOption,
    JsonOption,
    ScenarioArgument,
    SeedOption,
    SettingsOption,
    all_settings,
)

if TYPE_CHECKING:
    from simulator.experiment.result import Result
    from simulator.experiment.run import Run

SLICE = 0.1
"""Seconds of wall time between two looks at the keyboard."""
INTERRUPTED = 130


def run(
    scenario: ScenarioArgument,
    json_output: JsonOption = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Leave result, series and traces in a folder."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a folder that is not an earlier result.")
    ] = False,
    settings: SettingsOption = None,
    seed: SeedOption = None,
    duration: DurationOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only the verdict.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Check the laws of the model while it plays.")
    ] = False,
) -> None:
    """Play a scenario and print what came of it.

    Exits with status 0 if every expectation is met, 1 if one is not or a condition of `stop_when` has
    ended the run, 2 if the scenario or the call is wrong, 130 if it was stopped with Ctrl-C.

    For example: aftershock run online-boutique --set services.frontend.replicas=2
    """
    from reports.export import prepare, write_result
    from simulator.experiment.interrupts import interrupts_noted
    from simulator.experiment.run import Run
    from simulator.scenario import load, resolved_yaml

    loaded = load(scenario, all_settings(settings, seed, duration))
    if not quiet:
        for warning in loaded.warnings:
            typer.echo(f"warning: {warning}", err=True)
    if out is not None:
        prepare(out, force)
    warnings = [warning.message for warning in loaded.warnings]
    playing = Run(loaded.scenario, check=check, warnings=warnings, folder=loaded.folder)
    with interrupts_noted() as stopped:
        _play(playing, stopped, show=not quiet and sys.stderr.isatty())
    result = playing.result()
    if out is not None:
        write_result(result, resolved_yaml(loaded.scenario, loaded.folder), out, force)
    _tell(result, json_output, quiet)
    if result.verdict == "incomplete":
        raise typer.Exit(INTERRUPTED)
    raise typer.Exit(0 if result.verdict == "pass" else 1)


def _tell(result: Result, json_output: bool, quiet: bool) -> None:
    from rich.console import Console

    from reports.tables import report
    from reports.tables.verdict import verdict_line

    if json_output:
        typer.echo(json.dumps(result.to_json()))
    console = Console(stderr=json_output, highlight=False)
    if quiet:
        console.print(verdict_line(result))
        return
    for part in report(result, console.width):
        console.print(part)


def _play(playing: Run, stopped: list[bool], show: bool) -> None:
    """Play until the end or until stopped, with a progress bar if there is someone to see it."""
    if not show:
        while not stopped and not playing.advance(SLICE):
            pass
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[figures]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("simulating", total=playing.duration, figures="")
        while not stopped and not playing.advance(SLICE):
            spent = playing.wall_seconds
            figures = (
                f"{playing.now:,.0f} s simulated, {playing.now / spent:,.0f}x, "
                f"{playing.events / spent:,.0f} events/s"
            )
            progress.update(task, completed=playing.now, figures=figures)
