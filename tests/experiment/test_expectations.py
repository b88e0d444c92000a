"""Expectations: what they mean in a run, phase by phase, and what is said of those not met."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.experiment.result import Result
from simulator.experiment.run import simulate
from simulator.scenario import parse
from simulator.scenario.expectation import Phase, parse_expectation

WORLD = """
scenario: small
duration: 1m
warmup: 5s
traffic:
  users: {rate: 40/s, target: shop.get}
services:
  shop:
    replicas: 2
    concurrency: 4
    endpoints: {get: [{work: {exponential: 20ms}}, {call: pay.charge}]}
  pay:
    replicas: 2
    concurrency: 4
    endpoints: {charge: [{work: {exponential: 10ms}}]}
"""
CRASH = "[{name: crash, at: 20s, for: 10s, kill: {service: pay, mode: {fixed: 1}}}]"


def play(expect: list[str], *, faults: str = CRASH, text: str = WORLD) -> Result:
    """The small world with these expectations and faults."""
    settings = [f"faults={faults}", f"expect={expect!r}"]
    return simulate(parse(text, settings=settings).scenario, seed=3)


def values(expect: list[str], **options: str) -> list[float | None]:
    """What is measured for each of these expectations."""
    return [each.value for each in play(expect, **options).expectations]


# The language.


def test_tolerances() -> None:
    """A percentage is one of the bound; of a share it is points; else it has the measure's unit."""
    assert parse_expectation("p99 <= 800ms +- 5%").tolerance == pytest.approx(0.04)
    assert parse_expectation("p99 <= 800ms +- 20ms").tolerance == 0.02
    assert parse_expectation("availability >= 99% +- 0.5%").tolerance == 0.005
    assert parse_expectation("shop.queue ~ 10 ± 2").tolerance == 2.0
    assert parse_expectation("p99 <= 800ms").tolerance == 0.0


@pytest.mark.parametrize(
    ("text", "inside", "outside", "missed"),
    [
        ("goodput ~ 200/s +- 5%", (190.0, 200.0, 210.0), 215.0, 5.0),
        ("goodput ~ 200/s +- 5%", (), 180.0, 10.0),
        ("goodput >= 200/s +- 5%", (190.0, 500.0), 189.0, 1.0),
        ("goodput <= 200/s +- 5%", (0.0, 210.0), 212.0, 2.0),
        ("goodput > 200/s", (201.0,), 200.0, 0.0),
        ("goodput < 200/s", (199.0,), 200.0, 0.0),
    ],
)
def test_what_holds(text: str, inside: tuple[float, ...], outside: float, missed: float) -> None:
    """A bound is loosened by its tolerance, and what is beyond is missed by the rest."""
    expectation = parse_expectation(text)
    assert all(expectation.holds(each) for each in inside)
    assert not expectation.holds(outside)
    assert not expectation.holds(None)
    assert expectation.missed_by(outside) == pytest.approx(missed)


def test_sums_that_round_are_at_the_bound() -> None:
    """0.7 + 0.07 is less than 0.77 in binary: what is a billionth off is at the bound, not beyond."""
    assert parse_expectation("p99 <= 700ms +- 10%").holds(0.77)
    assert parse_expectation("mean <= 10ms").holds(0.010000000000001)
    assert parse_expectation("throughput >= 10/s").holds(9.999999999999)
    assert not parse_expectation("mean < 10ms").holds(0.009999999999999)
    assert not parse_expectation("throughput > 10/s").holds(10.000000000001)
    assert not parse_expectation("mean <= 10ms").holds(0.01000001)


def test_phases_are_read() -> None:
    """A phase is of a fault, of all faults, of every interval, or has times of its own."""
    phases = {
        "before": Phase("before"),
        "before crash": Phase("before", "crash"),
        "during zone-b": Phase("during", "zone-b"),
        "after crash": Phase("after", "crash"),
        "after": Phase("after"),
        "always": Phase("always"),
    }
    for words, phase in phases.items():
        found = parse_expectation(f"shop.p99 <= 1s {words}")
        assert (found.phase, found.window) == (phase, None)
    timed = parse_expectation("shop.p99 <= 1s during [1m, 2m]")
    assert (timed.phase, timed.window) == (None, (60.0, 120.0))


# Phases.


@pytest.mark.parametrize(
    "measure",
    [
        "availability >= 0%",
        "throughput >= 0/s",
        "goodput >= 0/s",
        "users.mean <= 1s",
        "pay.p95 <= 1s",
        "shop.get.p99.9 <= 1s",
        "pay.refused <= 100%",
        "pay.utilization <= 100%",
        "pay.queue <= 100",
        "pay.replicas >= 0",
        "wasted_work <= 100%",
        "attempts_per_request <= 9",
    ],
)
def test_phases_of_a_fault_are_its_times(measure: str) -> None:
    """Before, during and after a fault is exactly what a phase with its times would be."""
    phases = ["before crash", "during crash", "after crash"]
    times = ["during [5s, 20s]", "during [20s, 30s]", "during [30s, 1m]"]
    found = values([f"{measure} {each}" for each in (*phases, *times)])
    assert found[:3] == found[3:]
    assert None not in found


