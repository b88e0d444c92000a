"""What must hold of every balancer, whoever comes and goes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.balancing.balancer import Balancer
from simulator.balancing.candidate import Candidate
from simulator.balancing.peak_ewma import PeakEwma
from simulator.balancing.prequal import Prequal
from simulator.scenario.building.balancers import BalancerMaker, Caller
from simulator.scenario.model import balancer as model
from simulator.scenario.model.balancer import balancer_names
from simulator.scenario.model.policy import Policy

from .conftest import make_candidates, make_chance

EVERY: dict[str, object] = {
    **{name: name for name in balancer_names()},
    "priority with levels": model.BalancerChoice(priority=model.Priority(levels=("x", "y"))),
    "shortest_queue": model.BalancerChoice(least_request=model.LeastRequest(choices="all")),
}


def make(choice: object, **policy: object) -> Balancer:
    caller = Caller("caller-1", 0, "x", {"x": 1, "y": 1})
    maker = BalancerMaker(caller, lambda _name: make_chance(2), 0, lambda _r, n: list(range(n)))
    return maker.make(Policy.model_construct(None, balancer=choice, **policy))


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("update"), st.sets(st.integers(0, 7))),
        st.tuples(st.just("pick"), st.integers(-1, 30)),
        st.tuples(st.just("end"), st.integers(0, 30)),
    ),
    max_size=80,
)


@pytest.mark.parametrize("name", EVERY)
@settings(max_examples=60)
@given(actions=ACTIONS, weights=st.lists(st.sampled_from([0.5, 1, 3]), min_size=8, max_size=8))
def test_only_those_there_are_get_requests(
    name: str, actions: list[tuple[str, object]], weights: list[float]
) -> None:
    balancer = make(EVERY[name])
    everyone = [Candidate(f"host-{n}", weight, "xyz"[n % 3]) for n, weight in enumerate(weights)]
    there: list[Candidate] = []
    open_requests: list[Candidate] = []
    balancer.update(there, 0.0)
    now = 0.0
    for action, what in actions:
        now += 0.25
        if action == "update":
            assert isinstance(what, set)
            there = [everyone[n] for n in sorted(what)]
            balancer.update(there, now)
        elif action == "pick":
            assert isinstance(what, int)
            picked = balancer.pick(what, now)
            assert (picked is None) == (not there)
            if picked is not None:
                assert picked in there
                if balancer.watches:
                    balancer.sent(picked, now)
                open_requests.append(picked)
        elif open_requests and balancer.watches:
            assert isinstance(what, int)
            ended = open_requests.pop(what % len(open_requests))
            balancer.ended(ended, now, 0.1 * what, what % 3 == 0)
    if balancer.watches:
        for candidate in open_requests:
            balancer.ended(candidate, now, 0.1, False)
    assert all(each.active == 0 for each in everyone)


@pytest.mark.parametrize("wrapping", ["slow_start", "subset", "outlier"])
def test_wrappings_pass_on_what_happens(wrapping: str) -> None:
    value: dict[str, object] = {
        "slow_start": model.SlowStart.model_validate({"window": "5s"}),
        "subset": 2,
        "outlier": model.Outlier(),
    }
    balancer = make("least_request", **{wrapping: value[wrapping]})
    candidates = make_candidates(1, 1, 1, 1)
    balancer.update(candidates, 0.0)
    picked = balancer.pick(-1, 0.0)
    assert picked is not None
    balancer.sent(picked, 0.0)
    assert picked.active == 1
    balancer.ended(picked, 1.0, 1.0, False)
    assert picked.active == 0


def test_peak_ewma_jumps_up_and_comes_down_slowly() -> None:
    balancer = PeakEwma(make_chance(), decay=10.0)
    (candidate,) = make_candidates(1)
    balancer.update([candidate], 0.0)
    for now, seconds, cost in ((0.0, 0.1, 0.1), (0.0, 1.0, 1.0), (10.0, 0.0, 0.36787944117144233)):
        balancer.observe(candidate, now, seconds)
        assert candidate.cost == pytest.approx(cost)
    candidate.active = 2
    assert balancer.load(candidate, 10.0) == pytest.approx(3 * 0.36787944117144233)
    fresh = Candidate("fresh")
    fresh.active = 1
    assert balancer.load(fresh, 10.0) > 1e8


def prequal() -> Prequal:
    balancer = Prequal(make_chance(), 3.0, 16, 1.0, 1.0, 0.84)
    balancer.update(make_candidates(1, 1, 1, 1), 0.0)
    return balancer


def test_prequal_takes_the_fastest_of_the_cold_and_the_least_busy_of_the_hot() -> None:
    balancer = prequal()
    a, b, c, _ = balancer.candidates
    for _ in range(8):
        balancer.probed(b, 0.0, 1, 0.05)
    balancer.probed(a, 0.0, 90, 0.001)
    balancer.probed(c, 0.0, 2, 0.03)
    # a answers fastest but is hot; of the cold ones c is faster.
    assert balancer.pick(-1, 0.1) is c
    hot = prequal()
    x, y, _, _ = hot.candidates
    for _ in range(50):
        hot.probed(hot.candidates[2], 0.0, 1, 0.0)
    hot.update([x, y], 0.0)
    hot.probed(x, 0.0, 9, 0.01)
    hot.probed(y, 0.0, 8, 0.02)
    assert hot.pick(-1, 0.1) is y


def test_prequal_forgets_old_answers() -> None:
    balancer = prequal()
    for candidate in balancer.candidates:
        balancer.probed(candidate, 0.0, 1, 0.01)
    balancer.pick(-1, 1.5)
    assert balancer.pool == []
