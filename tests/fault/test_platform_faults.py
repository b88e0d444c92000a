"""Faults of what services stand on: zones, the registry, caches, the crowd outside."""

from __future__ import annotations

from itertools import pairwise
from math import sqrt

import pytest
from playing import play, run_of

from simulator.experiment.run import Run
from simulator.scenario import parse
from simulator.traffic.rate import Change, RateCurve

SIGMAS = 3.3


# Zones.

ZONES = """
scenario: zones
seed: 2
duration: 60s
traffic: {users: {rate: 100/s, arrivals: constant, target: shop.get}}
services:
  shop:
    {replicas: 4, zones: [a, b], concurrency: 8, endpoints: {get: [work: 20ms, call: pay.do]}}
  pay: {replicas: 6, zones: [b, c, a], concurrency: 4, endpoints: {do: [work: 1ms]}}
  else: {replicas: 2, concurrency: 4, endpoints: {get: [work: 1ms]}}
defaults: {balancer: round_robin}
"""


def test_a_zone_outage_kills_every_instance_of_the_zone_and_no_other() -> None:
    """Instances of both services that stand in `a` die; those elsewhere, or nowhere, live."""
    run = Run(
        parse(ZONES, settings=["faults=[{at: 10s, for: 30s, zone_outage: {zone: a}}]"]).scenario
    )
    there = {each.name for each in run.world.instances if each.zone == "a"}
    # Zones are filled in turn.
    assert there == {"shop-1", "shop-3", "pay-3", "pay-6"}
    run.advance()
    result = run.result()
    assert set(result.faults[0].targets) == there
    assert {each.instance for each in result.deaths} == there
    assert all((each.died, each.back) == (10.0, 40.0) for each in result.deaths)
    assert all(each.up for each in run.world.instances)


def test_a_zone_outage_loses_the_share_of_the_zone() -> None:
    """Half of the shop and a third of what the other half asks for: 30 s * 100/s * (1/2 + 1/6)."""
    result = play(ZONES, "faults=[{at: 10.005s, for: 30s, zone_outage: {zone: a}}]")
    assert result.total.outcomes["refused"] == pytest.approx(1500, abs=1)
    assert result.total.outcomes["error"] == pytest.approx(500, abs=2)
    assert result.total.outcomes.get("reset", 0) == sum(each.lost for each in result.deaths) <= 2


@pytest.mark.parametrize("first", ["zone", "kill"])
def test_who_is_killed_in_a_dead_zone_stays_dead_until_both_are_over(first: str) -> None:
    """The end of a kill does not bring an instance up in a zone that is down, nor the reverse."""
    times = {"zone": ("10s, for: 10s", "12s, for: 18s"), "kill": ("12s, for: 18s", "10s, for: 10s")}
    zone, kill = times[first]
    result = play(
        ZONES,
        f"faults=[{{at: {zone}, zone_outage: {{zone: a}}}}, "
        f"{{at: {kill}, kill: {{service: shop, instance: shop-1}}}}]",
    )
    deaths = {each.instance: (each.died, each.back) for each in result.deaths}
    others = (10.0, 20.0) if first == "zone" else (12.0, 30.0)
    assert deaths == {"shop-1": (10.0, 30.0), **dict.fromkeys(["shop-3", "pay-3", "pay-6"], others)}


def test_who_comes_back_during_a_partition_is_cut_off_too() -> None:
    """All instances means those too that are dead when it begins."""
    result = play(
        ZONES,
        "defaults.timeout=200ms",
        "faults=[{at: 10s, for: 10s, kill: {service: pay, mode: all}}, "
        "{at: 15s, for: 20s, blackhole: {service: pay}}]",
    )
    pay = result.services["pay"].outcomes
    # Refused for the 5 s in which questions arrive, then not heard of for 20 s, at 100/s each.
    assert pay["refused"] == pytest.approx(500, abs=3)
    assert pay["unreachable"] == pytest.approx(2000, abs=3)


