"""`aftershock version`."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of

import typer


def version() -> None:
    """Print the versions that matter, and whether the compiled build runs."""
    from simulator.build import description

    typer.echo(f"aftershock {_version('aftershock')}, {description()}")
    for package in ("numpy", "simpy"):
        typer.echo(f"{package} {_version(package)}")
    typer.echo(f"Python {platform.python_version()}")


def _version(package: str) -> str:
    try:
        return version_of(package)
    except PackageNotFoundError:
        return "(not installed)"
