"""Messages that overtake others, and latencies that differ, as netem makes them."""

from __future__ import annotations

from itertools import pairwise
from math import sqrt
from statistics import mean, pvariance
from typing import cast

import pytest

from simulator.balancing.chance import Chance
from simulator.experiment.result import Result
from simulator.experiment.run import simulate
from simulator.kernel.streams import Streams
from simulator.network.correlated import Correlated
from simulator.scenario import parse

SIGMAS = 3.3


def play(text: str, *settings: str) -> Result:
    return simulate(parse(text, settings=settings).scenario, check=True)


ONE = """
scenario: one
seed: 3
duration: 10.5s
traffic:
  users: {rate: 400/s, arrivals: constant, target: shop.get, profile: [{at: 9s, rate: 0/s}]}
services: {shop: {endpoints: {get: [work: 20ms]}}}
"""
"""3,599 or 3,600 requests of 20 ms each; all are over at the end."""


def draws(correlation: float, count: int) -> list[float]:
    """So many correlated numbers."""
    generator = Streams(17).generator("correlated")
    numbers = Correlated(Chance(lambda size: generator.random(size).tolist()), correlation)
    return [numbers.next() for _ in range(count)]


# What netem draws.


@pytest.mark.parametrize("correlation", [0.25, 0.5])
def test_correlated_numbers_have_the_moments_of_the_mixture(correlation: float) -> None:
    """X = (1 - c) U + c X': mean 1/2, variance (1 - c) / (1 + c) / 12, and lag-1 correlation c."""
    count = 50_000
    numbers = draws(correlation, count)
    variance = (1 - correlation) / (1 + correlation) / 12
    # So many independent numbers would tell as much about the mean.
    known = count * (1 - correlation) / (1 + correlation)
    assert abs(mean(numbers) - 0.5) < SIGMAS * sqrt(variance / known)
    assert pvariance(numbers) == pytest.approx(variance, rel=0.03)
    lagged = mean((a - 0.5) * (b - 0.5) for a, b in pairwise(numbers)) / variance
    assert abs(lagged - correlation) < SIGMAS / sqrt(known)


def test_nothing_is_drawn_where_it_is_made() -> None:
    """Two of one stream, of which one is never asked: the other draws as if it were alone."""
    generator = Streams(17).generator("correlated")
    chance = Chance(lambda size: generator.random(size).tolist())
    Correlated(chance, 0.5)
    numbers = Correlated(chance, 0.5)
    assert [numbers.next() for _ in range(100)] == draws(0.5, 100)


# Reordering.


@pytest.mark.parametrize(("direction", "ways"), [("to", 1), ("from", 1), ("both", 2)])
def test_all_but_a_share_take_longer(direction: str, ways: int) -> None:
    """With a share s sent at once the mean delay is (1 - s) d for each way."""
    fault = f"{{service: shop, delay: 10ms, share: 25%, direction: {direction}}}"
    total = play(ONE, f"faults=[{{at: 0s, reorder: {fault}}}]").total
    n = total.finished
    assert n == total.started >= 3599
    extra = cast("float", total.latency.mean) - 0.02
    assert abs(extra - ways * 0.0075) < SIGMAS * 0.01 * sqrt(ways * 0.25 * 0.75 / n)
    assert total.latency.max == pytest.approx(0.02 + ways * 0.01)


def test_the_example_of_the_manual_sends_seven_percent_at_once() -> None:
    """`reorder 25% 50%`: the sum of halves, quarters, eighths of uniforms is below 1/4 with 5/72."""
    total = play(
        ONE,
        "traffic.users.rate=2000/s",
        "services.shop.endpoints.get=[]",
        "faults=[{at: 0s, reorder: "
        "{service: shop, delay: 10ms, share: 25%, correlation: 50%, direction: to}}]",
    ).total
    share = 5 / 72
    at_once = 1 - cast("float", total.latency.mean) / 0.01
    bound = SIGMAS * sqrt(share * (1 - share) / total.finished * (1 + 0.5) / (1 - 0.5))
    assert total.finished >= 17_000
    assert abs(at_once - share) < bound


def test_with_a_gap_every_fifth_is_sent_at_once() -> None:
    """A gap of 5 and a share of 100 %: four are delayed, the fifth overtakes them, and so on."""
    total = play(
        ONE,
        "traffic.users.rate=10/s",
        "faults=[{at: 0s, reorder: "
        "{service: shop, delay: 10ms, share: 100%, gap: 5, direction: to}}]",
    ).total
    assert total.finished == 89
    at_once = 89 // 5
    assert total.latency.mean == pytest.approx(0.02 + 0.01 * (89 - at_once) / 89)


