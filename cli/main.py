"""`aftershock`: the commands, put together."""

from __future__ import annotations

import os
import sys

import typer

from cli.balancers import balancers
from cli.catalogue import list_scenarios, show
from cli.chart import ChartCommand, chart
from cli.check import check
from cli.compare import compare
from cli.export import export
from cli.faults import faults
from cli.init import init
from cli.live import live
from cli.policies import policies
from cli.query import query
from cli.report import report
from cli.run import run
from cli.runs import app as runs
from cli.schema import schema
from cli.serve import serve
from cli.theory import theory
from cli.version import version
from simulator.errors import SimulatorError

app = typer.Typer(
    name="aftershock",
    help="Simulate how microservices fail, and which defence would have helped.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(run)
app.command()(live)
app.command()(compare)
app.command()(serve)
app.command(cls=ChartCommand)(chart)
app.command()(report)
app.command()(export)
app.add_typer(runs, name="runs")
app.command()(query)
app.command()(balancers)
app.command()(policies)
app.command()(faults)
app.command()(check)
app.command("list")(list_scenarios)
app.command()(show)
app.command()(init)
app.command()(schema)
app.command()(theory)
app.command()(version)


def main() -> None:
    """Run the command line; what a user did wrong is one message and exit status 2."""
    try:
        app()
    except SimulatorError as error:
        print(error, file=sys.stderr)  # noqa: T201  the one place where errors are told
        sys.exit(2)
    except BrokenPipeError:
        # Whoever read our output has seen enough; what Python would flush at exit has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