# The registry.

EUREKA = """
scenario: eureka
seed: 6
duration: 60s
registry:
  kind: eureka
  replicas: 3
  renewal_interval: 1s
  lease_duration: 3s
  eviction_interval: 2s
  response_cache_update: 1s
  registry_fetch: 1s
  self_preservation: false
traffic: {users: {rate: 40/s, arrivals: constant, target: shop.get}}
services: {shop: {replicas: 4, concurrency: 4, endpoints: {get: [work: 20ms]}}}
defaults: {balancer: round_robin}
"""
KILL = "{at: 20s, kill: {service: shop, instance: shop-2}}"


def test_an_outage_of_the_registry_kills_all_its_servers_and_nobody_notices() -> None:
    """Callers go on with what they know: not one of the requests fails."""
    result = play(EUREKA, "faults=[{at: 10s, for: 30s, registry_outage: {}}]")
    assert result.faults[0].targets == ("registry-1", "registry-2", "registry-3")
    assert result.total.availability == 1.0
    assert result.deaths == ()


def test_while_the_registry_is_down_nobody_is_told_of_a_death() -> None:
    """With the registry a dead instance is dropped in time; without it, it is called to the end."""
    told = play(EUREKA, f"faults=[{KILL}]")
    (death,) = told.deaths
    assert death.callers_knew_after is not None
    # A lease that was renewed lasts twice as long; then the eviction, the cache and the fetch.
    assert 2 * 3 - 1 <= death.callers_knew_after <= 2 * 3 + 2 + 1 + 1 + 0.1
    assert told.total.outcomes["refused"] == pytest.approx(10 * death.callers_knew_after, abs=1)

    untold = play(EUREKA, f"faults=[{{at: 15s, registry_outage: {{}}}}, {KILL}]")
    (death,) = untold.deaths
    assert death.callers_knew_after is None
    # A quarter of 40/s, for the 40 s that are left.
    assert untold.total.outcomes["refused"] == pytest.approx(400, abs=1)


def test_after_an_outage_of_the_registry_a_death_becomes_known() -> None:
    """Servers that find no peer to copy answer nobody for 300 s, and then without the dead one."""
    result = play(
        EUREKA,
        "duration=345s",
        "traffic.users.rate=8/s",
        f"faults=[{{at: 15s, for: 15s, registry_outage: {{}}}}, {KILL}]",
    )
    knew = result.deaths[0].callers_knew_after
    assert knew is not None
    # It died at 20 s. At 30 s the servers begin with empty tables; they open at 330 s, and callers
    # ask each second.
    assert result.deaths[0].registry_knew_after == 10.0
    assert 310.0 <= knew <= 310.0 + 1.0 + 1.0 + 0.1
    assert result.total.outcomes["refused"] == pytest.approx(2 * knew, abs=1)


@pytest.mark.parametrize("first", ["outage", "kill"])
def test_servers_come_up_when_the_last_of_two_blows_is_over(first: str) -> None:
    """One server is killed too, after or before all are: it is down until both are over."""
    times = {
        "outage": ("10s, for: 30s", "15s, for: 2s"),
        "kill": ("15s, for: 25s", "10s, for: 10s"),
    }
    outage, kill = times[first]
    run = Run(
        parse(
            EUREKA,
            settings=[
                f"faults=[{{at: {outage}, registry_outage: {{}}}}, "
                f"{{at: {kill}, kill: {{service: registry, instance: registry-2}}}}]"
            ],
        ).scenario,
        check=True,
    )
    registry = run.world.registry
    assert registry is not None
    seen = []
    for moment in (9.5, 12.0, 18.0, 25.0, 39.5, 40.5):
        while not run.world.kernel.run(moment, 10_000):
            pass
        seen.append([each.up for each in registry.servers])
    down, up = [False] * 3, [True] * 3
    only = down if first == "outage" else [True, False, True]
    assert seen == [up, only, down, down, down, up]


