"""A CDN before a service: what its caches keep from the origin, against theory and by counting."""

from __future__ import annotations

from math import exp, sqrt

import numpy as np
import pytest
from scipy.optimize import brentq

from simulator.call.cache import ABSENT, Cache
from simulator.distribution.zipf import Zipf
from simulator.experiment.result import Result
from simulator.experiment.run import Run, simulate
from simulator.outcome import OK
from simulator.scenario import parse

FOR_EVER = 1e9
ERRORS = 4.0
"""Standard errors that a figure may be off."""


def play(text: str, *settings: str, seed: int = 1) -> Result:
    return simulate(parse(text, settings=settings).scenario, seed=seed, check=True)


def popularity(items: int, s: float) -> list[float]:
    """How likely each key is."""
    weights = [1.0 / rank**s for rank in range(1, items + 1)]
    return [each / sum(weights) for each in weights]


def che(shares: list[float], capacity: int) -> float:
    """The hit ratio of an LRU cache under independent requests (Che's approximation).

    A key stays for a characteristic time t, the same for all, after its last request: the time in
    which as many different keys are asked for as the cache holds, sum(1 - exp(-p t)) = C. A request
    is a hit if the one before for its key is not longer ago: H = sum(p (1 - exp(-p t))).

    Source: Che, Tung, Wang, "Hierarchical Web Caching Systems", IEEE JSAC 20(7), 2002; Fricker, Robert,
    Roberts, "A Versatile and Accurate Approximation for LRU Cache Performance", ITC 24, 2012.
    """
    time = brentq(
        lambda t: sum(1.0 - exp(-p * t) for p in shares) - capacity, 0.0, 1e3 * len(shares)
    )
    return sum(p * (1.0 - exp(-p * time)) for p in shares)


def test_che_of_caches_that_can_be_thought_through() -> None:
    """All keys alike: a cache of a tenth of them holds a tenth. All keys fit: all are hits."""
    assert che([0.01] * 100, 10) == pytest.approx(0.1)
    assert che(popularity(100, 1.0), 99) > 0.99


@pytest.mark.parametrize(("s", "capacity"), [(0.8, 50), (0.8, 300), (1.2, 20), (0.0, 200)])
def test_the_least_recently_used_go_first(s: float, capacity: int) -> None:
    """The cache by itself has the hit ratio that Che's approximation says."""
    items, count = 1000, 60_000
    keys = Zipf(items, s).sample(np.random.default_rng(5), count).astype(int).tolist()
    cache = Cache(FOR_EVER, capacity, 0.0, 0.0, coalesce=True)
    hits = 0
    for number, key in enumerate(keys):
        if cache.age(key, float(number)) != ABSENT:
            hits += number >= 10_000
        else:
            cache.put(key, float(number), OK)
    ratio, expected = hits / (count - 10_000), che(popularity(items, s), capacity)
    assert len(cache.stored) == capacity
    error = sqrt(expected * (1.0 - expected) / (count - 10_000))
    assert abs(ratio - expected) <= ERRORS * error


# Whole worlds.

ONE = """
scenario: one
duration: 80s
warmup: 20s
traffic: {readers: {rate: 100/s, target: shop.home, key: {zipf: {items: 1000, s: 0.9}}}}
services:
  shop:
    cdn: {ttl: 1h, capacity: 150, pops: {eu: {}}}
    endpoints: {home: []}
"""


def hit_ratio(result: Result, caller: str) -> tuple[float, int]:
    """Which part of what a cache was asked it had, and how much it was asked."""
    (figures,) = (
        each for each in result.policies if each.caller == caller and each.policy == "cache"
    )
    asked = figures.counters["hits"] + figures.counters["misses"] + figures.counters["coalesced"]
    return figures.counters["hits"] / asked, int(asked)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_edge_hits_as_often_as_its_size_says(seed: int) -> None:
    """Requests come Poisson and are about keys by Zipf's law: that is what Che's approximation asks."""
    result = play(ONE, seed=seed)
    ratio, asked = hit_ratio(result, "shop-cdn-eu")
    expected = che(popularity(1000, 0.9), 150)
    assert abs(ratio - expected) <= ERRORS * sqrt(expected * (1.0 - expected) / asked)
    assert result.services["shop"].attempts == asked - round(ratio * asked)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_answer_that_grows_old_is_fetched_again(seed: int) -> None:
    """Where all keys fit, misses of a key are a renewal process: the time to live, then a request."""
    ttl, seconds = 5.0, 60.0
    result = play(ONE, "services.shop.cdn.ttl=5s", "services.shop.cdn.capacity=1000", seed=seed)
    mean = variance = 0.0
    for share in popularity(1000, 0.9):
        rate = 100.0 * share
        cycle = ttl + 1.0 / rate
        mean += seconds / cycle
        variance += seconds / rate**2 / cycle**3
    assert abs(result.services["shop"].attempts - mean) <= ERRORS * sqrt(variance)


TWO = """
scenario: two
duration: 30s
traffic:
  eu:
    rate: 50/s
    profile: [{at: 29s, rate: 0/s}]
    target: shop.home
    zone: eu
    key: {zipf: {items: 500}}
  us:
    rate: 50/s
    profile: [{at: 29s, rate: 0/s}]
    target: shop.home
    zone: us
    key: {zipf: {items: 500}}
services:
  shop:
    cdn:
      ttl: 1h
      pops:
        paris: {zone: eu, latency: 5ms, to_origin: 40ms}
        dallas: {zone: us, latency: 8ms, to_origin: 60ms}
      shield: {to_origin: 1ms}
    endpoints: {home: [{work: 20ms}]}
"""


