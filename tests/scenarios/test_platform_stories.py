"""Nodes in trouble: what the scenarios tell of them holds for other seeds than their own."""

from __future__ import annotations

import pytest

from simulator.experiment.result import Result
from simulator.experiment.run import simulate
from simulator.scenario import load

pytestmark = pytest.mark.once

SEEDS = range(3)


def play(name: str, *settings: str, seed: int) -> Result:
    return simulate(load(name, settings).scenario, seed=seed)


def first(result: Result, what: str, subject: str = "") -> float:
    """When the log first says something, about somebody whose name begins so."""
    return next(
        each.time for each in result.log if what in each.detail and each.subject.startswith(subject)
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_spare_instances_carry_what_spare_nodes_do_not(seed: int) -> None:
    """A zone less: with a third more instances nearly all are served in time, without hardly any."""
    goodput = [
        play(name, 'expect=["users.goodput >= 1/s during [110s, 4m]"]', "duration=4m5s", seed=seed)
        .expectations[0]
        .value
        for name in ("zone-outage-spare", "zone-outage-full")
    ]
    spare, full = (each or 0.0 for each in goodput)
    assert spare > 30.0 > 8.0 > full


@pytest.mark.parametrize("seed", SEEDS)
def test_instances_wait_for_nodes_and_not_for_decisions(seed: int) -> None:
    """The HPA decides within 45 s; a scan of 10 s, 90 s for the node and 10 s for the start follow."""
    result = play("waiting-for-nodes", "expect=[]", "duration=5m", seed=seed)
    decided = first(result, "4 to ", "shop")
    assert 120.0 < decided <= 165.0
    asked = first(result, "asked for")
    assert decided <= asked <= decided + 10.0
    assert first(result, "joined") == asked + 90.0
    assert first(result, "up", "shop-5") == asked + 100.0
