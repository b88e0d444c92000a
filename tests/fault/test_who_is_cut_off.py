"""Whose messages suffer: those of services, of single instances, of zones."""

from __future__ import annotations

import re
from functools import cache

import pytest
from playing import play

from simulator.experiment.result import Result
from simulator.experiment.run import Run
from simulator.scenario import ScenarioError, parse

SHOPS = """
scenario: shops
seed: 7
duration: 10.05s
defaults: {timeout: 100ms, balancer: round_robin}
traffic:
  users:
    rate: 40/s
    arrivals: constant
    target: shop.get
    timeout: 500ms
    profile: [{at: 9s, rate: 0/s}]
services:
  shop:
    replicas: 4
    zones: [a, b]
    endpoints: {get: [work: 1ms, call: pay.charge]}
  pay: {replicas: 2, zones: [a, b], endpoints: {charge: [work: 2ms]}}
"""
"""359 requests, which the instances of the shop take in turns: shop-1 and -3 in a, the others in b."""


@cache
def calls() -> dict[str, int]:
    """The requests that each instance of the shop gets: 89 or 90."""
    instances = play(SHOPS).services["shop"].instances
    assert all(each.outcomes == {"ok": each.attempts} for each in instances.values())
    return {name: each.attempts for name, each in instances.items()}


def failed_calls(result: Result) -> dict[str, int]:
    """The requests of each instance of the shop that failed for want of pay."""
    return {
        name: each.outcomes.get("error", 0)
        for name, each in result.services["shop"].instances.items()
    }


def cut(whom: str, *settings: str, kind: str = "partition") -> dict[str, int]:
    """Who fails when this is cut off from pay."""
    return failed_calls(
        play(SHOPS, f"faults=[{{at: 0s, {kind}: {{service: pay, mode: all, {whom}}}}}]", *settings)
    )


def those(*instances: str) -> dict[str, int]:
    """All requests of some, and none of the others."""
    return {name: count if name in instances else 0 for name, count in calls().items()}


WHOM = [
    ("from: [shop]", ("shop-1", "shop-2", "shop-3", "shop-4")),
    ("from: [shop-2]", ("shop-2",)),
    ("from: [shop-2, shop-3]", ("shop-2", "shop-3")),
    ("from: [users, shop-4]", ("shop-4",)),
    ("from: [users-1]", ()),
    ("from_zones: [b]", ("shop-2", "shop-4")),
    ("from_zones: [a, b]", ("shop-1", "shop-2", "shop-3", "shop-4")),
    ("from: [shop], from_zones: [a]", ("shop-1", "shop-3")),
    ("from: [shop-1, shop-2], from_zones: [a]", ("shop-1",)),
    ("from: [users], from_zones: [a]", ()),
]


@pytest.mark.parametrize(("whom", "cut_off"), WHOM)
def test_those_are_cut_off_who_are_named_and_stand_there(
    whom: str, cut_off: tuple[str, ...]
) -> None:
    """Every request of theirs fails, and none of the others'."""
    assert cut(whom) == those(*cut_off)


@pytest.mark.parametrize(
    "policies",
    [
        "defaults={timeout: 100ms, balancer: round_robin, retry: {attempts: 2, backoff: 1ms}}",
        "defaults={timeout: 100ms, balancer: round_robin, breaker: {}}",
        "services.shop.endpoints.get=[{work: 1ms}, {together: [{call: pay.charge}]}]",
        "services.shop.threading=async",
        "traces=100",
    ],
)
def test_an_instance_is_known_by_whatever_sends_for_it(policies: str) -> None:
    """Plain calls, guarded ones, branches, traced ones: all of them come from shop-2."""
    failed = cut("from: [shop-2]", policies)
    assert failed["shop-2"] > 0
    assert {name for name, count in failed.items() if count} == {"shop-2"}


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("blackhole", ""),
        ("loss", ", share: 100%"),
        ("corrupt", ", share: 100%"),
        ("latency", ", add: 1s"),
        ("reorder", ", delay: 1s, share: 0%"),
        ("bandwidth", ", rate: 1kB, message: 1kB"),
        ("abort", ""),
        ("reset", ""),
        ("dns_error", ""),
        ("certificate_expiry", ""),
    ],
)
def test_every_fault_of_the_network_can_be_one_instances(kind: str, more: str) -> None:
    """`from: [shop-3]` and `from_zones` mean the same for all kinds."""
    assert cut(f"from: [shop-3]{more}", kind=kind) == those("shop-3")
    assert cut(f"from_zones: [b]{more}", kind=kind) == those("shop-2", "shop-4")


def test_duplicates_can_be_one_instances() -> None:
    """Only the questions of shop-3 arrive twice."""
    fault = "{service: pay, share: 100%, from: [shop-3]}"
    pay = play(SHOPS, f"faults=[{{at: 0s, duplicate: {fault}}}]").services["pay"]
    assert pay.wasted_work == pytest.approx(calls()["shop-3"] * 0.002)