def test_a_gap_with_a_share_is_a_renewal_process() -> None:
    """Between two that are sent at once lie gap - 1 and a geometric number: 1 of gap - 1 + 1/s."""
    total = play(
        ONE,
        "faults=[{at: 0s, reorder: "
        "{service: shop, delay: 10ms, share: 25%, gap: 4, direction: from}}]",
    ).total
    cycle = 3 + 1 / 0.25
    at_once = (0.03 - cast("float", total.latency.mean)) / 0.01
    # The number of renewals in n messages has the variance n * variance / cycle^3.
    variance = (1 - 0.25) / 0.25**2
    assert abs(at_once - 1 / cycle) < SIGMAS * sqrt(variance / cycle**3 / total.finished)


def test_each_direction_has_a_gap_of_its_own() -> None:
    """Every second message each way: all requests are delayed on both ways, or on none."""
    total = play(
        ONE,
        "traffic.users.rate=10/s",
        "faults=[{at: 0s, reorder: {service: shop, delay: 10ms, share: 100%, gap: 2}}]",
    ).total
    assert total.latency.mean == pytest.approx(0.02 + 0.02 * 45 / 89)
    assert total.latency.max == pytest.approx(0.04)


def test_messages_overtake_each_other() -> None:
    """What is sent at once is served before one that was sent earlier, which waits for it."""
    text = ONE.replace("work: 20ms", "work: 9ms")
    settings = ("services.shop.concurrency=1", "traffic.users.rate=100/s", "duration=4.5s")
    fault = "{service: shop, delay: 25ms, share: 100%, gap: 3, direction: to}"
    total = play(text, *settings, f"faults=[{{at: 0s, reorder: {fault}}}]").total
    # Of three that are sent at 0, 10 and 20 ms the last arrives at 20 ms and is served until 29 ms;
    # the first, which arrives at 25 ms, waits 4 ms for it, and the second, at 35 ms, another 3 ms.
    assert total.latency.max == pytest.approx(0.009 + 0.025 + 0.004)
    assert total.finished > 300
    mean_of_three = 0.009 + (0.025 + 0.004 + 0.025 + 0.003) / 3
    assert total.latency.mean == pytest.approx(mean_of_three, rel=0.005)


# Jitter.


@pytest.mark.parametrize(("direction", "ways"), [("to", 1), ("from", 1), ("both", 2)])
def test_jitter_is_even_around_the_latency(direction: str, ways: int) -> None:
    """100 ms +- 10 ms: the mean is 100 ms each way, and nothing is further off than 10 ms."""
    fault = f"{{service: shop, add: 100ms, jitter: 10ms, direction: {direction}}}"
    latency = play(ONE, f"faults=[{{at: 0s, latency: {fault}}}]").total.latency
    n = latency.count
    extra = cast("float", latency.mean) - 0.02
    assert abs(extra - ways * 0.1) < SIGMAS * 0.01 * sqrt(ways / 3 / n)
    # The slowest of so many is near the bound, which a sum of two seldom reaches.
    width = ways * 0.01
    high = 0.02 + ways * 0.1 + width
    assert high - 0.1 * width < cast("float", latency.max) <= high


def test_jitter_never_makes_a_message_faster_than_the_network() -> None:
    """10 ms +- 30 ms is below nothing for a third of the messages, which take no longer."""
    latency = play(
        ONE,
        "faults=[{at: 0s, latency: {service: shop, add: 10ms, jitter: 30ms, direction: to}}]",
    ).total.latency
    # From -20 to 40 ms, evenly: the part above nothing is on average 40 * 40 / 2 / 60 ms.
    second = 0.04**3 / 3 / 0.06
    extra = 0.04 * 0.04 / 2 / 0.06
    bound = SIGMAS * sqrt((second - extra**2) / latency.count)
    assert abs(cast("float", latency.mean) - 0.02 - extra) < bound


def test_correlated_jitter_spreads_less() -> None:
    """With a correlation of 80 % the mean stays, and the 95th percentile comes nearer to it."""
    fault = "service: shop, add: 100ms, jitter: 100ms, direction: to"
    plain, bound = (
        play(ONE, f"faults=[{{at: 0s, latency: {{{fault}{more}}}}}]").total.latency
        for more in ("", ", correlation: 80%")
    )
    n = bound.count
    # The variance of the mixture is a ninth, and its mean is as uncertain as that of fresh numbers.
    assert abs(cast("float", bound.mean) - 0.12) < SIGMAS * 0.1 / sqrt(3 * n)
    assert cast("float", plain.p95) == pytest.approx(0.12 + 0.09, rel=0.03)
    assert cast("float", bound.p95) == pytest.approx(0.12 + 1.645 * 0.1 / sqrt(27), rel=0.05)
