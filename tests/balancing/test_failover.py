"""Failing over between zones and regions: Envoy's priorities in Istio's order (SEMANTICS C.4, C.14)."""

from __future__ import annotations

from collections import Counter

import pytest

from simulator.balancing.candidate import Candidate
from simulator.balancing.regional import Regional
from simulator.balancing.round_robin import RoundRobin
from simulator.network.atlas import Atlas
from simulator.scenario.building.balancers import BalancerMaker, Caller
from simulator.scenario.model.policy import Policy

from .conftest import make_chance, picks

ZONES = {"eu-a": "eu", "eu-b": "eu", "us-a": "us", "asia-a": "asia"}
ATLAS = Atlas(ZONES, 0.0, 0.001, {}, {})
COUNT = 6_000


def shares(locality: str | dict[str, object], healthy: dict[str, int]) -> dict[str, float]:
    """What each zone gets of four instances each, so many of which are well."""
    caller = Caller("shop-1", 0, "eu-a", {"eu-a": 1})
    maker = BalancerMaker(
        caller, lambda _: make_chance(5), 0, lambda _, count: list(range(count)), ATLAS
    )
    policy = Policy.model_validate(
        {"balancer": locality, "health_check": {"interval": "1s"}}, strict=False
    )
    balancer = maker.make(policy)
    candidates = [Candidate(f"{zone}-{n}", zone=zone) for zone in ZONES for n in range(4)]
    for each in candidates:
        each.healthy = int(each.name[-1]) < healthy.get(each.zone, 4)
    balancer.update(candidates, 0.0)
    picked = Counter(getattr(balancer.pick(-1, 0.0), "zone", "nobody") for _ in range(COUNT))
    return {zone: count / COUNT for zone, count in picked.items()}


ISTIO = {"locality": {"failover": True}}
TO_US = {"locality": {"failover": True, "to": {"eu": "us"}}}
LEVELS = {"priority": {"levels": ["eu", "us"]}}


@pytest.mark.parametrize(
    ("balancer", "healthy", "expected"),
    [
        # Region and zone match, the zone is well: all of it.
        (ISTIO, {}, {"eu-a": 1.0}),
        (ISTIO, {"eu-a": 3}, {"eu-a": 1.0}),
        # Half are well: 70 % (C4.1), the rest to another zone of the same region.
        (ISTIO, {"eu-a": 2}, {"eu-a": 0.7, "eu-b": 0.3}),
        (ISTIO, {"eu-a": 0}, {"eu-b": 1.0}),
        # The region is down: to all others alike, or to the one that is laid down.
        (ISTIO, {"eu-a": 0, "eu-b": 0}, {"us-a": 0.5, "asia-a": 0.5}),
        (TO_US, {"eu-a": 0, "eu-b": 0}, {"us-a": 1.0}),
        (TO_US, {"eu-a": 1, "eu-b": 1, "us-a": 2}, {"eu-a": 0.35, "eu-b": 0.35, "us-a": 0.3}),
        (TO_US, {"eu-a": 0, "eu-b": 0, "us-a": 0}, {"asia-a": 1.0}),
        # Levels may be regions: C4.1 for the eight instances of one.
        (LEVELS, {}, {"eu-a": 0.5, "eu-b": 0.5}),
        (LEVELS, {"eu-a": 2, "eu-b": 2}, {"eu-a": 0.35, "eu-b": 0.35, "us-a": 0.3}),
    ],
)
def test_the_order_of_nearness(
    balancer: dict[str, object], healthy: dict[str, int], expected: dict[str, float]
) -> None:
    found = shares(balancer, healthy)
    assert found.keys() == expected.keys()
    for zone, share in expected.items():
        error = (share * (1 - share) / COUNT) ** 0.5
        assert found[zone] == pytest.approx(share, abs=3.3 * error + 1e-9)


def test_each_region_has_a_balancer_of_its_own() -> None:
    """What is picked comes from the region that was said, and stays when another comes between."""
    regional = Regional(ATLAS, {"eu": RoundRobin(0), "us": RoundRobin(0), "asia": RoundRobin(0)})
    names = {"a": "eu-a", "b": "eu-b", "c": "us-a", "d": "us-a"}
    candidates = [Candidate(name, zone=zone) for name, zone in names.items()]
    regional.update(candidates, 0.0)
    order = ""
    for region in ("eu", "us", "eu", "us", "eu"):
        regional.region = region
        order += picks(regional, 1)
    assert order == "acbda"
    regional.region = "asia"
    assert regional.pick(-1, 0.0) is None


def test_what_is_sent_is_counted_where_it_ends() -> None:
    """Also for an instance that has moved out of all regions meanwhile."""
    regional = Regional(ATLAS, {"eu": RoundRobin(0)})
    candidate = Candidate("a", zone="eu-a")
    regional.update([candidate], 0.0)
    regional.sent(candidate, 0.0)
    candidate.zone = "mars"
    regional.ended(candidate, 1.0, 1.0, False)
    assert candidate.active == 0
