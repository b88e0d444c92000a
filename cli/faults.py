"""`aftershock faults`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from cli.options import JsonOption
from simulator.errors import SimulatorError


def faults(
    name: Annotated[
        str | None, typer.Argument(help="One of them, to be explained.", show_default=False)
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """List the kinds of faults, with fields and defaults, or explain one.

    For example: aftershock faults latency
    """
    from simulator.scenario.faults.catalogue import common_fields, explain, summary_of
    from simulator.scenario.faults.kinds import FAULTS
    from simulator.scenario.fields import FieldSummary, written
    from simulator.scenario.problem import nearest

    if name is not None:
        if name not in FAULTS:
            raise SimulatorError(f"unknown fault `{name}`{nearest(name, FAULTS)}")
        if json_output:
            typer.echo(json.dumps(summary_of(name)))
        else:
            typer.echo(explain(name), nl=False)
        return
    if json_output:
        typer.echo(json.dumps([summary_of(each) for each in FAULTS]))
        return
    width = max(len(each) for each in FAULTS)

    def tell(title: str, summary: str, fields: list[FieldSummary]) -> None:
        typer.echo(f"{title:<{width}}  {summary}")
        if fields:
            listed = ", ".join(f"{each['name']}: {written(each['default'])}" for each in fields)
            typer.echo(f"{'':<{width}}  {listed}")

    for each in FAULTS:
        summary = summary_of(each)
        tell(each, summary["summary"], summary["fields"])
    tell("(every one)", "What it is called, and when it is.", common_fields())
