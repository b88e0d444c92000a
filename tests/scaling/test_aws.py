"""Target tracking and step scaling, as AWS describes them."""

from __future__ import annotations

import pytest

from simulator.experiment.result import Result
from simulator.experiment.run import simulate
from simulator.scaling.alarm import Alarm
from simulator.scaling.cooldown import Cooldown
from simulator.scaling.step import Adjustment, StepPolicy, adjusted
from simulator.scenario import ScenarioError, parse

# What AWS documents of percentages ("Scaling adjustment types"): beyond 1 they are rounded down,
# below 1 up, and MinAdjustmentMagnitude is the least.


@pytest.mark.parametrize(
    ("current", "kind", "amount", "least", "grows", "wanted"),
    [
        (10, "percent", 0.25, 1, True, 12),
        (100, "percent", 0.127, 1, True, 112),
        (2, "percent", 0.335, 1, True, 3),
        (2, "percent", 0.335, 1, False, 1),
        (100, "percent", 0.0667, 1, False, 94),
        (4, "percent", 0.25, 2, True, 6),
        (10, "instances", 3, 1, True, 13),
        (10, "instances", 3, 1, False, 7),
        (10, "exact", 4, 1, True, 4),
    ],
)
def test_adjustments(
    current: int, kind: str, amount: float, least: int, grows: bool, wanted: int
) -> None:
    assert adjusted(current, Adjustment(0.0, kind, amount), least, grows=grows) == wanted


def test_the_size_of_the_breach_chooses_the_step() -> None:
    """With a threshold of 60 % and steps at 0 and 10 points: 10 % more, then 30 % more."""
    steps = [Adjustment(0.0, "percent", 0.1), Adjustment(0.1, "percent", 0.3)]
    policy = StepPolicy(0.6, 1, steps, 1)
    assert [policy.step_for(value - 0.6).amount for value in (0.61, 0.699, 0.7, 0.95)] == [
        0.1,
        0.1,
        0.3,
        0.3,
    ]


def test_an_alarm_needs_all_datapoints_and_ignores_missing_ones() -> None:
    """Three in a row: one that does not breach begins anew, one that is missing does not."""
    alarm = Alarm(0.6, above=True, needed=3)
    seen = [alarm.see(each) for each in (0.7, 0.7, 0.5, 0.7, None, 0.7, 0.7, 0.7, 0.6)]
    assert seen == [False, False, False, False, False, False, True, True, False]


def test_within_a_cooldown_what_was_added_counts() -> None:
    """AWS's example: 2 were added; a step of 3 within the cooldown adds only 1 more."""
    cooldown = Cooldown(300.0, 300.0)
    cooldown.grew(0.0, 10)
    step = Adjustment(0.0, "instances", 3)
    assert adjusted(cooldown.base_of(299.0, 12), step, 1, grows=True) == 13
    assert adjusted(cooldown.base_of(300.0, 12), step, 1, grows=True) == 15


def test_a_scale_in_waits_and_a_scale_out_ends_the_waiting() -> None:
    cooldown = Cooldown(60.0, 300.0)
    cooldown.shrank(0.0)
    assert not cooldown.may_shrink(299.0)
    assert cooldown.may_shrink(300.0)
    cooldown.shrank(300.0)
    cooldown.grew(310.0, 4)
    assert cooldown.may_shrink(320.0)


LOAD = """
scenario: load
duration: 45m
interval: 60s
traffic:
  users:
    rate: 8/s
    arrivals: constant
    target: shop.home
    profile: [{at: 5m, rate: 20/s}, {at: 15m, rate: 4/s}]
services:
  shop:
    replicas: 2
    cores: 1
    autoscaler: {target_tracking: {min: 1, max: 10, target: {cpu: 50%}}}
    endpoints: {home: [{work: 100ms}]}
"""


def scaled(result: Result) -> list[tuple[float, str]]:
    """When the number of instances changed, and from how many to how many."""
    return [
        (each.time, each.detail.partition(":")[0]) for each in result.log if each.kind == "scale"
    ]


