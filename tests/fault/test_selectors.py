"""Whom faults hit: by service, zone, node, label, instance or edge, and how many of them."""

from __future__ import annotations

from math import sqrt

import pytest
from playing import play

from simulator.fault.mode import Mode

SIGMAS = 3.3


WORLD = """
scenario: world
seed: 3
duration: 40s
traffic:
  users: {rate: 40/s, arrivals: constant, target: shop.buy}
  clerks: {rate: 40/s, arrivals: constant, target: pay.list}
platform: {nodes: {general: {count: 4, zones: [a, b]}}}
services:
  shop:
    {replicas: 4, labels: {tier: front}, endpoints: {buy: [work: 10ms, call: pay.charge]}}
  pay:
    replicas: 4
    labels: {tier: back, team: money}
    endpoints: {charge: [{work: 20ms}, {call: stock.take}], list: [work: 20ms]}
  stock:
    {replicas: 2, zones: [b], labels: {tier: back}, endpoints: {take: [work: 5ms], give: []}}
defaults: {balancer: round_robin}
"""
"""Four nodes, in the zones a, b, a, b; instance n of shop and pay on node n, stock on 2 and 4."""

WHOM = {
    "{zone: a, mode: all}": "shop-1 shop-3 pay-1 pay-3",
    "{zone: b, mode: all}": "shop-2 shop-4 pay-2 pay-4 stock-1 stock-2",
    "{node: general-2, mode: all}": "shop-2 pay-2 stock-1",
    "{label: tier=back, mode: all}": "pay-1 pay-2 pay-3 pay-4 stock-1 stock-2",
    "{label: tier==front, mode: all}": "shop-1 shop-2 shop-3 shop-4",
    "{label: [tier=back, team=money], mode: all}": "pay-1 pay-2 pay-3 pay-4",
    "{label: 'tier=back,team=money', mode: all}": "pay-1 pay-2 pay-3 pay-4",
    "{service: pay, zone: b, mode: all}": "pay-2 pay-4",
    "{label: tier=back, node: general-4, mode: all}": "pay-4 stock-2",
    "{service: pay, zone: b, node: general-4, label: tier=back, mode: all}": "pay-4",
    "{instance: pay-3}": "pay-3",
    "{instance: pay-3, service: pay, zone: a, node: general-3}": "pay-3",
    "{zone: a, mode: {fixed: 100}}": "shop-1 shop-3 pay-1 pay-3",
}


@pytest.mark.parametrize("selector", WHOM)
@pytest.mark.parametrize("kind", ["kill", "pause", "blackhole"])
def test_everything_that_is_given_must_hold(kind: str, selector: str) -> None:
    """A selector narrows down: those are hit for whom all of its conditions hold, and no other."""
    result = play(
        WORLD, "defaults.timeout=1s", f"faults=[{{at: 10s, for: 5s, {kind}: {selector}}}]"
    )
    assert result.faults[0].targets == tuple(WHOM[selector].split())


@pytest.mark.parametrize("selector", ["{zone: b}", "{label: tier=back}", "{node: general-2}"])
def test_one_is_drawn_from_those_who_match(selector: str) -> None:
    """With the mode `one` it is one of those that `all` would hit, and not always the same."""
    matching = WHOM[selector.replace("}", ", mode: all}")].split()
    fault = f"faults=[{{at: 0s, every: 1s, for: 0.5s, pause: {selector}}}]"
    result = play(WORLD, fault)
    hit = result.faults[0].targets
    # Forty draws from six at most: each is missed with a chance below 0.1 %.
    assert set(hit) == set(matching)
    begun = [each.detail for each in result.log if each.kind == "fault" and "begins" in each.detail]
    assert len(begun) == 40
    assert all("," not in each for each in begun)


def test_a_zone_at_half_speed_takes_twice_as_long_there() -> None:
    """Half of the instances of pay are in b: lists take 20 ms or 40 ms by turns."""
    result = play(WORLD, "faults=[{at: 0s, slow: {zone: b, mode: all, speed: 50%}}]")
    clerks = result.traffic["clerks"].latency
    assert clerks.mean == pytest.approx(0.03, rel=1e-3)
    assert clerks.max == pytest.approx(0.04)
    # The work of all others is as long as ever, but stock is in b as a whole.
    users = result.traffic["users"].latency
    assert users.mean == pytest.approx(1.5 * 0.01 + 1.5 * 0.02 + 2 * 0.005, rel=1e-2)


# Edges.


@pytest.mark.parametrize(
    ("whom", "users", "clerks"),
    [
        # Users wait for shop > pay and pay > stock, clerks for nothing but pay.
        ("edge: shop > pay", 0.1, 0.0),
        ("edge: shop.buy > pay", 0.1, 0.0),
        ("edge: shop.buy>pay.charge", 0.1, 0.0),
        ("edge: shop > pay.charge", 0.1, 0.0),
        ("edge: clerks > pay", 0.0, 0.1),
        ("edge: pay > stock.take", 0.1, 0.0),
        ("edge: clerks > pay.list, node: general-2", 0.0, 0.025),
        ("service: pay", 0.1, 0.1),
        ("zone: b", 0.05 + 0.05 + 0.1, 0.05),
        ("label: tier=back", 0.2, 0.1),
    ],
)
def test_only_the_calls_of_an_edge_suffer(whom: str, users: float, clerks: float) -> None:
    """100 ms more for each question that goes the way that is meant, and nothing for the others."""
    usual = play(WORLD)
    fault = f"faults=[{{at: 0s, latency: {{{whom}, direction: to, add: 100ms}}}}]"
    late = play(WORLD, fault)
    for name, more in (("users", users), ("clerks", clerks)):
        before, after = usual.traffic[name].latency.mean, late.traffic[name].latency.mean
        assert before is not None and after is not None
        # Round robin over four gives each its share but for the last round.
        assert after - before == pytest.approx(more, rel=0.01, abs=1e-9)


