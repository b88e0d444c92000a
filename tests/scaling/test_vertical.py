"""The VerticalPodAutoscaler: what it recommends, and whom it evicts for that."""

from __future__ import annotations

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.platform.node_cpu import NodeShare
from simulator.scaling.vertical.histogram import (
    BUCKETS,
    DecayingHistogram,
    bucket_of,
    start_of,
)
from simulator.scaling.vertical.recommender import (
    MOST,
    Recommendation,
    Recommender,
    RecommenderSettings,
    after_kill,
    confident,
)
from simulator.scaling.vertical.updater import Sized, UpdaterSettings, evictions
from simulator.scenario import parse
from simulator.scenario.building.build import build
from simulator.scenario.building.world import World

DAY = 86_400.0
HOUR = 3_600.0
MIB = 2**20


def used(*samples: tuple[float, float], request: float = 1.0, **settings: float) -> Recommender:
    """A recommender that has seen samples: the moment, in seconds, and the cores in use."""
    recommender = Recommender(RecommenderSettings(**settings))
    for start, cores in samples:
        recommender.add(start, cores, request)
    return recommender


def minutes(count: int, cores: float, **settings: float) -> Recommender:
    """A recommender with so many samples of the same, one a minute."""
    return used(*((60.0 * n, cores) for n in range(count)), **settings)


# The histogram.


def test_buckets() -> None:
    """The first is 0.01 cores wide, the next 5 % wider, up to 1,000 cores."""
    assert [start_of(n) for n in range(4)] == pytest.approx([0.0, 0.01, 0.0205, 0.031525])
    assert bucket_of(0.0) == bucket_of(0.0099) == 0
    assert bucket_of(0.0101) == 1
    assert start_of(BUCKETS - 1) >= 1000.0 > start_of(BUCKETS - 2)
    assert bucket_of(1e9) == BUCKETS - 1


@given(st.floats(0.0, 900.0))
def test_a_percentile_is_the_end_of_its_bucket(cores: float) -> None:
    """What comes out is more than what went in, by at most a bucket: 5 % and 0.01 cores."""
    histogram = DecayingHistogram(DAY)
    histogram.add(cores, 1.0, 0.0)
    found = histogram.percentile(0.9)
    assert cores * (1.0 - 1e-9) <= found <= cores * 1.05 + 0.0101


def test_percentiles() -> None:
    """TestPercentileEstimator: of 1, 2 and 3 cores the 20th percentile is 1, within 5 %."""
    histogram = DecayingHistogram(DAY)
    assert histogram.percentile(0.5) == 0.0
    for cores in (1.0, 2.0, 3.0):
        histogram.add(cores, 1.0, 0.0)
    for share, cores in ((0.2, 1.0), (0.5, 2.0), (0.95, 3.0)):
        assert histogram.percentile(share) == pytest.approx(cores, rel=0.055)


def test_the_newer_one_counts_double() -> None:
    """C10-04: 1 at the beginning and 2 a half-life later: the median is 2, and the third is 1."""
    histogram = DecayingHistogram(DAY)
    histogram.add(1.0, 1.0, 0.0)
    histogram.add(2.0, 1.0, DAY)
    assert histogram.percentile(0.5) == start_of(bucket_of(2.0) + 1)
    assert histogram.percentile(0.5) == pytest.approx(2.0, rel=0.055)
    assert histogram.percentile(1 / 3 - 1e-9) == pytest.approx(1.0, rel=0.055)


def test_after_hundreds_of_half_lives() -> None:
    """Weights are scaled down in time, what is old is forgotten, and only relations count."""
    histogram = DecayingHistogram(10.0)
    for time in range(0, 100_000, 500):
        histogram.add(3.0, 1.0, float(time))
    histogram.add(1.0, 1.0, 99_990.0)
    histogram.add(2.0, 1.0, 100_000.0)
    assert histogram.total < 1e35
    assert histogram.percentile(0.3) == pytest.approx(1.0, rel=0.055)
    assert histogram.percentile(0.5) == pytest.approx(2.0, rel=0.055)


