"""`aftershock faults`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import JsonOption
from cli.reference import Chapter


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
    from simulator.scenario.fields import listed

    Chapter(
        "fault",
        FAULTS,
        summary_of,
        explain,
        details=lambda summary: [listed(summary["fields"])],
        notes=[("(every one)", "What it is called, and when it is.", [listed(common_fields())])],
    ).tell(name, json_output)