def test_an_edge_hits_those_who_are_called() -> None:
    """The targets of a fault of an edge are the instances of its callee."""
    fault = "faults=[{at: 5s, for: 5s, loss: {edge: shop > pay, share: 10%, mode: one}}]"
    (target,) = play(WORLD, fault, "defaults.timeout=1s").faults[0].targets
    assert target in {f"pay-{n}" for n in range(1, 5)}


def test_an_edge_is_the_same_as_its_two_ends() -> None:
    """`edge: shop.buy > pay.charge` and `service`, `from` and `endpoint` end in the same figures."""
    ends = "service: pay, from: [shop], endpoint: charge"
    results = [
        play(
            WORLD,
            "defaults.timeout=100ms",
            f"faults=[{{name: x, at: 5s, for: 20s, loss: {{{whom}, share: 30%}}}}]",
        )
        for whom in (ends, "edge: shop.buy > pay.charge")
    ]
    assert results[0].total == results[1].total
    assert results[0].total.outcomes != play(WORLD, "defaults.timeout=100ms").total.outcomes
    assert results[0].digest == results[1].digest


# How many.


def test_a_random_share_is_drawn_and_rounded_down() -> None:
    """Of seven and at most 40 %, each percentage from 0 to 40 hits as many as it is of seven."""
    for percent in range(41):

        def shuffled(count: int, percent: int = percent) -> list[int]:
            return [percent] if count == 41 else list(range(count))

        assert (
            Mode(most_percent=40).choose(list("abcdefg"), shuffled)
            == list("abcdefg")[: percent * 7 // 100]
        )


def test_a_random_share_has_the_mean_of_an_even_draw() -> None:
    """Of four and at most all, 0, 1, 2 and 3 are hit 25 times in 101 each, and 4 once."""
    result = play(
        WORLD,
        "duration=400s",
        "traffic={users: {rate: 0.1/s, target: shop.buy}}",
        "faults=[{at: 0s, every: 1s, for: 0.5s, "
        "pause: {service: pay, mode: {random_max_percent: 100%}}}]",
    )
    begun = [each.detail for each in result.log if "begins" in each.detail]
    counts = [0 if "nobody" in each else each.count("pay-") for each in begun]
    assert len(counts) == 400
    mean = (25 * (0 + 1 + 2 + 3) + 4) / 101
    variance = (25 * (0 + 1 + 4 + 9) + 16) / 101 - mean**2
    assert abs(sum(counts) / 400 - mean) < SIGMAS * sqrt(variance / 400)
    assert set(result.faults[0].targets) == {"pay-1", "pay-2", "pay-3", "pay-4"}


def test_a_share_of_all_is_rounded_up() -> None:
    """One per cent of four is one, 26 % are two."""
    for percent, count in ((1, 1), (25, 1), (26, 2), (100, 4)):
        fault = (
            f"faults=[{{at: 5s, for: 5s, kill: {{service: pay, mode: {{percent: {percent}%}}}}}}]"
        )
        assert len(play(WORLD, fault).faults[0].targets) == count


def test_another_fault_does_not_shift_who_is_drawn() -> None:
    """Each fault draws from a stream of its own name."""
    drawn = (
        "{name: x, at: 5s, every: 5s, for: 1s, pause: {zone: b, mode: {random_max_percent: 60%}}}"
    )
    other = (
        "{name: y, at: 4s, every: 5s, for: 1s, pause: {zone: a, mode: {random_max_percent: 60%}}}"
    )
    told = [
        [each for each in play(WORLD, f"faults=[{faults}]").log if each.subject == "x"]
        for faults in (drawn, f"{other}, {drawn}")
    ]
    assert told[0] == told[1] != []


# Figures.


def test_a_fault_of_several_services_has_several_roots() -> None:
    """The blast radius of a zone begins at all the services that stand there."""
    result = play(
        WORLD, "defaults.timeout=1s", "faults=[{at: 20s, for: 10s, kill: {zone: b, mode: all}}]"
    )
    (fault,) = result.faults
    roots = [each.service for each in fault.blast_radius if each.parent is None]
    assert roots == ["shop", "pay", "stock"]


def test_a_fault_of_a_label_has_the_services_with_it_as_roots() -> None:
    """The shop is in trouble because of those it calls, and hangs on one of them."""
    result = play(
        WORLD,
        "defaults.timeout=1s",
        "faults=[{at: 20s, for: 10s, kill: {label: tier=back, mode: {percent: 50%}}}]",
    )
    parents = {each.service: each.parent for each in result.faults[0].blast_radius}
    assert parents["pay"] is None
    assert parents["shop"] == "pay"


def test_a_breaker_of_any_service_that_was_hit_detects() -> None:
    """A breaker for pay notices a fault that hits pay and stock by their label."""
    result = play(
        WORLD,
        "defaults.timeout=200ms",
        "services.pay.policy={breaker: {consecutive_failures: 5, wait: 5s}}",
        "faults=[{at: 20s, for: 10s, kill: {label: tier=back, mode: all}}]",
    )
    (fault,) = result.faults
    assert fault.detected_by == "breaker"
    assert fault.detected_after is not None and 0.0 < fault.detected_after < 1.0