def test_a_sample_weighs_what_was_requested() -> None:
    """Half a core used at a request of 2 outweighs 1 core at a request of 0.5, three times over."""
    recommender = Recommender(RecommenderSettings())
    for _ in range(3):
        recommender.add(0.0, 1.0, 0.5)
    recommender.add(0.0, 0.5, 2.0)
    assert recommender.usage.percentile(0.5) == pytest.approx(0.5, rel=0.055)
    # Whoever requests nothing counts as if it were 0.1.
    other = Recommender(RecommenderSettings())
    other.add(0.0, 1.0, 0.0)
    assert other.usage.total == pytest.approx(0.1)


# The recommender.


def test_confidence_multiplier() -> None:
    """C10-01: 9 samples of an interval of 18 minutes: 3.14 x (1 + 0.1 / 0.5)^2."""
    recommender = used(*((120.0 * n, 1.0) for n in range(9)), confidence=18 * 60.0)
    assert recommender.history == 0.5
    assert confident(3.14, recommender.history, 0.1, 2.0) == pytest.approx(4.5216)


def test_confidence_of_a_day() -> None:
    """TestConfidenceMultiplier: 9 samples are 9 / 1,440 of a day: 3.14 x (1 + 0.1 / 0.00625)^2."""
    recommender = used(*((120.0 * n, 1.0) for n in range(9)))
    assert recommender.history == 0.00625
    assert confident(3.14, recommender.history, 0.1, 2.0) == pytest.approx(907.46)


def test_no_history() -> None:
    """C10-02: the upper bound is all there is (1e14 millicores), the lower one nothing."""
    nothing = Recommender(RecommenderSettings())
    assert nothing.recommend() is None
    assert nothing.history == 0.0
    assert confident(3.14, nothing.history, 1.0, 1.0) * 1000.0 == pytest.approx(1e14)
    assert confident(3.14, nothing.history, 0.001, -2.0) == 0.0
    # One sample spans nothing.
    one = used((0.0, 3.14)).recommend()
    assert one is not None
    assert (one.lower, one.upper) == (0.025, MOST)


def test_the_margin() -> None:
    """C10-07: a target of 1 core is the percentile 0.869565 and 15 % more."""
    recommender = minutes(10, 0.5)
    advice = recommender.recommend()
    assert advice is not None
    assert recommender.usage.percentile(0.9) == pytest.approx(advice.target / 1.15)
    assert recommender.usage.percentile(0.9) / advice.target == pytest.approx(0.869565, abs=1e-6)


def test_bounds_close_in() -> None:
    """What the comments of recommender.go promise: lower x 0.6, 0.9, 0.95; upper x 3, 2, 1.14."""
    for count, factor in ((6, 0.6), (31, 0.9), (61, 0.95)):
        advice = minutes(count, 1.0).recommend()
        assert advice is not None
        assert advice.lower / advice.target == pytest.approx(factor, abs=0.02)
    for days, factor in ((0.5, 3.0), (1.0, 2.0), (7.0, 8 / 7)):
        count = int(days * 1440) + 1
        advice = minutes(count, 1.0).recommend()
        assert advice is not None
        assert advice.upper / advice.target == pytest.approx(factor, rel=1e-3)


def test_never_less_than_25_millicores() -> None:
    """However little is used."""
    advice = minutes(100, 0.001).recommend()
    assert advice is not None
    assert advice.target == 0.025


def test_within_what_the_user_allows() -> None:
    """All three are held between the bounds."""
    assert Recommendation(1.0, 0.1, 5.0).within(0.5, 2.0) == Recommendation(1.0, 0.5, 2.0)


def test_after_a_kill_for_want_of_memory() -> None:
    """C10-05: at 500 MiB a fifth more and 100 MiB more are the same; below and above they are not."""
    assert after_kill(500 * MIB) == 600 * MIB
    assert after_kill(100 * MIB) == 200 * MIB
    assert after_kill(1000 * MIB) == 1200 * MIB