def test_target_tracking_step_by_step() -> None:
    """8/s of 100 ms keep 2 cores busy for 40 %; then 20/s need 200 %, and 4/s 40 %.

    The alarm on 50 % sees the minutes to 360, 420 and 480 s: all of 2 cores are busy, and
    ceil(2 x 1 / 0.5) is 4. Of these the backlog keeps all busy for some minutes: within the cooldown
    it is reckoned from the 2 before, so that nothing is added. That is over at 780 s; the backlog has
    gone by then, 4 cores are busy for 50 %, which is the target. From 900 s on 10 % are in use, below
    45 %: the fifteenth minute of that ends at 1800 s, and ceil(4 x 0.1 / 0.5) is 1.
    """
    result = simulate(parse(LOAD).scenario, check=True)
    assert scaled(result) == [(480.0, "2 to 4"), (1800.0, "4 to 1")]


def test_nothing_is_taken_away_if_that_is_disabled() -> None:
    autoscaler = "{min: 1, max: 10, target: {cpu: 50%}, disable_scale_in: true}"
    result = simulate(
        parse(LOAD, settings=[f"services.shop.autoscaler.target_tracking={autoscaler}"]).scenario
    )
    assert scaled(result) == [(480.0, "2 to 4")]


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("scale_out_datapoints: 2", [(420.0, "2 to 4"), (1800.0, "4 to 1")]),
        ("scale_in_datapoints: 4", [(480.0, "2 to 4"), (1140.0, "4 to 1")]),
    ],
)
def test_so_many_periods_in_a_row(setting: str, expected: list[tuple[float, str]]) -> None:
    """An alarm goes off a minute earlier for each that it takes less."""
    autoscaler = f"{{min: 1, max: 10, target: {{cpu: 50%}}, {setting}}}"
    settings = [f"services.shop.autoscaler.target_tracking={autoscaler}"]
    assert scaled(simulate(parse(LOAD, settings=settings).scenario)) == expected


STEPS = (
    "services.shop.autoscaler={step: {min: 1, max: 10, "
    "scale_out: {threshold: {cpu: 60%}, cooldown: 2m, "
    "steps: [{instances: 1}, {beyond: {cpu: 30%}, percent: 100%}]}, "
    "scale_in: {threshold: {cpu: 19%}, datapoints: 3, cooldown: 4m, steps: [{instances: 1}]}}}"
)


def test_step_scaling_step_by_step() -> None:
    """All of 2 cores busy is 40 points above 60 %: twice as many. 10 % of 4 is below 19 %: one less.

    From 900 s on 4/s of 100 ms are 10 % of 4, 13.3 % of 3, and 20 % of 2, which is enough.
    """
    result = simulate(parse(LOAD, settings=[STEPS]).scenario, check=True)
    assert scaled(result) == [(360.0, "2 to 4"), (1080.0, "4 to 3"), (1320.0, "3 to 2")]


@pytest.mark.parametrize(
    ("autoscaler", "message"),
    [
        ("{target_tracking: {min: 1, max: 3, target: {}}}", "expected one of `cpu`"),
        ("{target_tracking: {min: 1, max: 3, target: {rps: 0/s}}}", "expected more than 0"),
        ("{target_tracking: {min: 4, max: 3, target: {cpu: 1%}}}", "expected `min`, 4, or more"),
        (
            "{step: {max: 3, scale_out: {threshold: {cpu: 50%}, steps: [{instances: 1}, "
            "{instances: 2}]}}}",
            "expected how far `beyond` the threshold it begins",
        ),
        (
            "{step: {max: 3, scale_out: {threshold: {cpu: 50%}, steps: [{instances: 1, "
            "percent: 10%}]}}}",
            "expected one of `instances`, `percent`, `exact`",
        ),
        (
            "{step: {max: 3, scale_out: {threshold: {cpu: 50%}, steps: [{instances: 1}]}, "
            "scale_in: {threshold: {cpu: 60%}, steps: [{instances: 1}]}}}",
            "expected less than the threshold of `scale_out`",
        ),
        (
            "{step: {max: 3, scale_out: {threshold: {cpu: 50%}, steps: [{instances: 1}]}, "
            "scale_in: {threshold: {rps: 1/s}, steps: [{instances: 1}]}}}",
            "expected `cpu` as in `scale_out`",
        ),
    ],
)
def test_mistakes(autoscaler: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message.replace("{", "\\{")):
        parse(LOAD, settings=[f"services.shop.autoscaler={autoscaler}"])


def test_cpu_must_be_a_share_of_something() -> None:
    """Without cores and without slots there is nothing of which CPU could be a share."""
    text = LOAD.replace("    cores: 1\n", "")
    for settings in ([], [STEPS]):
        with pytest.raises(ScenarioError, match="neither `cores` nor a `concurrency`"):
            parse(text, settings=settings)
