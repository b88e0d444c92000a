"""`aftershock init`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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


def init(
    file: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("scenario.yaml"),
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
) -> None:
    """Write a commented scenario to start from."""
    if file.exists() and not force:
        raise SimulatorError(f"{file}: exists already; `--force` overwrites it")
    try:
        file.write_text(STARTER, "utf-8")
    except OSError as error:
        raise SimulatorError(f"{file}: cannot be written: {error.strerror}") from None
    typer.echo(f"wrote {file}; play it with: aftershock run {file}")