def test_delays_and_cuts_of_registry_servers_end_without_a_trace() -> None:
    """Crosswise overlapping: each keeps its own, and what is left at the end is nothing at all."""
    scenario = parse(
        EUREKA,
        settings=[
            "faults=[{at: 10s, for: 10s, slow: {service: registry, mode: all, add: 100ms}}, "
            "{at: 15s, for: 10s, slow: {service: registry, mode: all, add: 700ms}}, "
            "{at: 10s, for: 10s, partition: {service: registry, mode: all, from: [users]}}, "
            "{at: 15s, for: 10s, partition: {service: registry, mode: all, from: [users, shop]}}]"
        ],
    ).scenario
    run = Run(scenario, check=True)
    registry = run.world.registry
    assert registry is not None
    (server, *_) = registry.servers
    seen = []
    for moment in (9.0, 12.0, 17.0, 22.0, 26.0):
        while not run.world.kernel.run(moment, 10_000):
            pass
        seen.append((server.delay, server.reaches("users"), server.reaches("shop")))
    assert seen == [
        (0.0, True, True),
        (0.1, False, True),
        (0.1 + 0.7, False, False),
        (0.7, False, False),
        (0.0, True, True),
    ]


# Caches.

KEYS = 50
CACHE = f"""
scenario: cache
seed: 8
duration: 40s
traffic:
  users: {{rate: 50/s, arrivals: constant, target: shop.get, key: {{zipf: {{items: {KEYS}, s: 0}}}},
           cache: {{ttl: 1h}}}}
services: {{shop: {{concurrency: 4, endpoints: {{get: [work: 1ms]}}}}}}
"""


def test_a_flushed_cache_misses_every_key_once_more() -> None:
    """Fifty keys are fetched once, and once again after the flush; all else is found."""
    plain = play(CACHE)
    assert plain.services["shop"].attempts == KEYS
    flushed = play(CACHE, "faults=[{at: 20s, cache_flush: {service: users}}]")
    assert flushed.services["shop"].attempts == 2 * KEYS
    assert flushed.faults[0].targets == ("users-1",)
    assert flushed.total.outcomes == plain.total.outcomes == {"ok": 1999}


def test_right_after_a_flush_a_cache_misses_as_an_empty_one_does() -> None:
    """Of n requests for K keys K (1 - (1 - 1/K)^n) ask for one that nobody has asked for."""
    n, keys, seeds = 40, KEYS, 12
    never, both_never = (1 - 1 / keys) ** n, (1 - 2 / keys) ** n
    expected = keys * (1 - never)
    variance = keys * (keys - 1) * both_never + keys * never - (keys * never) ** 2
    missed = 0
    for seed in range(seeds):
        settings = ["duration=20.811s", "faults=[{at: 20.01s, cache_flush: {service: users}}]"]
        missed += play(CACHE, *settings, seed=seed).services["shop"].attempts - keys
    # 20.02, 20.04, ..., 20.80 s are forty.
    assert abs(missed / seeds - expected) < SIGMAS * sqrt(variance / seeds)


def test_a_flush_empties_the_caches_of_its_caller_only() -> None:
    """Others, who have a cache of their own, keep what they have."""
    text = CACHE.replace(
        "traffic:\n", "traffic:\n  others: {rate: 50/s, target: shop.get, cache: {ttl: 1h}}\n"
    )
    edges = {
        each.caller: each.attempts
        for each in play(text, "faults=[{at: 20s, cache_flush: {service: users}}]").edges
    }
    assert edges == {"users": 2 * KEYS, "others": 1}


# Crowds.

CROWD = """
scenario: crowd
seed: 9
duration: 30s
traffic: {users: {rate: 100/s, target: shop.get}}
services: {shop: {endpoints: {get: [work: 1ms]}}}
"""