def test_callers_of_a_class_are_instances_too() -> None:
    """Of three callers that share the requests one is cut off from the shop, and hears nothing."""
    settings = ("traffic.users.clients=3", "traffic.users.rate=400/s")
    fault = "faults=[{at: 0s, partition: {service: shop, mode: all, from: [%s]}}]"
    lost = {
        caller: play(SHOPS, *settings, fault % caller).total.outcomes.get("unreachable", 0)
        for caller in ("users", "users-1", "users-2", "users-3")
    }
    assert lost["users"] >= 3599
    assert lost["users-1"] + lost["users-2"] + lost["users-3"] == lost["users"]
    # A third each, within 3.3 standard errors.
    for number in (1, 2, 3):
        share = lost[f"users-{number}"] / lost["users"]
        assert abs(share - 1 / 3) < 3.3 * (2 / 9 / lost["users"]) ** 0.5


def test_a_class_stands_in_its_zone() -> None:
    """Users in b are cut off with the zone; users elsewhere, or nowhere, are not."""
    for zone, failed in (("b", 359), ("a", 0), (None, 0)):
        settings = [] if zone is None else [f"traffic.users.zone={zone}"]
        fault = "faults=[{at: 0s, partition: {service: shop, mode: all, from_zones: [b]}}]"
        outcomes = play(SHOPS, *settings, fault).total.outcomes
        assert outcomes.get("unreachable", 0) == failed


def test_two_zones_are_cut_off_from_each_other() -> None:
    """What crosses the border is lost in both directions, and what stays in a zone is not."""
    result = play(
        SHOPS,
        "defaults={timeout: 100ms, balancer: round_robin, retry: {attempts: 1}}",
        "faults=[{at: 0s, partition: {zone: a, mode: all, from_zones: [b]}}, "
        "{at: 0s, partition: {zone: b, mode: all, from_zones: [a]}}]",
    )
    # The users stand nowhere, and reach everybody. Each shop asks pay-1 and pay-2 in turns.
    failed = failed_calls(result)
    for name, count in calls().items():
        assert failed[name] in (count // 2, (count + 1) // 2)


def test_the_probes_of_a_callers_own_checks_suffer_with_it() -> None:
    """shop-2 finds both instances of pay ill by its checks; the other callers find them well."""
    text = parse(
        SHOPS,
        settings=[
            "defaults.health_check={interval: 200ms, timeout: 100ms, unhealthy_threshold: 2}",
            "faults=[{at: 0s, partition: {service: pay, mode: all, from: [shop-2]}}]",
        ],
    ).scenario
    run = Run(text, check=True)
    run.advance()
    for instance in run.world.instances:
        if instance.name.startswith("shop"):
            (route,) = instance.routes
            expected = instance.name != "shop-2"
            assert [member.checked for member in route.members] == [expected, expected]


def test_overlapping_cuts_of_instances_end_one_by_one() -> None:
    """shop-2 for 1 s to 3 s and 2 s to 4 s, shop-3 for 2 s to 4 s: each as long as any is on."""
    failed = failed_calls(
        play(
            SHOPS,
            "faults=[{at: 1.001s, for: 2s, partition: {service: pay, mode: all, from: [shop-2]}}, "
            "{at: 2.001s, for: 2s, partition: "
            "{service: pay, mode: all, from: [shop-2, shop-3]}}]",
        )
    )
    assert failed == {"shop-1": 0, "shop-2": 30, "shop-3": 20, "shop-4": 0}


def test_an_instance_that_moves_takes_its_zone_with_it() -> None:
    """Callers are looked up where they stand when they send."""
    scenario = parse(
        SHOPS,
        settings=[
            "services.idle={zones: [c], endpoints: {get: []}}",
            "faults=[{at: 0s, partition: {service: pay, mode: all, from_zones: [c]}}]",
        ],
    ).scenario
    run = Run(scenario, check=True)
    while not run.world.kernel.run(5.0, 10_000):
        pass
    for instance in run.world.instances:
        if instance.name == "shop-1":
            instance.zone = "c"
    run.advance()
    failed = failed_calls(run.result())
    assert failed == {"shop-1": 40, "shop-2": 0, "shop-3": 0, "shop-4": 0}


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("from: [shop-5]", "unknown instance `shop-5`; the last one is `shop-4`"),
        ("from: [shop-0]", "unknown instance `shop-0`; the last one is `shop-4`"),
        ("from: [users-2]", "unknown instance `users-2`; the last one is `users-1`"),
        ("from: [shops-1]", "unknown service or traffic class `shops-1`"),
        ("from_zones: [c]", "no caller is in the zone `c`"),
        ("direction: to", "expected `from` or `from_zones`"),
    ],
)
def test_nobody_is_not_cut_off(fault: str, message: str) -> None:
    """A caller that does not exist, or none at all, is a mistake with its place."""
    with pytest.raises(ScenarioError, match=re.escape(message)):
        parse(SHOPS, settings=[f"faults=[{{at: 0s, partition: {{service: pay, {fault}}}}}]"])
