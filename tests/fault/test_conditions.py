"""Faults that begin when a condition holds, against what the series says of the same seconds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from simulator.experiment.result import Result
from simulator.experiment.run import Run, simulate
from simulator.kernel.streams import Streams
from simulator.scenario import ScenarioError, parse
from simulator.scenario.condition import parse_condition
from simulator.scenario.expectation.words import ExpectationError
from simulator.scenario.faults.schedules import schedules_of

FOUR = """
scenario: four
seed: 2
duration: 60s
traffic: {users: {rate: 100/s, arrivals: constant, target: shop.get}}
services: {shop: {replicas: 4, concurrency: 4, endpoints: {get: [work: 20ms]}}}
"""
PAUSE = "pause: {service: shop, mode: all}"
KILL = "{name: cause, at: 10s, for: 3s, kill: {service: shop, mode: all}}"


def play(*faults: str, changes: tuple[str, ...] = (), text: str = FOUR) -> Result:
    setting = f"faults=[{', '.join(faults)}]"
    return simulate(parse(text, settings=[setting, *changes]).scenario, check=True)


def begins(result: Result, name: str) -> list[float]:
    """When a fault began, by the log."""
    return [
        each.time
        for each in result.log
        if (each.kind, each.subject) == ("fault", name) and each.detail.startswith("begins")
    ]


def test_it_begins_at_the_end_of_the_interval_in_which_the_condition_comes_to_hold() -> None:
    """Nobody is served from 10 s on: at 11 s it is half of the last 2 s, at 12 s none of them."""
    effect = f"{{name: effect, when: availability < 40% over the last 2s, for: 2s, {PAUSE}}}"
    result = play(KILL, effect)
    assert begins(result, "effect") == [12.0]
    fault = result.faults[1]
    assert (fault.start, fault.end, fault.times) == (12.0, 14.0, 1)


def test_what_was_seen_is_noted() -> None:
    """The log has the condition and the value with which it held, before the begin."""
    effect = f"{{name: effect, when: availability < 50% over the last 1s, for: 2s, {PAUSE}}}"
    told = [each for each in play(KILL, effect).log if each.subject == "effect"]
    assert [(each.time, each.detail.partition(": ")[0]) for each in told] == [
        (11.0, "availability < 50% over the last 1s"),
        (11.0, "begins"),
        (13.0, "ends"),
    ]
    assert float(told[0].detail.rpartition(" ")[2]) <= 0.02


def test_ten_seconds_if_nothing_is_said() -> None:
    """3 s in which nobody is served are 30 % of the last 10 s, seen at 13 s and not before."""
    effect = f"{{name: effect, when: availability < 75%, for: 1s, {PAUSE}}}"
    assert begins(play(KILL, effect), "effect") == [13.0]


def test_it_comes_once() -> None:
    """What holds again and again begins nothing again without `every`."""
    again = KILL.replace("for: 3s", "for: 3s, every: 15s")
    effect = f"{{name: effect, when: availability < 50% over the last 1s, for: 1s, {PAUSE}}}"
    assert begins(play(again, effect), "effect") == [11.0]


def test_every_is_the_least_time_between_two_begins() -> None:
    """Three outages, from 10, 25 and 40 s on; a begin at 11 s leaves out the second one."""
    again = KILL.replace("for: 3s", "for: 3s, every: 15s")

    def effect(every: str) -> str:
        return (
            "{name: effect, when: availability < 50% over the last 1s, "
            f"for: 1s, every: {every}, {PAUSE}}}"
        )

    assert begins(play(again, effect("10s")), "effect") == [11.0, 26.0, 41.0, 56.0]
    assert begins(play(again, effect("20s")), "effect") == [11.0, 41.0]
    # In the same outage again, as soon as its own time is over.
    assert begins(play(again, effect("2s")), "effect")[:2] == [11.0, 13.0]


def test_not_before() -> None:
    """With `at` it does not begin before, and at once then if the condition holds."""

    def first(at: str) -> list[float]:
        effect = f"{{name: effect, at: {at}, when: availability < 50% over the last 1s, {PAUSE}}}"
        return begins(play(KILL, effect), "effect")

    assert [first(at) for at in ("5s", "11s", "11.5s", "20%", "14s")] == [
        [11.0],
        [11.0],
        [12.0],
        [12.0],
        [],
    ]


def test_after_another() -> None:
    """With `after` it does not begin before the other has ended."""
    effect = f"{{name: effect, after: cause, when: throughput > 99/s over the last 1s, {PAUSE}}}"
    result = play(KILL, effect)
    assert begins(result, "effect") == [13.0]
    assert result.faults[1].end is None


def test_what_a_look_goes_back_over_lies_behind_the_warm_up() -> None:
    """A condition that always holds begins its fault so long after the warm-up."""
    effect = f"{{name: effect, when: throughput > 50/s over the last 4s, {PAUSE}}}"
    assert begins(play(effect), "effect") == [4.0]
    assert begins(play(effect, changes=("warmup=10s",)), "effect") == [14.0]
    assert begins(play(effect, changes=("warmup=10.5s",)), "effect") == [15.0]


def test_it_is_looked_at_in_the_steps_of_the_series() -> None:
    """With an interval of 5 s, what holds from 11 s on is seen at 15 s; spans are whole intervals."""
    effect = f"{{name: effect, when: availability < 75% over the last 1s, for: 1s, {PAUSE}}}"
    assert begins(play(KILL, effect, changes=("interval=5s",)), "effect") == [15.0]
    assert begins(play(KILL, effect, changes=("interval=100ms",)), "effect") == [10.3]


def test_nothing_measured_is_nothing() -> None:
    """Where nothing ends there is no availability, and no latency, and yet a throughput of 0."""
    cause = f"{{name: cause, at: 10s, for: 10s, {PAUSE}}}"
    for when, expected in (
        ("availability < 100% over the last 1s", []),
        ("p99 > 100ms over the last 1s", [21.0]),
        ("goodput < 50/s over the last 1s", [11.0]),
    ):
        effect = f"{{name: effect, when: {when}, cache_flush: {{service: users}}}}"
        assert begins(play(cause, effect), "effect") == expected


# Every measure, against the series.

TWO = """
scenario: two
seed: 5
duration: 60s
interval: 500ms
traffic:
  users: {rate: 60/s, target: shop.buy, slo: 60ms}
  crawlers: {rate: 20/s, target: shop.look}