@given(st.lists(st.floats(0.0, 8.0), min_size=1, max_size=30))
def test_order(usage: list[float]) -> None:
    """Lower bound, target and upper bound are in their order."""
    advice = used(*((60.0 * n, cores) for n, cores in enumerate(usage))).recommend()
    assert advice is not None
    assert advice.lower <= advice.target <= advice.upper


# The updater.

ADVICE = Recommendation(target=1.0, lower=0.5, upper=2.0)


def sized(*requests: float, age: float = HOUR, runs: bool = True) -> list[Sized]:
    """Instances 0, 1, ... with these requests."""
    return [Sized(f"{n}", request, age, runs) for n, request in enumerate(requests)]


def test_inside_the_bounds_nobody_goes_before_half_a_day() -> None:
    """Younger than 12 h: only who is outside; older: whoever is 10 % off too."""
    off = sized(0.8, 1.05, 1.2, 1.0)
    assert evictions(off, 4, ADVICE, UpdaterSettings()) == []
    old = sized(0.8, 1.05, 1.2, 1.0, age=12 * HOUR)
    assert evictions(old, 4, ADVICE, UpdaterSettings()) == ["0", "2"]


def test_outside_the_bounds_whoever_it_is() -> None:
    """Below the lower and above the upper bound; at a bound is within."""
    assert evictions(sized(0.5, 2.0), 2, ADVICE, UpdaterSettings()) == []
    assert evictions(sized(0.49, 1.0), 2, ADVICE, UpdaterSettings()) == ["0"]
    assert evictions(sized(1.0, 2.1), 2, ADVICE, UpdaterSettings()) == ["1"]


def test_who_grows_goes_first_and_then_the_farthest_off() -> None:
    """Two of four at a time."""
    off = sized(9.0, 0.4, 0.1, 5.0)
    assert evictions(off, 4, ADVICE, UpdaterSettings()) == ["2", "1"]
    assert evictions(sized(9.0, 5.0, 7.0, 1.0), 4, ADVICE, UpdaterSettings()) == ["0", "2"]


def test_too_few_to_evict_any() -> None:
    """One instance is left alone, unless the user says otherwise."""
    assert evictions(sized(0.1), 1, ADVICE, UpdaterSettings()) == []
    assert evictions(sized(0.1), 1, ADVICE, UpdaterSettings(replicas=1)) == ["0"]


@pytest.mark.parametrize(
    "wanted, running, tolerance, gone",
    [
        (2, 2, 0.5, 1),
        (3, 3, 0.5, 1),
        (4, 4, 0.5, 2),
        (4, 3, 0.5, 1),
        (4, 2, 0.5, 0),
        (4, 4, 0.1, 1),
        (4, 3, 0.1, 0),
        (4, 4, 1.0, 4),
    ],
)
def test_how_many_may_be_down(wanted: int, running: int, tolerance: float, gone: int) -> None:
    """The tolerated share, cut to a whole number; one of all, if that is none."""
    off = sized(*[0.1] * running)
    settings = UpdaterSettings(tolerance=tolerance)
    assert len(evictions(off, wanted, ADVICE, settings)) == gone


def test_whoever_does_not_run_yet_may_go() -> None:
    """It is no loss."""
    off = [*sized(0.1, 0.1, age=0.0), Sized("new", 0.1, 0.0, runs=False)]
    assert evictions(off, 3, ADVICE, UpdaterSettings(tolerance=0.0)) == ["new"]


# A world.

WORLD = """
scenario: vertical
duration: 10m
platform: {nodes: {worker: {count: 2, cores: 4}}}
traffic: {users: {rate: 15/s, arrivals: constant, target: api.get}}
services:
  api:
    replicas: 2
    cores: 2
    requests: {cpu: 100m, memory: 64MiB}
    limits: {cpu: 200m}
    autoscaler: {vertical: {}}
    startup: {boot: 5s}
    endpoints: {get: [{work: 20ms}]}
"""
"""Each of two instances uses 0.15 cores, all the time."""


