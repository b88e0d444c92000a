"""An instance on its way out whose last request is cancelled, or comes too late."""

from __future__ import annotations

import pytest

from simulator.experiment.run import simulate
from simulator.scenario import parse

SHOP = """
scenario: shop
duration: 60s
traffic:
  users: {rate: 1/s, arrivals: constant, target: shop.home, timeout: 4s, cancel: true}
services:
  shop:
    replicas: 2
    autoscaler: {scheduled: {min: 1, max: 2, schedule: [{at: 10.5s, replicas: 1}]}}
    shutdown: {grace: 30s}
    endpoints: {home: [{work: 20s}]}
"""


@pytest.mark.parametrize(
    ("settings", "stopped"),
    [
        # Of the two, that which goes has a request of second 10 or 9, which is cancelled 4 s later.
        ([], 14.0),
        # Callers wait for ever: the work of second 10 is done at 30.
        (["traffic.users.timeout=1000s"], 30.0),
    ],
)
def test_it_ends_with_its_last_request(settings: list[str], stopped: float) -> None:
    """Nothing is left to wait for, whether the last one is done or cancelled."""
    result = simulate(parse(SHOP, settings=settings).scenario, check=True)
    (end,) = [each.time for each in result.log if each.detail == "stopped"]
    assert stopped - 1.0 <= end <= stopped
