"""`aftershock check`."""

from __future__ import annotations

import typer

from cli.options import DurationOption, ScenarioArgument, SeedOption, SettingsOption, all_settings


def check(
    scenario: ScenarioArgument,
    settings: SettingsOption = None,
    seed: SeedOption = None,
    duration: DurationOption = None,
) -> None:
    """Look for mistakes in a scenario without running it.

    Exits with status 2 if there are any, naming the line, the column and what was expected.
    """
    from simulator.scenario import load

    loaded = load(scenario, all_settings(settings, seed, duration))
    for warning in loaded.warnings:
        typer.echo(f"warning: {warning}", err=True)
    model = loaded.scenario
    endpoints = sum(len(service.endpoints) for service in model.services.values())
    over = f", extends {', '.join(loaded.extends)}" if loaded.extends else ""
    counts = (
        counted(len(model.services), "service", "services"),
        counted(endpoints, "endpoint", "endpoints"),
        counted(len(model.traffic), "traffic class", "traffic classes"),
        counted(len(model.expect), "expectation", "expectations"),
    )
    typer.echo(f"{scenario}: ok ({', '.join(counts)}{over})")


def counted(count: int, one: str, many: str) -> str:
    """So many of something."""
    return f"{count} {one if count == 1 else many}"
