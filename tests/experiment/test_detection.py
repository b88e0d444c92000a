"""Autoscalers among those who notice a fault."""

from __future__ import annotations

import pytest

from simulator.experiment.run import simulate
from simulator.scenario import parse

SLOW = """
scenario: slow
seed: 1
duration: 120s
warmup: 10s
traffic:
  users: {rate: 40/s, arrivals: constant, target: shop.home}
services:
  shop:
    replicas: 4
    cores: 1
    autoscaler: {hpa: {min: 4, max: 12, delay: 0s}}
    endpoints: {home: [{work: 40ms}]}
faults:
  - {name: wear, at: 40s, for: 60s, slow: {service: shop, speed: 50%, mode: all}}
"""


def test_an_autoscaler_notices_that_more_is_needed() -> None:
    """Of 4 cores 40 % are busy, then 80 %: of the round from 45 to 60 s, the sync at 60 s knows."""
    result = simulate(
        parse(SLOW, settings=["services.shop.autoscaler.hpa.metrics=[{cpu: 50%}]"]).scenario
    )
    wear = result.faults[0]
    assert (wear.detected_by, wear.detected_after) == ("autoscaler", pytest.approx(20.0))


def test_what_was_foreseen_is_no_sign() -> None:
    """More instances in the midst of the fault, by the clock: nobody has noticed anything."""
    schedule = "{min: 4, max: 12, schedule: [{at: 60s, replicas: 8}]}"
    settings = [f"services.shop.autoscaler={{scheduled: {schedule}}}"]
    result = simulate(parse(SLOW, settings=settings).scenario)
    assert [each.time for each in result.log if each.kind == "scale"] == [60.0]
    assert result.faults[0].detected_by is None
