"""`aftershock serve`."""

from __future__ import annotations

import shlex
import sys
from importlib.util import find_spec
from ipaddress import ip_address
from typing import Annotated

import typer

from cli.options import (
    DurationOption,
    ScenarioArgument,
    SeedOption,
    SettingsOption,
    all_settings,
)
from simulator.errors import SimulatorError


def serve(
    scenario: ScenarioArgument,
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="The address to listen at.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65535, help="The port to listen at.")
    ] = 8000,
    visitors: Annotated[
        int,
        typer.Option("--visitors", metavar="N", min=1, help="How many may look at the same time."),
    ] = 8,
    settings: SettingsOption = None,
    seed: SeedOption = None,
    duration: DurationOption = None,
) -> None:
    """Show the live dashboard in browsers.

    Every visitor has a simulation of their own, in a process of its own. What they save is downloaded
    by their browser; nothing is written here. Needs the extra `serve`. Ctrl-C ends it.

    For example: aftershock serve online-store --port 8080
    """
    from cli.live import opening_for

    words = all_settings(settings, seed, duration)
    opening_for(scenario, words)
    if find_spec("textual_serve") is None:
        raise SimulatorError(
            "`aftershock serve` needs the package textual-serve; "
            "in the clone, install it with `pipx install --force '.[serve]'`"
        )
    from cli.site import Site

    if not is_loopback(host):
        typer.echo(
            f"warning: whoever can reach {host} port {port} can use this machine's processor; "
            "there is no password, and nothing is encrypted",
            err=True,
        )
    Site(visitor_command(scenario, words), host, port, scenario, visitors).serve()


def visitor_command(scenario: str, settings: list[str]) -> str:
    """The shell command that plays the scenario for one visitor."""
    # -P: a folder named `cli` where the server was started must not be taken for ours.
    words = [sys.executable, "-P", "-c", "from cli.main import main; main()"]
    words += ["live", scenario]
    for setting in settings:
        words += ["--set", setting]
    return "exec " + shlex.join(words)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens there."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
