"""`aftershock policies`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from cli.options import JsonOption
from simulator.errors import SimulatorError


def policies(
    name: Annotated[
        str | None, typer.Argument(help="One of them, to be explained.", show_default=False)
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """List what can guard a call or a service, with fields, defaults and profiles, or explain one.

    For example: aftershock policies breaker
    """
    from simulator.scenario.fields import written
    from simulator.scenario.guards.catalogue import POLICIES, explain, summary_of
    from simulator.scenario.problem import nearest

    if name is not None:
        if name not in POLICIES:
            raise SimulatorError(f"unknown policy `{name}`{nearest(name, POLICIES)}")
        if json_output:
            typer.echo(json.dumps(summary_of(name)))
        else:
            typer.echo(explain(name), nl=False)
        return
    if json_output:
        typer.echo(json.dumps([summary_of(each) for each in POLICIES]))
        return
    width = max(len(each) for each in POLICIES)
    for each in POLICIES:
        summary = summary_of(each)
        typer.echo(f"{each:<{width}}  {summary['summary']}")
        fields = ", ".join(
            f"{field['name']}: {written(field['default'])}"
            for field in summary["fields"]
            if field["name"] != "profile"
        )
        if fields:
            typer.echo(f"{'':<{width}}  {fields}")
        if summary["profiles"]:
            typer.echo(f"{'':<{width}}  profiles: {', '.join(summary['profiles'])}")
