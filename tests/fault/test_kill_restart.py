"""Killed processes that a supervisor starts again."""

from __future__ import annotations

import pytest

from simulator.experiment.result import DeathFigures, Result
from simulator.experiment.run import simulate
from simulator.scenario import parse

ONE = """
scenario: one
seed: 4
duration: 60s
traffic: {users: {rate: 10/s, arrivals: constant, target: shop.get}}
services: {shop: {concurrency: 1, queue: 1000, endpoints: {get: [work: 80ms]}}}
"""


def away(death: DeathFigures) -> float:
    """Seconds from a death to the start after it."""
    assert death.back is not None
    return death.back - death.died


def play(*faults: str) -> Result:
    settings = [f"faults=[{', '.join(faults)}]"]
    return simulate(parse(ONE, settings=settings).scenario, check=True)


@pytest.mark.parametrize("time", ["at: 10.05s, for: 20s", "at: 10.05s"])
def test_it_starts_so_long_after_its_death(time: str) -> None:
    """With or without an end: one request is reset, and 30 come within 3 s and are refused."""
    result = play(f"{{{time}, kill: {{service: shop, restart: 3s}}}}")
    (death,) = result.deaths
    assert away(death) == pytest.approx(3.0)
    assert result.total.outcomes == {"ok": 599 - 31, "reset": 1, "refused": 30}


def test_it_starts_at_the_end_at_the_latest() -> None:
    """A restart of 30 s is cut short by a fault of 2 s, which leaves nothing behind."""
    (death,) = play("{at: 10.05s, for: 2s, kill: {service: shop, restart: 30s}}").deaths
    assert away(death) == pytest.approx(2.0)


def test_the_restart_counts_from_the_death_not_from_the_warning() -> None:
    """After 1 s of grace it dies, and is up 3 s later."""
    fault = "{at: 10.05s, for: 20s, kill: {service: shop, grace: 1s, restart: 3s}}"
    (death,) = play(fault).deaths
    assert death.died == pytest.approx(11.05)
    assert away(death) == pytest.approx(3.0)


def test_who_is_kept_dead_by_another_starts_when_both_let_go() -> None:
    """Killed for 10 s, and killed again meanwhile: the later of the two counts, either way round."""
    long = "{at: 10.05s, for: 10s, kill: {service: shop, instance: shop-1}}"
    inner = "{at: 12.05s, for: 20s, kill: {service: shop, instance: shop-1, restart: 3s}}"
    outer = "{at: 12.05s, for: 20s, kill: {service: shop, instance: shop-1, restart: 15s}}"
    (first,) = play(long, inner).deaths
    (second,) = play(long, outer).deaths
    assert away(first) == pytest.approx(10.0)
    assert away(second) == pytest.approx(17.0)


def test_it_is_killed_anew_each_time() -> None:
    """Every 10 s it is away for 3 s: five times from 10.05 s on."""
    fault = "{at: 10.05s, for: 5s, every: 10s, kill: {service: shop, restart: 3s}}"
    backs = [away(each) for each in play(fault).deaths]
    assert backs == pytest.approx([3.0] * 5)
