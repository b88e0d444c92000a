"""`aftershock list` and `aftershock show`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import complete_scenario
from simulator.errors import SimulatorError


def list_scenarios() -> None:
    """List the bundled scenarios."""
    from simulator.scenario import bundled, load

    names = bundled()
    width = max(len(name) for name in names)
    for name in names:
        typer.echo(f"{name:<{width}}  {load(name).scenario.description}")


def show(
    name: Annotated[
        str,
        typer.Argument(help="A bundled scenario.", autocompletion=complete_scenario),
    ],
    merged: Annotated[
        bool,
        typer.Option(
            "--merged", help="As it is played: laid over what it extends; takes files of yours too."
        ),
    ] = False,
) -> None:
    """Print the file of a bundled scenario, to read or to start from."""
    from simulator.scenario import bundled, load, resolved_yaml
    from simulator.scenario.problem import nearest

    if merged:
        loaded = load(name)
        typer.echo(resolved_yaml(loaded.scenario, loaded.folder), nl=False)
        return
    path = bundled().get(name)
    if path is None:
        raise SimulatorError(f"{name}: no bundled scenario of that name{nearest(name, bundled())}")
    typer.echo(path.read_text("utf-8"), nl=False)
