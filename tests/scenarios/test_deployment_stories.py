"""The stories of deployments hold for other seeds than their own."""

from __future__ import annotations

import pytest

from simulator.experiment.result import Result
from simulator.experiment.run import simulate
from simulator.scenario import load

SEEDS = range(3)


def play(name: str, *settings: str, seed: int) -> Result:
    return simulate(load(name, ("duration=100s", "expect=[]", *settings)).scenario, seed=seed)


@pytest.mark.once
@pytest.mark.parametrize("seed", SEEDS)
def test_a_canary_that_is_looked_at_hurts_few(seed: int) -> None:
    """One in ten of 5 % of 200 requests a second, for 30 s: 30, with a standard error of 5."""
    result = play("canary-catches", seed=seed)
    (canary,) = result.deployments
    assert canary.outcome == "rolled back"
    assert abs(canary.failed - 30) < 3.3 * 30**0.5
    assert result.total.outcomes["error"] == canary.failed


@pytest.mark.once
@pytest.mark.parametrize("seed", SEEDS)
def test_a_canary_that_is_not_looked_at_hurts_many(seed: int) -> None:
    """From 80 s on everybody meets it."""
    result = play("canary-too-short", seed=seed)
    last = [each.detail for each in result.log if each.kind == "deploy"][-1]
    assert last == "v2: is promoted, though no measurement told anything"
    assert result.total.outcomes["error"] > 500


@pytest.mark.once
@pytest.mark.parametrize("seed", SEEDS)
def test_a_rolling_update_loses_what_is_inside_unless_there_is_grace(seed: int) -> None:
    """Some 36 requests are inside the ten that are killed; with grace and a delay none is lost."""
    with_grace = play("rolling-update", seed=seed)
    without = play("rolling-update-without-grace", seed=seed)
    assert set(with_grace.total.outcomes) == {"ok"}
    assert abs(without.total.outcomes["reset"] - 36) < 3.3 * 36**0.5
    assert without.total.outcomes["refused"] > 0