def arrivals(*settings: str, until: list[float]) -> tuple[list[int], list[float]]:
    """How many had come by some moments, and when those came whose answers came by the first."""
    run = run_of(CROWD, *settings)
    counts: list[int] = []
    early: list[float] = []
    for moment in until:
        while not run.world.kernel.run(moment, 10_000):
            pass
        if not early:
            early = list(run.world.ledger.starts)
        counts.append(run.world.sources["users"].number)
    return counts, early


def test_a_surge_multiplies_the_arrivals_of_its_window() -> None:
    """Three times 100/s for 10 s: 3,000 within 3.3 times the root of that, and 1,000 before it."""
    moments = [10.0, 20.0, 29.0]
    plain, before = arrivals(until=moments)
    surge = "faults=[{at: 10s, for: 10s, surge: {traffic: users, times: 3}}]"
    counts, early = arrivals(surge, until=moments)
    # What comes before it comes at the very same times.
    assert early == before
    assert len(early) > 900
    assert counts[0] == plain[0]
    assert abs(counts[1] - counts[0] - 3000) < SIGMAS * sqrt(3000)
    assert abs(counts[2] - counts[1] - 900) < SIGMAS * sqrt(900)


def test_two_surges_multiply() -> None:
    """Twice and three times as many at once are six times as many."""
    counts, _ = arrivals(
        "faults=[{at: 10s, for: 10s, surge: {traffic: users, times: 2}}, "
        "{at: 12s, for: 2s, surge: {traffic: users, times: 3}}]",
        until=[12.0, 14.0],
    )
    assert abs(counts[1] - counts[0] - 1200) < SIGMAS * sqrt(1200)


def test_a_lull_is_a_surge_of_less_than_one() -> None:
    """A tenth of 100/s for 10 s: 100."""
    counts, _ = arrivals(
        "faults=[{at: 10s, for: 10s, surge: {traffic: users, times: 0.1}}]", until=[10.0, 20.0]
    )
    assert abs(counts[1] - counts[0] - 100) < SIGMAS * sqrt(100)


def test_a_surge_may_take_its_time() -> None:
    """With 4 s of rise and 4 s of fall in 10 s, twice 100/s more come for 6 s, in the mean."""
    moments = [10.0, 12.0, 14.0, 16.0, 20.0, 29.0]
    counts, _ = arrivals(
        "faults=[{at: 10s, for: 10s, surge: {traffic: users, times: 3, over: 4s}}]", until=moments
    )
    came = [later - earlier for earlier, later in pairwise(counts)]
    # At 12 s it is twice, from 14 s to 16 s three times the rate, and at 20 s what it was.
    for count, expected in zip(came, [300, 500, 600, 800, 900], strict=True):
        assert abs(count - expected) < SIGMAS * sqrt(expected)


def test_a_surge_on_a_slope_is_the_product_of_both() -> None:
    """A rate that rises from 0 by 1/s each second, times a factor that rises from 1 to 2 meanwhile.

    From 0 to 10 s the integral of t (1 + t / 10) is 50 + 100/3.
    """
    slope = RateCurve.changing(0.0, [Change(0.0, 20.0, 20.0)])
    surge = slope.multiplied(2.0, 0.0, 20.0, 10.0)
    assert surge.area_until(10.0) == pytest.approx(50 + 100 / 3, rel=1e-3)
    assert surge.rate_at(5.0) == pytest.approx(7.5)
    assert surge.rate_at(10.0) == pytest.approx(20.0)
    assert surge.rate_at(15.0) == pytest.approx(22.5)
    assert surge.rate_at(21.0) == 20.0


def test_a_surge_that_does_not_end_does_not_fall() -> None:
    """It rises over 4 s, and 300/s come until the run is over."""
    counts, _ = arrivals(
        "faults=[{at: 10s, surge: {traffic: users, times: 3, over: 4s}}]", until=[14.0, 29.0]
    )
    assert abs(counts[1] - counts[0] - 4500) < SIGMAS * sqrt(4500)