def test_a_fault_that_repeats() -> None:
    """During it is all its times together; after it is from the last end on."""
    faults = CRASH.replace("for: 10s", "for: 5s, every: 15s")
    found = values(
        [
            "throughput >= 0/s during crash",
            *(f"throughput >= 0/s during [{start}s, {start + 5}s]" for start in (20, 35, 50)),
            "throughput >= 0/s after crash",
            "throughput >= 0/s during [55s, 1m]",
            "pay.utilization <= 100% during crash",
            *(f"pay.utilization <= 100% during [{start}s, {start + 5}s]" for start in (20, 35, 50)),
        ],
        faults=faults,
    )
    known = [0.0 if each is None else each for each in found]
    assert known[0] == pytest.approx(sum(known[1:4]) / 3)
    assert known[4] == known[5]
    assert known[6] == pytest.approx(sum(known[7:]) / 3)


def test_phases_of_all_faults() -> None:
    """`before` is up to the first begin of any fault, `after` from the end of the last one on."""
    faults = (
        "[{name: first, at: 15s, for: 20s, slow: {service: shop, speed: 50%}},"
        " {name: second, at: 20s, for: 5s, kill: {service: pay, mode: {fixed: 1}}}]"
    )
    found = values(
        [
            "throughput >= 0/s before",
            "throughput >= 0/s during [5s, 15s]",
            "throughput >= 0/s after",
            "throughput >= 0/s during [35s, 1m]",
        ],
        faults=faults,
    )
    assert found[0] == found[1]
    assert found[2] == found[3]


def test_a_fault_that_waits_for_a_condition() -> None:
    """The times of a fault that nobody knew beforehand are its phases all the same."""
    faults = (
        "[{name: first, at: 20s, for: 10s, kill: {service: pay, mode: {fixed: 1}}},"
        " {name: next, when: availability < 90% over the last 2s, for: 4s,"
        " slow: {service: shop, speed: 50%}}]"
    )
    result = play(["goodput >= 0/s during next", "goodput >= 0/s after next"], faults=faults)
    start, end = result.faults[1].start, result.faults[1].end
    assert start is not None
    assert end == start + 4.0
    again = values(
        [f"goodput >= 0/s during [{start}s, {end}s]", f"goodput >= 0/s during [{end}s, 1m]"],
        faults=faults,
    )
    assert [each.value for each in result.expectations] == again


def test_a_fault_that_does_not_come() -> None:
    """Nothing is measured during it or after it, which meets nothing; before it is the whole run."""
    faults = CRASH.replace("at: 20s, for: 10s", "random: {mtbf: 30d, mttr: 1s}")
    found = play(
        [
            "availability >= 0% during crash",
            "availability >= 0% after crash",
            "throughput >= 0/s before crash",
            "throughput >= 0/s",
        ],
        faults=faults,
    ).expectations
    assert [(each.value, each.met) for each in found[:2]] == [(None, False)] * 2
    assert found[2].value == found[3].value


def test_always_is_the_worst_interval() -> None:
    """The value of `always` is that of the worst interval of the series after the warm-up."""
    result = play(
        ["availability >= 90% always", "users.p99 <= 1s always", "throughput ~ 40/s +- 10/s always"]
    )
    columns = result.series["traffic"].columns
    warm = np.asarray(columns["time"]) >= 5.0
    ok, finished = np.asarray(columns["ok"])[warm], np.asarray(columns["finished"])[warm]
    p99 = np.asarray(columns["latency_p99"])[warm]
    times = np.asarray(columns["time"])[warm]
    shares = ok / finished
    far = np.abs(finished - 40).argmax()
    found = result.expectations
    assert found[0].value == shares.min()
    assert found[0].first_broken == times[shares < 0.9][0]
    assert found[1].value == np.nanmax(p99)
    assert found[2].value == finished[far]


# Measures.


def test_outcome_shares() -> None:
    """The share of what finished that ended so: of users by request, of a service by attempt."""
    result = play(
        ["users.error <= 1%", "pay.refused <= 1%", "pay.charge.refused <= 1%", "ok >= 0%"]
    )
    total, pay = result.total, result.services["pay"]
    refused = pay.outcomes["refused"] / sum(pay.outcomes.values())
    assert [each.value for each in result.expectations] == [
        total.outcomes["error"] / total.finished,
        refused,
        refused,
        total.outcomes["ok"] / total.finished,
    ]
    assert refused > 0.0


def test_outcomes_that_callers_decide() -> None:
    """A breaker that is open asks no instance: its share is one of the calls to the service."""
    text = WORLD + "defaults: {breaker: {window: 4, minimum_calls: 4, wait: 1s}}\n"
    faults = CRASH.replace("mode: {fixed: 1}", "mode: all")
    result = play(["pay.breaker_open <= 1%"], text=text, faults=faults)
    calls = result.services["pay"].call_outcomes
    share = calls["breaker_open"] / sum(calls.values())
    assert share > 0.0
    assert result.expectations[0].value == share


