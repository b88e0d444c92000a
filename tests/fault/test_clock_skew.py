"""Clocks that are wrong: who accepts whom."""

from __future__ import annotations

import pytest

from simulator.experiment.result import Result
from simulator.experiment.run import simulate
from simulator.scenario import parse

CHAIN = """
scenario: chain
seed: 4
duration: 40s
traffic: {users: {rate: 10/s, arrivals: constant, target: shop.get}}
services:
  shop: {replicas: 2, concurrency: 8, endpoints: {get: [{work: 1ms}, {call: pay.charge}]}}
  pay: {replicas: 2, concurrency: 8, endpoints: {charge: [work: 1ms]}}
defaults: {balancer: round_robin}
"""
"""Of 399 requests every other goes to shop-1; each shop sends every other of its own to pay-1."""


def play(*faults: str) -> Result:
    settings = [f"faults=[{', '.join(faults)}]"]
    return simulate(parse(CHAIN, settings=settings).scenario, check=True)


def skew(fields: str, schedule: str = "at: 10.05s, for: 20s") -> str:
    return f"{{{schedule}, clock_skew: {{{fields}}}}}"


@pytest.mark.parametrize("by", ["10m", "-10m", "5m1s"])
def test_an_instance_that_is_off_accepts_nobody(by: str) -> None:
    """Half of the 200 calls to pay are turned away by pay-1, whichever way its clock is off."""
    result = play(skew(f"instance: pay-1, by: {by}"))
    assert result.services["pay"].outcomes == {"ok": 299, "unauthorized": 100}
    # Whoever is turned away costs no work.
    assert result.services["pay"].work == pytest.approx(0.299)


def test_a_caller_that_is_off_is_accepted_by_nobody() -> None:
    """Users are turned away by one of two shops at once: that one then asks nobody."""
    result = play(skew("instance: shop-1, by: 10m"))
    assert result.total.outcomes["unauthorized"] == 100
    assert result.services["pay"].outcomes == {"ok": 299}


def test_what_a_caller_that_is_off_signs_is_turned_away() -> None:
    """The shops are off one way and pay the other, each within the tolerance of users."""
    result = play(
        skew("service: shop, mode: all, by: 4m"), skew("service: pay, mode: all, by: -4m")
    )
    # 8 min lie between the two, 4 min between users and shops.
    assert result.services["pay"].outcomes == {"ok": 199, "unauthorized": 200}
    assert result.services["shop"].outcomes.get("unauthorized", 0) == 0


@pytest.mark.parametrize("fields", ["by: 5m", "by: -5m", "by: 10m, tolerance: 10m"])
def test_what_is_within_the_tolerance_changes_nothing(fields: str) -> None:
    """Up to the tolerance, itself included, all is exactly as without the fault."""
    assert play(skew(f"service: pay, mode: all, {fields}")).total == play().total


def test_shifts_add_up_and_each_ends_alone() -> None:
    """10 min ahead and 10 min behind at once is right; before and after that it is not."""
    ahead = skew("service: pay, mode: all, by: 10m", "at: 10.05s, for: 20s")
    behind = skew("service: pay, mode: all, by: -10m", "at: 15.05s, for: 10s")
    outcomes = play(ahead, behind).services["pay"].outcomes
    assert outcomes == {"ok": 299, "unauthorized": 100}


def test_those_who_are_wrong_alike_get_on() -> None:
    """All of shop and pay are 10 min ahead: only users, who have the right time, are turned away."""
    both = play(skew("service: shop, mode: all, by: 10m"), skew("service: pay, mode: all, by: 10m"))
    assert both.total.outcomes == {"ok": 199, "unauthorized": 200}
    assert both.services["pay"].outcomes == {"ok": 199}
    assert both.services["shop"].outcomes == {"ok": 199, "unauthorized": 200}


def test_it_comes_again() -> None:
    """Two times 5 s of ten requests a second."""
    fault = skew("service: pay, mode: all, by: 1h", "at: 10.05s, for: 5s, every: 15s")
    assert play(fault).total.outcomes == {"ok": 299, "error": 100}
