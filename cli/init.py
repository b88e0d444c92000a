"""`aftershock init`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from cli.options import complete_scenario
from simulator.errors import SimulatorError

STARTER = """\
# A scenario: who asks, which services answer, what is expected.
# Check it with `aftershock check FILE`, play it with `aftershock run FILE`.
scenario: my-shop
description: A shop that asks a payment service.
seed: 1
duration: 2m
warmup: 10s                        # left out of the summary figures

traffic:
  shoppers:
    rate: 100/s                    # Poisson arrivals; or `users: 50` with `think: 2s`
    mix: {shop.home: 9, shop.checkout: 1}
    slo: 200ms                     # an answer within this counts as goodput
    # profile:                     # a rush after one minute
    #   - {at: 1m, rate: 300/s, over: 10s}

defaults:
  timeout: 1s                      # how long a caller waits for an answer

network:
  latency: 0.5ms                   # each way, each hop

services:
  shop:
    replicas: 2
    concurrency: 16                # requests that one instance works on at once
    queue: 64                      # that may wait; left out: any number
    endpoints:
      home:
        - work: {exponential: 5ms}
      checkout:
        - work: 2ms
        - call: payments.charge
          timeout: 300ms
  payments:
    replicas: 2
    concurrency: 4
    endpoints:
      charge:
        - work: {lognormal: {median: 20ms, p99: 120ms}}

expect:
  - availability >= 99%
  - shop.checkout.p99 <= 250ms
"""

EXTENSION = """\
# What is different from another scenario: mappings are merged key by key, lists and plain values
# are replaced, `null` takes out. The whole is printed by `aftershock show --merged FILE`.
extends: {extends}
scenario: {name}

# services:
#   SERVICE: {{replicas: 2}}         # the other keys of the service stay as they are
# faults:
#   - {{at: 20s, for: 20s, kill: {{service: SERVICE}}}}
# expect:
#   - availability >= 99%
"""
"""The services are not filled in: it is right as it stands, and does what the other does."""


def init(
    file: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("scenario.yaml"),
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
    extends: Annotated[
        str | None,
        typer.Option(
            metavar="SCENARIO",
            help="Start from another scenario, and write only what is different.",
            autocompletion=complete_scenario,
        ),
    ] = None,
) -> None:
    """Write a commented scenario to start from."""
    text = STARTER if extends is None else _extension(extends, file)
    if file.exists() and not force:
        raise SimulatorError(f"{file}: exists already; `--force` overwrites it")
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        raise SimulatorError(f"{file}: cannot be written: {error.strerror}") from None
    typer.echo(f"wrote {file}; play it with: aftershock run {file}")


def _extension(extends: str, file: Path) -> str:
    """A file that extends a scenario, whose path, if it is one, is told from where the file lies."""
    from simulator.scenario import load

    scenario = load(extends).scenario
    if Path(extends).is_file():
        if Path(extends).resolve() == file.resolve():
            raise SimulatorError(f"{file}: a file cannot extend itself")
        extends = json.dumps(os.path.relpath(extends, file.parent))
    return EXTENSION.format(extends=extends, name=f"my-{scenario.scenario}")