def play(seconds: float, *settings: str) -> World:
    """The world after so many seconds."""
    world = build(parse(WORLD, settings=settings).scenario, 1)
    for source in world.sources.values():
        source.begin()
    world.kernel.run(seconds, 1 << 40)
    return world


def sizes(world: World) -> list[tuple[str, float, float, int]]:
    """Of each instance that runs: its limit, its weight, and the millicores its node keeps for it."""
    assert world.placement is not None
    found = []
    for instance in world.services["api"].instances:
        if instance.up:
            processor = instance.processor
            assert processor is not None and processor.quota is not None
            assert isinstance(processor.share, NodeShare)
            node = world.placement.standing[instance.name]
            kept = node.requests[instance.name]
            assert kept.memory == 64 * MIB
            found.append((instance.name, processor.quota.limit, processor.share.weight, kept.cpu))
    return found


# Half of 15/s x 20 ms is 0.15 cores: the end of its bucket of 5 %, and 15 % more.
TARGET = start_of(bucket_of(0.15) + 1) * 1.15


def test_before_the_first_look_nothing_changes() -> None:
    """For a minute all are as they were deployed."""
    assert sizes(play(59.0)) == [("api-1", 0.2, 0.1, 100), ("api-2", 0.2, 0.1, 100)]


def test_one_of_two_at_a_time() -> None:
    """The first after a minute, the second after two; the limit grows in proportion."""
    assert sorted(each[1] for each in sizes(play(90.0))) == pytest.approx([0.2, 2.0 * TARGET])
    world = play(180.0)
    for _, limit, weight, kept in sizes(world):
        assert weight == pytest.approx(TARGET)
        assert limit == pytest.approx(2.0 * TARGET)
        assert kept == ceil(TARGET * 1000)
    assert len(sizes(world)) == 2
    for instance in world.services["api"].instances:
        if instance.up:
            assert instance.capacity == pytest.approx(2.0 * TARGET)
    # And that is that: the request is within the bounds.
    evicted = [each for each in play(600.0).ledger.events.entries if "evicted" in each.detail]
    assert [each.time for each in evicted] == [60.0, 120.0]


def test_only_requests() -> None:
    """The limit stays as it is, and nobody asks for more than that."""
    setting = "services.api.autoscaler.vertical.controls=requests_only"
    found = sizes(play(180.0, setting))
    assert [each[1] for each in found] == [0.2, 0.2]
    assert [each[2] for each in found] == pytest.approx([TARGET] * 2)


@pytest.mark.parametrize(
    ("setting", "wanted"),
    [
        ("margin=30%", TARGET / 1.15 * 1.3),
        ("min_allowed=0.5", 0.5),
        ("max_allowed=0.15", 0.15),
        ("min_replicas=3", 0.1),
    ],
)
def test_settings_arrive(setting: str, wanted: float) -> None:
    """What a scenario sets for it is what it goes by."""
    found = sizes(play(180.0, f"services.api.autoscaler.vertical.{setting}"))
    assert [each[2] for each in found] == pytest.approx([wanted] * 2)


def test_initial_evicts_nobody() -> None:
    """What is recommended waits for somebody to be started."""
    setting = "services.api.autoscaler.vertical.update=initial"
    assert sizes(play(180.0, setting)) == [("api-1", 0.2, 0.1, 100), ("api-2", 0.2, 0.1, 100)]


def test_a_disruption_budget_is_respected() -> None:
    """With one that allows nobody to go all stay; with one that allows one all get their size."""
    setting = "services.api.disruption_budget={min_available: 2}"
    assert sizes(play(180.0, setting)) == [("api-1", 0.2, 0.1, 100), ("api-2", 0.2, 0.1, 100)]
    setting = "services.api.disruption_budget={max_unavailable: 1}"
    assert [each[1] for each in sizes(play(180.0, setting))] == pytest.approx([2.0 * TARGET] * 2)
