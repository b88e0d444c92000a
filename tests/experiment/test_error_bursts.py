"""The first and the last error of a burst, from the series of a service."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.experiment.error_bursts import Burst, bursts_of
from simulator.experiment.result import Result
from simulator.experiment.run import simulate
from simulator.scenario import parse

SHOP = """
scenario: shop
duration: 60s
traffic: {users: {rate: 10/s, target: shop.buy, arrivals: constant}}
services: {shop: {endpoints: {buy: [work: 1ms]}}}
"""


def told(result: Result) -> list[tuple[float, str, str]]:
    """What the log says of errors."""
    return [(each.time, each.subject, each.detail) for each in result.log if each.kind == "errors"]


@pytest.mark.parametrize(
    ("failed", "bursts"),
    [
        ([0, 0, 0, 0], []),
        ([0, 4, 0, 0, 0], [Burst(1, 1, 4)]),
        ([0, 4, 0, 0], [Burst(1, None, 4)]),
        ([4, 0, 0, 1, 0, 0, 0], [Burst(0, 3, 5)]),
        ([4, 0, 0, 0, 1, 0, 0, 0], [Burst(0, 0, 4), Burst(4, 4, 1)]),
        ([2, 3, 0, 0, 0, 7], [Burst(0, 1, 5), Burst(5, None, 7)]),
    ],
)
def test_three_quiet_intervals_end_a_burst(failed: list[int], bursts: list[Burst]) -> None:
    """Two do not; and what the end of the run cuts off has no last error."""
    assert list(bursts_of(np.array(failed, dtype=np.float64), 3)) == bursts


def test_a_dead_instance_is_told_as_one_burst() -> None:
    """Dead from 20 s to 30 s at 10/s: a hundred failures, from the interval of the first."""
    fault = "faults: [{at: 20s, for: 10s, kill: {service: shop}}]"
    result = simulate(parse(SHOP + fault).scenario)
    failures = result.total.started - result.total.outcomes["ok"] - result.total.in_flight
    assert failures == pytest.approx(100, abs=1)
    assert told(result) == [
        (20.0, "shop", f"first of {failures}"),
        (pytest.approx(30.0, abs=1.0), "shop", f"last of {failures}"),
    ]
    times = [each.time for each in result.log]
    assert times == sorted(times)


@pytest.mark.parametrize(("interval", "bursts"), [("1s", 2), ("2s", 1), ("250ms", 2)])
def test_the_quiet_time_is_five_seconds_or_five_intervals(interval: str, bursts: int) -> None:
    """Two deaths with eight seconds between: with intervals of two seconds they are one burst."""
    deaths = [f"{{at: {at}s, for: 2s, kill: {{service: shop}}}}" for at in (20, 30)]
    text = f"{SHOP}interval: {interval}\nfaults: [{', '.join(deaths)}]"
    found = told(simulate(parse(text).scenario))
    assert len([each for each in found if each[2].startswith("first")]) == bursts
    assert len(found) == 2 * bursts


def test_without_faults_nothing_is_told() -> None:
    """A service that always fails one in two is not the log's business."""
    text = SHOP.replace("[work: 1ms]", "[{work: 1ms}, {fail: 50%}]")
    assert simulate(parse(text).scenario).log == ()
