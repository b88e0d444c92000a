"""Forecasts, and scaling by them."""

from __future__ import annotations

from math import pi, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.experiment.run import simulate
from simulator.scaling.forecast import HoltWinters
from simulator.scenario import ScenarioError, parse


def test_by_hand() -> None:
    """Level and trend of 10, 12, 15 with alpha 0.5 and beta 0.5, as on paper.

    12: level 0.5 x 12 + 0.5 x 10 = 11, trend 0.5 x 1 = 0.5.
    15: level 0.5 x 15 + 0.5 x 11.5 = 13.25, trend 0.5 x 2.25 + 0.5 x 0.5 = 1.375.
    """
    forecast = HoltWinters(0, 0.5, 0.5, 0.0)
    for value in (10.0, 12.0, 15.0):
        forecast.see(value)
    assert (forecast.level, forecast.trend) == (13.25, 1.375)
    assert forecast.ahead(2) == 16.0


@given(start=st.floats(0.0, 1e3), slope=st.floats(-10.0, 10.0), ahead=st.integers(1, 20))
def test_it_finds_a_straight_line(start: float, slope: float, ahead: int) -> None:
    """Of a line it knows all after a while, whatever it begins with."""
    forecast = HoltWinters(0, 0.5, 0.3, 0.0)
    for step in range(400):
        forecast.see(start + slope * step)
    assert forecast.ahead(ahead) == pytest.approx(start + slope * (399 + ahead), abs=1e-3)


def test_it_knows_a_season_that_comes_again() -> None:
    """After one season of a wave it expects the same one, and after a constant the constant."""
    wave = [100.0 + 50.0 * sin(2 * pi * step / 12) for step in range(12)]
    forecast = HoltWinters(12, 0.3, 0.1, 0.3)
    for value in wave * 2:
        forecast.see(value)
    for step in range(1, 25):
        assert forecast.ahead(step) == pytest.approx(wave[(step - 1) % 12])


SALES = """
scenario: sales
duration: 30m
interval: 10s
traffic:
  users:
    rate: 10/s
    arrivals: constant
    target: shop.home
    profile:
      - {at: 4m, rate: 50/s}
      - {at: 6m, rate: 10/s}
      - {at: 14m, rate: 50/s}
      - {at: 16m, rate: 10/s}
      - {at: 24m, rate: 50/s}
      - {at: 26m, rate: 10/s}
services:
  shop:
    replicas: 1
    concurrency: 100
    autoscaler: {predictive: {min: 1, max: 9, target: 11/s, lead: 1m, period: 30s, season: 10m, beta: 0}}
    startup: {boot: 45s}
    endpoints: {home: [{work: 10ms}]}
"""


def test_it_is_there_before_the_load_that_it_has_seen_before() -> None:
    """The first sale comes as a surprise; for the second all 5 are asked for a `lead` before."""
    result = simulate(parse(SALES).scenario, check=True)
    grown = [
        (each.time, each.detail.partition(":")[0]) for each in result.log if each.kind == "scale"
    ]
    # The first sale is seen at the end of its first period; the others, at 840 and 1440 s, when the
    # period that begins a minute later is theirs.
    assert [each for each in grown if each[1] == "1 to 5"] == [
        (270.0, "1 to 5"),
        (780.0, "1 to 5"),
        (1380.0, "1 to 5"),
    ]
    up = [each.time for each in result.log if each.kind == "instance" and each.detail == "up"]
    assert [up.count(moment) for moment in (315.0, 825.0, 1425.0)] == [4, 4, 4]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("{max: 3, target: 0/s, lead: 1m}", "expected more than 0"),
        ("{max: 3, target: 1/s, lead: 1m, gamma: 0.1}", "`gamma` goes with a `season`"),
        ("{max: 3, target: 1/s, lead: 1m, season: 90s}", "expected a multiple of the `period`"),
    ],
)
def test_mistakes(settings: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        parse(SALES, settings=[f"services.shop.autoscaler.predictive={settings}"])