defaults: {timeout: 400ms, retry: {attempts: 2, backoff: 10ms}}
services:
  shop:
    replicas: 2
    threading: async
    cores: 2
    endpoints: {buy: [work: 2ms, call: pay.charge], look: [work: {exponential: 3ms}]}
  pay:
    replicas: 3
    concurrency: 2
    endpoints: {charge: [work: {exponential: 30ms}]}
"""
SPAN = 4
"""Intervals that are looked back, in 2 s of half a second each."""
TROUBLE = "{at: 20s, for: 15s, slow: {service: pay, mode: all, speed: 30%}}"


def columns(result: Result, kind: str, name: str) -> Mapping[str, np.ndarray[Any, Any]]:
    """The series of one thing, one entry for each interval; zeros where nothing happened."""
    table = result.series[kind].columns
    rows = np.array([each == name for each in table["name"]])
    times = (np.asarray(table["time"])[rows] / result.interval).round().astype(int)
    found = {}
    for title, column in table.items():
        if title != "name":
            found[title] = np.zeros(round(result.duration / result.interval))
            found[title][times] = np.asarray(column)[rows]
    return found


def rolling(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The sum of each interval and those before it, `SPAN` in all; the first ones left out."""
    return np.convolve(values, np.ones(SPAN), "valid")


def outcomes(found: Mapping[str, np.ndarray[Any, Any]], *names: str) -> np.ndarray[Any, Any]:
    return sum((rolling(found[name]) for name in names if name in found), np.zeros(1))


