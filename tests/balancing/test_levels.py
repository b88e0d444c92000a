"""Priority levels, panic and zones, against Envoy's tests (SEMANTICS C.4).

Hosts that are `excluded` or `degraded` there have no like in this model; those rows are left out.
"""

from __future__ import annotations

import pytest

from simulator.balancing.balancer import Balancer
from simulator.balancing.candidate import Candidate
from simulator.balancing.healthy import Healthy
from simulator.balancing.locality import Locality
from simulator.balancing.priority import Priority, level_loads
from simulator.balancing.round_robin import RoundRobin
from simulator.balancing.sticky import Sticky
from simulator.balancing.subset import Subset

from .conftest import make_candidates, make_chance, picks


@pytest.mark.parametrize(
    ("levels", "factor", "loads", "panics"),
    [
        pytest.param([(4, 2), (4, 2)], 1.4, [70, 30], "FF", id="C4.1"),
        pytest.param([(4, 2), (4, 2)], 1.0, [50, 50], "FF", id="C4.2"),
        pytest.param([(2, 1), (2, 1)], 1.4, [70, 30], "FF", id="C4.4"),
        pytest.param([(4, 1), (2, 2)], 1.4, [35, 65], "FF", id="C4.5"),
        pytest.param([(2, 1), (2, 1), (2, 1)], 1.4, [70, 30, 0], "FFF", id="C4.10"),
        pytest.param([(4, 1), (2, 2), (2, 1)], 1.4, [35, 65, 0], "FFF", id="C4.11"),
        pytest.param([(5, 1), (5, 1), (5, 1)], 1.4, [34, 33, 33], "TTT", id="C4.13"),
        pytest.param([(5, 0), (5, 0), (5, 5)], 1.4, [0, 0, 100], "FFF", id="C4.14"),
        pytest.param([(5, 0), (5, 0), (5, 2)], 1.4, [34, 33, 33], "TTT", id="C4.16"),
        pytest.param([(5, 0), (3, 0), (2, 0)], 1.4, [50, 30, 20], "TTT", id="C4.17"),
        pytest.param([(0, 0), (6, 0), (3, 0)], 1.4, [0, 67, 33], "TTT", id="C4.19"),
    ],
)
def test_levels_bear_what_envoy_gives_them(
    levels: list[tuple[int, int]], factor: float, loads: list[int], panics: str
) -> None:
    sizes, healthy = [size for size, _ in levels], [well for _, well in levels]
    found = level_loads(sizes, healthy, factor, 0.5)
    assert found == (loads, [each == "T" for each in panics])


def test_requests_go_to_levels_by_their_loads() -> None:
    balancer = Priority(["near"], lambda _zone: RoundRobin(0), make_chance(3), 1.4, 0.5)
    near = [Candidate(f"near-{n}", zone="near") for n in range(4)]
    far = [Candidate(f"far-{n}", zone="far") for n in range(4)]
    near[0].healthy = near[1].healthy = False
    balancer.update([*near, *far], 0.0)
    count = 20_000
    at_home = sum(getattr(balancer.pick(-1, 0.0), "zone", "") == "near" for _ in range(count))
    assert abs(at_home / count - 0.7) < 3.3 * (0.7 * 0.3 / count) ** 0.5


@pytest.mark.parametrize(
    ("healthy", "threshold", "asked"),
    [
        pytest.param(2, 0.5, "abcdef", id="C4p-01"),
        pytest.param(4, 0.5, "abcdab", id="C4p-02"),
        pytest.param(3, 0.5, "abcabc", id="exactly-half-is-no-panic"),
    ],
)
def test_panic_asks_everybody(healthy: int, threshold: float, asked: str) -> None:
    candidates = make_candidates(1, 1, 1, 1, 1, 1)
    for candidate in candidates[healthy:]:
        candidate.healthy = False
    balancer = Healthy(RoundRobin(0), threshold)
    balancer.update(candidates, 0.0)
    assert picks(balancer, 6) == asked


def test_without_panic_nobody_is_asked_when_nobody_is_well() -> None:
    candidates = make_candidates(1, 1)
    for candidate in candidates:
        candidate.healthy = False
    balancer = Healthy(RoundRobin(0), 0.0)
    balancer.update(candidates, 0.0)
    assert balancer.pick(-1, 0.0) is None  # C4p-04


def zoned(callers: dict[str, int], instances: dict[str, int], home: str = "a") -> Locality:
    balancer = Locality(home, callers, lambda _zone: RoundRobin(0), make_chance(5), 0.5, 6)
    balancer.update(
        [Candidate(f"{zone}-{n}", zone=zone) for zone in instances for n in range(instances[zone])],
        0.0,
    )
    return balancer


def share_of(balancer: Balancer, zone: str, count: int = 20_000) -> float:
    return sum(getattr(balancer.pick(-1, 0.0), "zone", "") == zone for _ in range(count)) / count


def test_home_keeps_what_it_has_instances_for() -> None:
    # A fifth of the instances for a third of the callers: 0.2 / 0.3333 = 60 % (C4p-05).
    balancer = zoned({"a": 3, "b": 3, "c": 3}, {"a": 2, "b": 4, "c": 4})
    assert abs(share_of(balancer, "a") - 0.6) < 3.3 * (0.6 * 0.4 / 20_000) ** 0.5


@pytest.mark.parametrize(
    ("callers", "instances"),
    [
        pytest.param({"a": 1, "b": 1}, {"a": 2, "b": 3}, id="C4p-07"),
        pytest.param({"a": 1, "b": 1, "c": 1}, {"a": 4, "b": 4}, id="C4p-08"),
    ],
)
def test_zones_are_not_looked_at(callers: dict[str, int], instances: dict[str, int]) -> None:
    balancer = zoned(callers, instances)
    total = sum(instances.values())
    names = {getattr(balancer.pick(-1, 0.0), "name", "") for _ in range(total)}
    assert len(names) == total


def test_all_stays_at_home_where_home_is_large_enough() -> None:
    assert share_of(zoned({"a": 1, "b": 1}, {"a": 4, "b": 4}), "a", 100) == 1.0


def test_sticky_clients_stay_until_they_have_been_away_too_long() -> None:
    balancer = Sticky(RoundRobin(0), 10.0)
    candidates = make_candidates(1, 1, 1)
    balancer.update(candidates, 0.0)
    first = balancer.pick(1, 0.0)
    assert balancer.pick(2, 0.0) is not first
    assert balancer.pick(1, 10.0) is first
    assert balancer.pick(1, 20.0) is first
    assert balancer.pick(1, 30.5) is not first
    balancer.update(candidates[:1], 31.0)
    assert balancer.pick(2, 31.0) is candidates[0]


def test_subsets_of_a_round_hold_every_instance_once() -> None:
    candidates = [Candidate(f"host-{n}") for n in range(12)]
    orders = {0: [3, 1, 4, 0, 5, 9, 2, 6, 8, 7, 10, 11], 1: list(range(12))}
    seen: list[str] = []
    for caller in range(4):
        balancer = Subset(RoundRobin(0), 3, caller, lambda round_, _count: orders[round_])
        balancer.update(list(reversed(candidates)), 0.0)
        seen += {getattr(balancer.pick(-1, 0.0), "name", "") for _ in range(9)}
    assert sorted(seen) == sorted(each.name for each in candidates)
