"""The resilience score, against sums by hand."""

from __future__ import annotations

import pytest

from simulator.experiment.run import Run, simulate
from simulator.scenario import parse

WORLD = """
scenario: small
duration: 10s
traffic:
  users: {rate: 20/s, target: shop.get}
services:
  shop:
    endpoints: {get: [{work: 5ms}]}
expect:
  - {expect: availability >= 99%, weight: 5}
  - throughput >= 1/s
  - {expect: p99 <= 1ms, weight: 1}
  - {expect: p50 <= 1ms, weight: 4}
"""


def test_the_score_is_the_met_share_of_the_weights() -> None:
    """Met are weights 5 and, without one, 10; not met 1 and 4: the score is 75."""
    result = simulate(parse(WORLD).scenario)
    assert [each.weight for each in result.expectations] == [5, 10, 1, 4]
    assert [each.met for each in result.expectations] == [True, True, False, False]
    assert result.score == 75.0
    assert result.to_json()["score"] == 75.0


@pytest.mark.parametrize(("expect", "score"), [("[p99 <= 1s]", 100.0), ("[p99 <= 1ms]", 0.0)])
def test_all_or_nothing(expect: str, score: float) -> None:
    """It is 100 where all is met, and 0 where nothing is."""
    assert simulate(parse(WORLD, settings=[f"expect={expect}"]).scenario).score == score


def test_nothing_expected_has_no_score() -> None:
    """Without expectations there is nothing to be scored."""
    assert simulate(parse(WORLD, settings=["expect=[]"]).scenario).score is None


def test_a_run_that_was_interrupted_has_no_score() -> None:
    """What was not played to its end is not scored."""
    assert Run(parse(WORLD).scenario).result().score is None