@pytest.mark.parametrize(
    ("condition", "kind", "name", "figure"),
    [
        ("users.availability < 90%", "traffic", "users", "availability"),
        ("crawlers.throughput > 25/s", "traffic", "crawlers", "throughput"),
        ("availability < 95%", "all", "", "availability"),
        ("pay.timeout > 20%", "service", "pay", "timeout"),
        ("pay.charge.availability < 70%", "endpoint", "pay.charge", "availability"),
        ("shop.look.goodput < 17/s", "endpoint", "shop.look", "goodput"),
        ("pay.utilization > 95%", "gauge", "pay", "utilization"),
        ("shop.utilization > 5%", "gauge", "shop", "used"),
        ("pay.queue > 20", "gauge", "pay", "queue"),
    ],
)
def test_it_sees_what_the_series_has(condition: str, kind: str, name: str, figure: str) -> None:
    """The fault begins at the end of the first interval at which the series meets the bound."""
    # A fault that does no harm, so that the series is that of a run without it.
    effect = (
        f"{{name: effect, when: {condition} over the last 2s, cache_flush: {{service: users}}}}"
    )
    result = play(TROUBLE, effect, text=TWO)
    if kind == "gauge":
        count = {"shop": 2, "pay": 3}[name]
        parts = [columns(result, "gauge", f"{name}-{each + 1}") for each in range(count)]
        title, each = {
            "utilization": ("busy", 2 * count),
            "used": ("cores_used", 2 * count),
            "queue": ("queue_mean", 1),
        }[figure]
        values = sum(rolling(part[title]) for part in parts) / SPAN / each
    else:
        if kind == "all":
            found = [columns(result, "traffic", each) for each in ("users", "crawlers")]
        else:
            found = [columns(result, kind, name)]
        finished = sum(rolling(each["finished"]) for each in found)
        good = sum(outcomes(each, "ok", "degraded") for each in found)
        late = sum(outcomes(each, "timeout") for each in found)
        seconds = SPAN * result.interval
        values = {
            "availability": good / finished,
            "throughput": finished / seconds,
            "goodput": good / seconds,
            "timeout": late / finished,
        }[figure]
    expectation = parse_condition(condition).expectation
    holds = [n for n, value in enumerate(values) if expectation.holds(float(value))]
    first = (holds[0] + SPAN) * result.interval
    assert 20.0 < first < 59.5 or condition.startswith(("crawlers", "shop.look", "shop.util"))
    assert begins(result, "effect") == [first]


@pytest.mark.parametrize(
    ("condition", "column"),
    [("users.p99 > 350ms", "latency_p99"), ("users.mean > 150ms", "latency_mean")],
)
def test_latencies_of_one_interval_are_those_of_the_series(condition: str, column: str) -> None:
    """Over one interval the percentile is the one of the series, and the mean within a bucket."""
    effect = (
        f"{{name: effect, when: {condition} over the last 500ms, cache_flush: {{service: users}}}}"
    )
    result = play(TROUBLE, effect, text=TWO)
    values = columns(result, "traffic", "users")[column]
    bound = parse_condition(condition).expectation.bound
    (first,) = begins(result, "effect")
    number = round(first / result.interval) - 1
    assert values[number] > bound * (1 - 1 / 128)
    assert max(values[:number]) < bound * (1 + 1 / 128)
    assert number >= 40


def test_percentiles_over_several_intervals() -> None:
    """A second in which everybody is slow is beyond the p90 of 20 s, and within their p99."""
    cause = "{at: 10s, for: 1s, slow: {service: shop, mode: all, speed: 10%}}"
    found = {
        measure: begins(
            play(
                cause,
                f"{{name: effect, when: {measure} > 100ms over the last 20s, "
                "cache_flush: {service: users}}",
            ),
            "effect",
        )
        for measure in ("p50", "p90", "p99")
    }
    # From 10 s on about 100 requests take 0.2 s: a hundredth of the 2,000 of 20 s, and not a tenth.
    assert found == {"p50": [], "p90": [], "p99": [20.0]}


@pytest.mark.parametrize("measure", ["p90", "mean", "refused"])
def test_what_is_long_ago_is_forgotten(measure: str) -> None:
    """A fault from 10 to 13 s is seen over 4 s up to 17 s, and not from 18 s on."""
    bound = {"p90": "> 40ms", "mean": "> 21ms"}.get(measure, "> 0%")
    cause = KILL.replace("mode: all", "mode: one")
    if measure != "refused":
        cause = "{at: 10s, for: 3s, slow: {service: shop, mode: all, speed: 10%}}"

    def first(at: str) -> list[float]:
        effect = f"{{name: effect, at: {at}, when: {measure} {bound} over the last 4s, {PAUSE}}}"
        return begins(play(cause, effect), "effect")

    assert first("0s")[0] <= 12.0
    assert first("13s") == [13.0]
    assert first("18s") == []


def test_what_callers_decide_themselves_is_a_share_of_the_calls() -> None:
    """An open breaker lets no attempt through: of a service, its answers are a share of the calls."""
    breaker = "defaults.breaker={consecutive_failures: 5, wait: 5s}"
    effect = (
        "{name: effect, when: shop.breaker_open > 20% over the last 2s, pause: {service: shop}}"
    )
    assert begins(play(KILL, effect, changes=(breaker,)), "effect") == [11.0]
    assert begins(play(KILL, effect), "effect") == []