def keys_asked(run: Run) -> dict[str, set[int]]:
    """The keys that each class has asked for."""
    found = {}
    for name, source in run.world.sources.items():
        (entry,) = source.entries
        keys = entry.tally.nature.keys
        assert keys is not None
        found[name] = {int(keys.at(index)) for index in range(entry.count)}
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("shield", [True, False])
def test_a_shield_asks_for_each_thing_once(seed: int, shield: bool) -> None:
    """The origin does each piece of work once; without a shield, once for each edge."""
    settings = [] if shield else ["services.shop.cdn.shield=null"]
    run = Run(parse(TWO, settings=settings).scenario, seed=seed)
    run.advance()
    asked, result = keys_asked(run), run.result()
    distinct = len(asked["eu"] | asked["us"])
    assert result.services["shop-cdn-paris"].attempts == result.traffic["eu"].started
    assert distinct < len(asked["eu"]) + len(asked["us"])
    if shield:
        assert result.services["shop"].attempts == distinct
        assert result.services["shop-shield"].attempts == len(asked["eu"]) + len(asked["us"])
    else:
        assert result.services["shop"].attempts == len(asked["eu"]) + len(asked["us"])


def test_a_hit_is_near_and_a_miss_is_far() -> None:
    """To the edge and back; or also to the shield, to the origin, and back, and the work."""
    key = "traffic={eu: {rate: 1/s, arrivals: constant, target: shop.home, zone: eu}}"
    result = play(TWO, key, "duration=3500ms")
    took = [each.ended - each.started for each in result.traces if each.ended is not None]
    assert took == pytest.approx([2 * (0.005 + 0.04 + 0.001) + 0.02, 0.01, 0.01])


FLUSH = "faults=[{at: 15s, cache_flush: {service: shop-cdn-paris}}]"


def test_a_flush_of_an_edge_stops_at_the_shield() -> None:
    """Whatever the edge has lost, the shield has; without one, the origin does it all again."""
    shielded = play(TWO, FLUSH)
    assert shielded.services["shop"].attempts == play(TWO).services["shop"].attempts
    bare = "services.shop.cdn.shield=null"
    calm, flushed = play(TWO, bare), play(TWO, bare, FLUSH)
    again = flushed.services["shop"].attempts - calm.services["shop"].attempts
    assert again > 100
    assert again == _misses(flushed, "shop-cdn-paris") - _misses(calm, "shop-cdn-paris")


def _misses(result: Result, caller: str) -> int:
    (figures,) = (
        each for each in result.policies if each.caller == caller and each.policy == "cache"
    )
    return int(figures.counters["misses"])


def test_old_answers_are_better_than_none() -> None:
    """RFC 5861: with `stale_if_error` an edge answers with what it has when the origin is gone."""
    down = "faults=[{at: 10s, kill: {service: shop}}]"
    short = "services.shop.cdn.ttl=5s"
    without = play(TWO, short, down)
    lost = without.total.outcomes["error"]
    assert lost > 500
    result = play(TWO, short, down, "services.shop.cdn.stale_if_error=1h")
    assert result.total.outcomes["degraded"] > lost / 2
    assert result.total.outcomes["error"] < lost / 2


def test_only_users_and_only_what_is_kept_go_there() -> None:
    """Another service asks the origin itself, and so do users for what is not kept."""
    result = play(
        TWO,
        "traffic={eu: {rate: 20/s, zone: eu, mix: {shop.home: 1, shop.pay: 1, site.page: 1}}}",
        "services.site={endpoints: {page: [{call: shop.home}]}}",
        "services.shop.endpoints.pay=[{work: 1ms}]",
        "services.shop.cdn.endpoints=[home]",
    )
    assert {f"{each.caller} > {each.callee}" for each in result.edges} == {
        "eu > shop-cdn-paris.home",
        "eu > shop.pay",
        "eu > site.page",
        "site.page > shop.home",
        "shop-cdn-paris.home > shop-shield.home",
        "shop-shield.home > shop.home",
        "shop-cdn-dallas.home > shop-shield.home",
    }
    assert result.services["shop"].endpoints["pay"].attempts > 50


def test_the_nearest_edge() -> None:
    """By name, by zone, and by distance where the network has places."""
    regions = (
        "network.regions={ireland: {zones: [dub-1], at: eu-west-1}, "
        "paris: {zones: [eu], at: eu-west-3}, virginia: {zones: [us], at: us-east-1}}"
    )
    result = play(TWO, regions, "traffic.eu.zone=dub-1", "duration=5s")
    asked = {each.callee for each in result.edges if each.caller in ("eu", "us")}
    assert asked == {"shop-cdn-paris.home", "shop-cdn-dallas.home"}
    swapped = play(
        TWO,
        "services.shop.cdn.pops.paris.serves=us",
        "services.shop.cdn.pops.dallas.serves=[eu]",
        "duration=5s",
    )
    assert {each.caller: each.callee for each in swapped.edges if each.caller in ("eu", "us")} == {
        "eu": "shop-cdn-dallas.home",
        "us": "shop-cdn-paris.home",
    }


def test_an_edge_needs_no_node() -> None:
    """Edges are elsewhere: the nodes of a platform are for the service itself."""
    result = play(
        TWO, "platform={nodes: {pool: {count: 1, zones: [home]}}}", "services.shop.zones=[home]"
    )
    assert result.total.availability == 1.0
    assert result.services["shop-cdn-paris"].attempts == result.traffic["eu"].started


def test_an_edge_that_nobody_asks() -> None:
    (warning,) = parse(TWO, settings=["traffic.us.zone=eu"]).warnings
    assert "`dallas` is nearest to no traffic class" in warning.message
