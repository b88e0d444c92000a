"""`aftershock policies`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from cli.options import JsonOption
from cli.reference import Chapter


def policies(
    name: Annotated[
        str | None, typer.Argument(help="One of them, to be explained.", show_default=False)
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """List what can guard a call or a service, with fields, defaults and profiles, or explain one.

    For example: aftershock policies breaker
    """
    from simulator.scenario.fields import listed
    from simulator.scenario.guards.catalogue import POLICIES, explain, summary_of

    def details(summary: Mapping[str, Any]) -> list[str]:
        fields = listed([each for each in summary["fields"] if each["name"] != "profile"])
        profiles = ", ".join(summary["profiles"])
        return [fields, f"profiles: {profiles}" if profiles else ""]

    Chapter("policy", POLICIES, summary_of, explain, details).tell(name, json_output)
