"""Short runs of a small shop, for the tests of what is done with many runs."""

from __future__ import annotations

from pathlib import Path

from reports.export import write_result
from reports.stored import StoredRun
from simulator.experiment.run import simulate
from simulator.scenario import parse, resolved_yaml

SHOP = """
scenario: shop
duration: 60s
warmup: 10s
traces: 5
traffic:
  users: {rate: 20/s, target: web.home}
services:
  web:
    concurrency: 1
    endpoints:
      home:
        - work: {exponential: 25ms}
"""


def play(*settings: str, folder: Path = Path("run"), seed: int = 1) -> StoredRun:
    """A run with these settings, in memory."""
    loaded = parse(SHOP, "shop.yaml", [f"seed={seed}", *settings])
    return StoredRun(folder, simulate(loaded.scenario), resolved_yaml(loaded.scenario))


def leave(folder: Path, *settings: str, seed: int = 1) -> StoredRun:
    """The same, left in a folder."""
    run = play(*settings, folder=folder, seed=seed)
    write_result(run.result, run.scenario, folder)
    return run
