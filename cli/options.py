"""Arguments and options that commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def complete_scenario(incomplete: str) -> list[str]:
    """Names of bundled scenarios, for the shell."""
    from simulator.scenario import bundled

    return [name for name in bundled() if name.startswith(incomplete)]


ScenarioArgument = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO",
        help="A scenario file, or the name of a bundled scenario (`aftershock list`).",
        autocompletion=complete_scenario,
    ),
]
SettingsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Change a value of the file, such as services.shop.replicas=4; may be repeated.",
    ),
]
SeedOption = Annotated[
    int | None, typer.Option("--seed", metavar="N", help="Instead of the file's seed.")
]
DurationOption = Annotated[
    str | None,
    typer.Option("--duration", metavar="TIME", help="Instead of the file's duration: 60s, 5m."),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on standard output, and nothing else.")
]
RunArgument = Annotated[
    Path,
    typer.Argument(metavar="RUN", help="A folder that `--out` has left.", show_default=False),
]


def all_settings(settings: list[str] | None, seed: int | None, duration: str | None) -> list[str]:
    """What `--set`, `--seed` and `--duration` change, in the words of `--set`."""
    changes = list(settings or ())
    if seed is not None:
        changes.append(f"seed={seed}")
    if duration is not None:
        changes.append(f"duration={duration}")
    return changes