def test_measures_of_levels_are_those_of_the_result() -> None:
    """Queues, work, utilization and attempts without a phase are the figures of the summary."""
    result = play(
        [
            "shop.queue <= 9",
            "shop.queue_peak <= 9",
            "shop.wasted_work <= 9%",
            "shop.utilization <= 99%",
            "attempts_per_request <= 9",
            "users.attempts_per_request <= 9",
        ],
        text=WORLD.replace("rate: 40/s", "rate: 250/s"),
    )
    shop = result.services["shop"]
    assert shop.queue.mean > 0.0
    assert [each.value for each in result.expectations] == [
        pytest.approx(shop.queue.mean),
        shop.queue.max,
        shop.wasted_work / shop.work,
        shop.utilization,
        result.total.attempts_per_request,
        result.traffic["users"].attempts_per_request,
    ]


def test_least_replicas() -> None:
    """The fewest instances that were up at once, of the run and of a phase."""
    both = CRASH[:-1] + ", {at: 25s, for: 2s, kill: {service: pay, mode: all}}]"
    found = values(
        ["pay.replicas >= 2", "pay.replicas >= 2 before crash", "pay.replicas >= 1 during crash"],
        faults=both,
    )
    assert found == [0.0, 2.0, 0.0]


def test_lost_requests() -> None:
    """Those of one fault are its figure, and without a name it is the worst of all."""
    result = play(["lost_requests of crash <= 1", "lost_requests <= 1"])
    lost = result.faults[0].lost_requests
    assert lost
    assert [each.value for each in result.expectations] == [lost, lost]


# What is said of those that are not met.


def test_what_is_not_met_says_how_and_when() -> None:
    """By how much, as a part of the bound, in which interval first, and which fault was on then."""
    found = play(["availability >= 99%", "pay.replicas >= 2", "p99 <= 10s"]).expectations
    value = found[0].value
    assert value is not None
    assert found[0].missed_by == pytest.approx(0.99 - value)
    assert found[0].missed_share == pytest.approx((0.99 - value) / 0.99)
    assert (found[0].first_broken, found[0].during) == (20.0, ("crash",))
    assert (found[1].missed_by, found[1].missed_share) == (1.0, 0.5)
    assert (found[1].first_broken, found[1].during) == (20.0, ("crash",))
    assert found[2].met
    assert (found[2].missed_by, found[2].first_broken, found[2].during) == (None, None, None)


def test_no_single_interval_tells() -> None:
    """What no interval breaks alone has no time; nor has what is not measured by interval."""
    # Of 40 attempts a second one or none fails, but the p99.9 of a second is not in the series.
    found = play(["p99.9 <= 1us", "recovery <= 1ns", "lost_requests <= 0"]).expectations
    assert [each.met for each in found] == [False] * 3
    assert [(each.first_broken, each.during) for each in found] == [(None, None)] * 3
    assert found[2].missed_share is None


def test_judging_more_changes_no_digest() -> None:
    """Neither weights nor what is said of a failure is in the digest; expectations and values are."""
    plain = parse(WORLD, settings=[f"faults={CRASH}", "expect=[availability >= 99%]"]).scenario
    weighted = parse(
        WORLD,
        settings=[f"faults={CRASH}", "expect=[{expect: availability >= 99%, weight: 2}]"],
    ).scenario
    digests = [simulate(each, seed=3).digest for each in (plain, weighted)]
    assert digests[0] == digests[1]
    assert digests[0] != play(["availability >= 98%"]).digest


def test_what_happens_at_once_has_an_after_and_no_during() -> None:
    """After a fault that is over at once is from its moment on; nothing comes during it."""
    found = values(
        [
            "throughput >= 0/s during flush",
            "throughput >= 0/s after flush",
            "throughput >= 0/s during [20s, 1m]",
        ],
        faults="[{name: flush, at: 20s, cache_flush: {service: shop}}]",
        text=WORLD + "defaults: {cache: {ttl: 10s}}\n",
    )
    assert found[0] is None
    assert found[1] == found[2]


@pytest.mark.parametrize(("at", "named"), [("20s", ("herd",)), ("20.5s", ("herd",)), ("21s", ())])
def test_what_happens_at_once_is_named_in_its_interval(at: str, named: tuple[str, ...]) -> None:
    """A herd at 20 s is on in the interval from 20 s on, though it is over at once."""
    result = play(
        ["shop.queue_peak <= 0 during [20s, 21s]"],
        faults=(
            f"[{{at: {at}, name: herd, thundering_herd: {{traffic: users, requests: 90}}}},"
            " {at: 18s, for: 2500ms, name: late, slow: {service: shop, mode: all, speed: 1%}}]"
        ),
    )
    (found,) = result.expectations
    assert (found.first_broken, found.during) == (20.0, (*named, "late"))


def test_a_fault_before_the_end_of_the_warm_up() -> None:
    """Nothing is before it; what started during it counts, as it does in a phase with times."""
    faults = CRASH.replace("at: 20s", "at: 2s")
    found = values(
        [
            "throughput >= 0/s before",
            "goodput >= 0/s during crash",
            "goodput >= 0/s during [2s, 12s]",
        ],
        faults=faults,
    )
    assert found[0] is None
    assert found[1] == found[2]
