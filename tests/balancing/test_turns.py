"""Balancers that take turns, against what nginx, HAProxy and Envoy do (SEMANTICS C.5, C.7)."""

from __future__ import annotations

import pytest

from simulator.balancing.candidate import Candidate
from simulator.balancing.least_connections import LeastConnections
from simulator.balancing.least_request import LeastRequest
from simulator.balancing.round_robin import RoundRobin
from simulator.balancing.slow_start import SlowStart
from simulator.balancing.weighted_round_robin import WeightedRoundRobin

from .conftest import make_candidates, make_chance, picks, scripted


@pytest.mark.parametrize(
    ("weights", "sequence"),
    [
        pytest.param((5, 1, 1), "aabacaaaabacaaaabacaaaabac", id="C7n-01"),
        pytest.param((4, 2, 1), "abacabaabacabaabacabaabaca", id="C7n-02"),
        pytest.param((1, 1, 1, 1), "abcdabcd", id="C7n-04"),
        pytest.param((10, 2, 1), "aabaaacaaabaaaabaaacaaabaa", id="C7n-05"),
        pytest.param((1, 2, 3), "cbacbccbacbc", id="C7n-07"),
        pytest.param((9, 1), "aaaaabaaaaaaaaabaaaa", id="C7n-08"),
    ],
)
def test_smooth_weighted_round_robin_is_that_of_nginx(
    weights: tuple[int, ...], sequence: str
) -> None:
    balancer = WeightedRoundRobin()
    balancer.update(make_candidates(*weights), 0.0)
    assert picks(balancer, len(sequence)) == sequence


def test_current_weights_are_those_of_the_commit_message() -> None:
    balancer = WeightedRoundRobin()
    candidates = make_candidates(5, 1, 1)
    balancer.update(candidates, 0.0)
    seen = []
    for _ in range(7):
        balancer.weigh()
        seen.append(tuple(each.cost for each in candidates))
    assert seen == [
        (-2, 1, 1),
        (-4, 2, 2),
        (1, -4, 3),
        (-1, -3, 4),
        (4, -2, -2),
        (2, -1, -1),
        (0, 0, 0),
    ]


def test_weights_that_are_not_whole_are_shared_out_all_the_same() -> None:
    balancer = WeightedRoundRobin()
    balancer.update(make_candidates(2.5, 1.5, 1.0), 0.0)
    drawn = picks(balancer, 500)
    assert [drawn.count(name) for name in "abc"] == [250, 150, 100]


def test_round_robin_takes_each_in_turn_and_newcomers_too() -> None:
    balancer = RoundRobin(0)
    candidates = make_candidates(1, 1, 1)
    balancer.update(candidates[:2], 0.0)
    assert picks(balancer, 2) == "ab"
    balancer.update(candidates, 0.0)
    assert picks(balancer, 3) == "cab"  # C5-02


@pytest.mark.parametrize(
    ("weights", "start", "sequence"),
    [
        pytest.param((1, 2), 1, "abbabb", id="C5-04"),
        pytest.param((1, 4), 0, "bbbabbbbab", id="C5-07"),
    ],
)
def test_weighted_round_robin_is_that_of_envoy(
    weights: tuple[int, ...], start: int, sequence: str
) -> None:
    balancer = RoundRobin(start)
    balancer.update(make_candidates(*weights), 0.0)
    assert picks(balancer, len(sequence)) == sequence


def test_least_request_keeps_the_first_unless_another_has_fewer() -> None:
    candidates = make_candidates(1, 1)
    balancer = LeastRequest(scripted(0.0, 0.5))
    balancer.update(candidates, 0.0)
    candidates[0].active, candidates[1].active = 1, 2
    assert picks(balancer, 1) == "a"
    candidates[0].active, candidates[1].active = 2, 1
    assert picks(balancer, 1) == "b"  # C5-08
    candidates[0].active = 1
    assert picks(balancer, 1) == "a"


def test_least_request_with_weights_is_that_of_envoy() -> None:
    balancer = LeastRequest(scripted(0.0))
    balancer.update(make_candidates(1, 2), 0.0)
    assert picks(balancer, 6) == "babbab"  # C5-10


def test_least_request_without_bias_goes_by_weight_alone() -> None:
    candidates = make_candidates(1, 2)
    candidates[1].active = 7
    balancer = LeastRequest(scripted(0.0), bias=0.0)
    balancer.update(candidates, 0.0)
    drawn = picks(balancer, 300)
    assert drawn.count("b") == 200  # C5-13
    assert LeastRequest(scripted(0.0), bias=-1.0).bias == 1.0  # C5-14


def test_least_request_picks_with_the_chances_of_two_draws_with_replacement() -> None:
    """Among n the k-th busiest of different loads is taken with (2(n-k)+1)/n^2: both, or either."""
    candidates = make_candidates(1, 1, 1, 1, 1)
    for load, candidate in enumerate(candidates):
        candidate.active = load
    balancer = LeastRequest(make_chance(7))
    balancer.update(candidates, 0.0)
    count = 100_000
    drawn = picks(balancer, count)
    for rank, candidate in enumerate(candidates):
        expected = (2 * (len(candidates) - rank) - 1) / len(candidates) ** 2
        error = (expected * (1 - expected) / count) ** 0.5
        assert abs(drawn.count(candidate.name) / count - expected) < 3.3 * error
        assert 3.3 * error < 0.01


def test_least_connections_takes_an_idle_instance_whatever_its_weight() -> None:
    candidates = make_candidates(5, 1)
    balancer = LeastConnections()
    balancer.update(candidates, 0.0)
    balancer.sent(candidates[0], 0.0)
    assert picks(balancer, 1) == "b"  # C7h-14
    balancer.sent(candidates[1], 0.0)
    assert picks(balancer, 1) == "a"  # 2 x 256 / 5 is less than 2 x 256


def test_least_connections_lets_equals_take_turns() -> None:
    candidates = make_candidates(1, 1, 1)
    balancer = LeastConnections()
    balancer.update(candidates, 0.0)
    taken = ""
    for _ in range(6):
        picked = balancer.pick(-1, 0.0)
        assert picked is not None
        balancer.sent(picked, 0.0)
        taken += picked.name
        balancer.ended(picked, 0.0, 0.01, False)
    assert taken == "abcabc"


@pytest.mark.parametrize(
    ("age", "share"), [(0.0, 0.1), (20.0, 20 / 60), (59.0, 59 / 60), (60.0, 1)]
)
def test_slow_start_grows_evenly(age: float, share: float) -> None:
    fresh = Candidate("a")
    fresh.since = 0.0
    balancer = SlowStart(RoundRobin(0), 60.0, 1.0, 0.1, scripted(0.5))
    balancer.update([fresh, Candidate("b")], age)
    assert fresh.weight == pytest.approx(share)


def test_slow_start_holds_a_fresh_instance_back_in_turns_and_in_draws() -> None:
    fresh = Candidate("b")
    fresh.since = 0.0
    balancer = SlowStart(RoundRobin(0), 60.0, 1.0, 0.1, make_chance(1))
    balancer.update([Candidate("a"), fresh], 20.0)
    taken = "".join(str(getattr(balancer.pick(-1, 20.0), "name", "")) for _ in range(6))
    assert taken.startswith("aa")
    assert taken.count("b") in (1, 2)  # C5-16: one in four, after the first a
    assert balancer.pick(-1, 61.0) is not None
    assert fresh.weight == 1.0  # C5-17
