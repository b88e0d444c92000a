"""`aftershock runs`: results in folders, listed, shown, compared two by two, and deleted."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from cli.options import JsonOption
from simulator.errors import SimulatorError
from simulator.scenario.problem import listed, nearest

if TYPE_CHECKING:
    from reports.store.find import Found


class ListsByDefault(TyperGroup):
    """`aftershock runs --verdict fail` is short for `aftershock runs list --verdict fail`."""

    # Which class the context is of depends on the version of Typer.
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `list` in front of options that are not for help."""
        helped = ctx.help_option_names
        if not args or (args[0].startswith("-") and args[0] not in helped):
            args = ["list", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=ListsByDefault, help="List results in a folder; show, compare, delete them.")


def complete_run(incomplete: str) -> list[str]:
    """Names of runs in the folder where one is, for the shell."""
    from reports.store.find import find

    return [each.name for each in find(Path()) if each.name.startswith(incomplete)]


RUN_HELP = "A folder, a name as `aftershock runs` lists it, or the beginning of a digest."
InOption = Annotated[
    Path,
    typer.Option(
        "--in", metavar="FOLDER", help="Where to look, four folders deep.", show_default=False
    ),
]


def _argument(metavar: str) -> typer.models.ArgumentInfo:
    argument: typer.models.ArgumentInfo = typer.Argument(
        metavar=metavar, help=RUN_HELP, autocompletion=complete_run, show_default=False
    )
    return argument


@app.command("list")
def list_runs(
    folder: InOption = Path(),
    scenario: Annotated[
        str | None, typer.Option("--scenario", metavar="NAME", help="Only of this scenario.")
    ] = None,
    verdict: Annotated[
        str | None,
        typer.Option(
            "--verdict", metavar="VERDICT", help="Only with `pass`, `fail` or `incomplete`."
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since", metavar="WHEN", help="Only those of the last 2h or 3d, or since 2026-03-01."
        ),
    ] = None,
    sort: Annotated[
        str,
        typer.Option(
            "--sort", metavar="COLUMN", help="By a column; with - in front the greatest first."
        ),
    ] = "-when",
    json_output: Annotated[
        bool, typer.Option("--json", help="Print a JSON array of objects, and nothing else.")
    ] = False,
) -> None:
    """List the runs and comparisons in a folder.

    Those that are damaged, unfinished or of another program are named below the table, with the reason.

    For example: aftershock runs --scenario mm4 --sort p99
    """
    from time import time

    from rich.console import Console

    from reports.store.find import find
    from reports.store.listing import VERDICTS, chosen, in_order, listing, moment

    if verdict is not None and verdict not in VERDICTS:
        hint = nearest(verdict, VERDICTS) or f"; expected {listed(VERDICTS)}"
        raise SimulatorError(f"--verdict {verdict}: there is no such verdict{hint}")
    start = None if since is None else moment(since, time())
    everything = in_order(find(folder), sort)
    found = chosen(everything, scenario, verdict, start)
    if json_output:
        typer.echo(json.dumps([each.to_json() for each in found]))
        return
    if not found:
        typer.echo(_nothing(folder, scenario, everything))
        return
    console = Console(highlight=False)
    for part in listing(found, console.width):
        console.print(part)


def _nothing(folder: Path, scenario: str | None, everything: list[Found]) -> str:
    """Why there is no table."""
    if not everything:
        return f"no results in {folder}: `aftershock run SCENARIO --out FOLDER` leaves one"
    scenarios = {each.headline.scenario for each in everything if each.headline is not None}
    hint = "" if scenario is None or scenario in scenarios else nearest(scenario, scenarios)
    return f"none of the {len(everything)} results in {folder} is one of these{hint}"


@app.command("show")
def show_run(run: Annotated[str, _argument("RUN")], folder: InOption = Path()) -> None:
    """Print what `run` or `compare` printed of a result, and where its files are.

    For example: aftershock runs show runs/calm
    """
    from rich.console import Console

    from reports.store.find import resolve
    from reports.stored import StoredRun, read_stored
    from reports.tables import report
    from reports.tables.comparison import comparison_report

    stored = read_stored(resolve(run, folder).folder)
    console = Console(highlight=False)
    if isinstance(stored, StoredRun):
        parts = report(stored.result, console.width)
    else:
        parts = comparison_report(stored.comparison, console.width)
    for part in parts:
        console.print(part)
    console.print(f"\nin {stored.folder}:", style="dim")
    for file in sorted(stored.folder.iterdir()):
        console.print(f"  {file.name}", style="dim", soft_wrap=True)


@app.command("diff")
def diff_runs(
    first: Annotated[str, _argument("A")],
    second: Annotated[str, _argument("B")],
    folder: InOption = Path(),
    everything: Annotated[
        bool, typer.Option("--all", help="Show the figures too in which no difference is shown.")
    ] = False,
    json_output: JsonOption = False,
) -> None:
    """Say what was changed from run A to run B, what came of it, and whether that is more than luck.

    From one run each that is a first answer: `aftershock compare` plays replications.

    For example: aftershock runs diff runs/calm runs/storm
    """
    from rich.console import Console

    from reports.store.difference import Pair
    from reports.store.difference_tables import difference_report
    from reports.store.find import find, resolve
    from reports.stored import read_run

    found = find(folder)
    one, two = (resolve(each, folder, found) for each in (first, second))
    pair = Pair(read_run(one.folder), read_run(two.folder))
    names = one.name, two.name
    if json_output:
        typer.echo(json.dumps(pair.to_json(names)))
        return
    console = Console(highlight=False)
    for part in difference_report(pair, names, everything):
        console.print(part)


@app.command("delete")
def delete_runs(
    runs: Annotated[list[str], _argument("RUN")],
    folder: InOption = Path(),
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    force: Annotated[
        bool,
        typer.Option("--force", help="Even if it is damaged, or has other files in it."),
    ] = False,
) -> None:
    """Delete results: whole folders that Aftershock wrote, all that are named or none.

    For example: aftershock runs delete runs/calm --yes
    """
    from reports.store.delete import check_deletable, delete
    from reports.store.find import find, resolve

    known = find(folder)
    found = {}
    for each in (resolve(text, folder, known) for text in runs):
        check_deletable(each, force)
        found[each.folder.resolve()] = each
    if not yes:
        if not sys.stdin.isatty():
            raise SimulatorError("runs delete: nobody to ask; `--yes` deletes without asking")
        typer.confirm(
            f"delete {listed([each.name for each in found.values()], 'and')}?", abort=True
        )
    delete(list(found.values()))
    for each in found.values():
        typer.echo(f"deleted {each.name}")
