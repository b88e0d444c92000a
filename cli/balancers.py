"""`aftershock balancers`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from cli.options import JsonOption
from cli.reference import Chapter


def balancers(
    name: Annotated[
        str | None, typer.Argument(help="One of them, to be explained.", show_default=False)
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """List the balancing algorithms and their options, or explain one.

    For example: aftershock balancers least_request
    """
    from simulator.scenario.building.balancers import explain, summary_of
    from simulator.scenario.model.balancer import balancer_names

    def details(summary: Mapping[str, Any]) -> list[str]:
        return [", ".join(f"{key}: {value}" for key, value in summary["options"].items())]

    Chapter("balancer", balancer_names(), summary_of, explain, details).tell(name, json_output)
