"""Cores that a neighbour uses."""

from __future__ import annotations

import pytest

from simulator.experiment.result import Result
from simulator.experiment.run import simulate
from simulator.kernel import make_kernel
from simulator.scenario import parse
from simulator.service.processor import FcfsProcessor, Processor, SharedProcessor

FOUR = """
scenario: four
seed: 4
duration: 20s
traffic: {users: {rate: 1/s, arrivals: constant, target: shop.get}}
services:
  shop:
    concurrency: 100
    cores: 4
    endpoints: {get: [together: [{work: 100ms}, {work: 100ms}, {work: 100ms}]]}
"""
"""Each request computes on three of four cores at once for 100 ms."""


def play(*settings: str) -> Result:
    return simulate(parse(FOUR, settings=settings).scenario, check=True)


@pytest.mark.parametrize("stolen, takes", [(1, 0.1), (2, 0.15), (3, 0.3), (2.5, 0.2)])
def test_three_that_compute_share_what_is_left(stolen: float, takes: float) -> None:
    """Three of 100 ms on c cores take 300 ms / c, and never less than 100 ms."""
    fault = f"faults=[{{at: 0.5s, slow: {{service: shop, cores: {stolen}}}}}]"
    latency = play(fault).total.latency
    assert latency.mean == pytest.approx(takes)
    assert latency.max == pytest.approx(takes)


def test_with_cores_to_oneself_the_third_waits() -> None:
    """First come, first served on two cores: 100 ms for two, and 100 ms more for the third."""
    fault = "faults=[{at: 0.5s, slow: {service: shop, cores: 2}}]"
    latency = play("services.shop.sharing=fcfs", fault).total.latency
    assert latency.mean == pytest.approx(0.2)


@pytest.mark.parametrize("sharing", ["processor", "fcfs"])
def test_two_add_up_and_each_ends_alone(sharing: str) -> None:
    """2 + 1 stolen leave one core, 300 ms; then 2 are left, and then all four, exactly."""
    faults = (
        "faults=[{at: 4.5s, for: 10s, slow: {service: shop, cores: 2}},"
        "{at: 8.5s, for: 2s, slow: {service: shop, cores: 1}}]"
    )
    latency = play(f"services.shop.sharing={sharing}", faults).total.latency
    two = 0.15 if sharing == "processor" else 0.2
    # 19 requests: 9 and 10 with one core; 5 to 8 and 11 to 14 with two.
    assert latency.count == 19
    assert latency.mean == pytest.approx((2 * 0.3 + 8 * two + 9 * 0.1) / 19)


def test_what_is_under_way_is_slowed_and_sped_up() -> None:
    """In the middle of 100 ms three cores go for 60 ms: 50 + 60 + what is left of 30 ms of work."""
    fault = "faults=[{at: 5.05s, for: 60ms, slow: {service: shop, cores: 3}}]"
    # Three requests on one core do 20 ms of work each in 60 ms.
    assert play(fault).total.latency.max == pytest.approx(0.05 + 0.06 + 0.03)


def test_a_slowdown_and_a_theft_go_together() -> None:
    """At half speed on one core, three of 100 ms take 600 ms."""
    faults = (
        "faults=[{at: 0.5s, slow: {service: shop, speed: 50%}},"
        "{at: 0.5s, slow: {service: shop, cores: 3}}]"
    )
    assert play(faults).total.latency.mean == pytest.approx(0.6)


def test_a_theft_from_whoever_needs_no_more_changes_nothing() -> None:
    """With one of four cores gone, three of them still do: all requests are as before."""
    fault = "faults=[{at: 0.5s, for: 10s, slow: {service: shop, cores: 1}}]"
    assert play(fault).total == play().total


@pytest.mark.parametrize("make", [SharedProcessor, FcfsProcessor])
def test_cores_are_exact_again_whatever_the_order(make: type[Processor]) -> None:
    """Thefts that binary fractions cannot hold, given back crosswise, leave all cores."""
    processor = make(make_kernel(), 4.0)
    for stolen in (0.1, 0.2, 0.7, 2.9):
        processor.steal(stolen)
    for stolen in (0.2, 2.9, 0.1, 0.7):
        processor.give_back(stolen)
    assert processor.cores == 4.0
    assert processor.stolen == []
