"""`aftershock schema`."""

from __future__ import annotations

import json

import typer


def schema() -> None:
    """Print the JSON Schema of scenario files, for editors to complete and check with."""
    from simulator.scenario import json_schema

    typer.echo(json.dumps(json_schema(), indent=2))
