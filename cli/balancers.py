"""`aftershock balancers`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from cli.options import JsonOption
from simulator.errors import SimulatorError


def balancers(
    name: Annotated[
        str | None, typer.Argument(help="One of them, to be explained.", show_default=False)
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """List the balancing algorithms and their options, or explain one.

    For example: aftershock balancers least_request
    """
    from simulator.scenario.balancers import explain, summary_of
    from simulator.scenario.model.balancer import balancer_names
    from simulator.scenario.problem import nearest

    names = balancer_names()
    if name is not None:
        if name not in names:
            raise SimulatorError(f"unknown balancer `{name}`{nearest(name, names)}")
        typer.echo(explain(name), nl=False)
        return
    if json_output:
        typer.echo(json.dumps([summary_of(each) for each in names]))
        return
    width = max(len(each) for each in names)
    for each in names:
        summary = summary_of(each)
        options = ", ".join(f"{key}: {value}" for key, value in summary["options"].items())
        typer.echo(f"{each:<{width}}  {summary['summary']}")
        if options:
            typer.echo(f"{'':<{width}}  {options}")