# What it costs.


def test_without_conditions_nothing_is_looked_at() -> None:
    """Nothing is counted, and nothing waits, where no condition is in the scenario."""
    run = Run(parse(FOUR, settings=[f"faults=[{KILL}]"]).scenario)
    assert run.conditions is None
    assert run.measurement.census.tallies == []


def test_what_is_over_is_not_counted_any_more() -> None:
    """Once the fault has begun for good, no page is counted for it."""
    effect = "{when: availability < 50% over the last 2s, for: 2s, pause: {service: shop}}"
    run = Run(parse(FOUR, settings=[f"faults=[{KILL}, {effect}]"]).scenario)
    assert run.conditions is not None
    (watch,) = run.conditions.watches
    run.advance()
    assert run.conditions.watches == []
    assert run.measurement.census.tallies == []
    assert not run.conditions.pending
    assert len(watch.past) == watch.length == 2


def test_a_condition_that_never_holds_changes_nothing() -> None:
    """Traffic, services and series are those of a run without it."""
    without = play(KILL)
    never = play(KILL, "{when: p99 > 1h, for: 1s, pause: {service: shop}}")
    assert never.total == without.total
    assert never.services == without.services
    assert never.faults[0] == without.faults[0]
    assert never.faults[1].start is None
    assert never.faults[1].times == 0


def test_nobody_knows_beforehand_when_it_comes() -> None:
    """It has no times, and a run in which it came says nothing of metastable states."""
    effect = "{name: effect, when: p99 > 1h, for: 1s, pause: {service: shop}}"
    scenario = parse(FOUR, settings=[f"faults=[{KILL}, {effect}]"]).scenario
    assert schedules_of(scenario, Streams(0, 0))["effect"].spans == ()
    assert simulate(scenario).metastability is not None
    soon = effect.replace("p99 > 1h", "availability < 50% over the last 1s")
    assert play(KILL, soon).metastability is None


# Mistakes.


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("p99 > 1s over the last", 21, "expected a duration"),
        ("p99 > 1s over the last 0s", 23, "expected a duration above 0"),
        ("p99 > 1s over the last year", 23, "expected a duration"),
        ("p99 > 1s during [1s, 2s]", 9, "a condition has no phase"),
        ("p99 > 1s during crash over the last 5s", 9, "a condition has no phase"),
        ("recovery > 1s", 0, "`recovery` is not known while the run is on"),
        ("p99 > fast over the last 5s", 6, "expected a duration"),
        ("p98 > 1s over the last 5s", 0, "unknown measure `p98`"),
    ],
)
def test_what_cannot_be_a_condition(text: str, column: int, message: str) -> None:
    """The message says where in the text the mistake is."""
    with pytest.raises(ExpectationError) as caught:
        parse_condition(text)
    assert message in str(caught.value)
    assert caught.value.column == column


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("{when: shopp.p99 > 1s, pause: {service: shop}}", "`shopp`; did you mean `shop`?"),
        ("{when: utilization > 1%, pause: {service: shop}}", "utilization"),
        ("{when: p99 > 1s over the last 2m, pause: {service: shop}}", "before the first look"),
        (
            "{when: p99 > 1s, surge: {traffic: users, times: 2}}",
            "a `surge` cannot wait for a condition",
        ),
        (
            "{when: p99 > 1s, random: {mtbf: 1m, mttr: 1s}, pause: {service: shop}}",
            "`random` and `when` do not go together",
        ),
        ("{when: p99 > 1s, every: 9s, pause: {service: shop}}", "expected `for` too"),
        ("{when: 5, pause: {service: shop}}", "expected a text, found `5`"),
        (
            "{name: a, when: p99 > 1s, for: 1s, pause: {service: shop}}, "
            "{after: a, pause: {service: shop}}",
            "`a` waits for a condition: nobody knows beforehand when it ends",
        ),
    ],
)
def test_mistakes(fault: str, message: str) -> None:
    """A condition that cannot be looked at is told before the run, once."""
    with pytest.raises(ScenarioError) as caught:
        parse(FOUR + f"faults: [{fault}]")
    (problem,) = caught.value.problems
    assert message in problem.message
    assert problem.place.line == 7
