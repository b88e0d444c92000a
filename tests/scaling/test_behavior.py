"""How fast the HPA goes up and down, row by row against Kubernetes' horizontal_test.go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from simulator.scaling.hpa.behavior import (
    Behavior,
    PercentPolicy,
    PodsPolicy,
    Rules,
    ScaleEvents,
    ScalingPolicy,
    default_scale_down,
    default_scale_up,
)
from simulator.scaling.hpa.normalizer import Decision
from simulator.scaling.hpa.plain import PlainNormalizer
from simulator.scaling.hpa.recommendations import Recommendation, Recommendations

NOW = 100_000.0
MINUTE = 60.0


def behavior(up: Sequence[ScalingPolicy] = (), down: Sequence[ScalingPolicy] = ()) -> Behavior:
    """With these policies, of which the default ones are used where there are none."""
    return Behavior(
        Rules("max", up, 0.0) if up else default_scale_up(),
        Rules("max", down, 300.0) if down else default_scale_down(),
    )


def spread(events: ScaleEvents, changes: Sequence[int], seconds: float = 120.0) -> None:
    """Let changes have happened, spread uniformly over the last seconds, the newest first."""
    step = seconds / len(changes) if changes else 0.0
    for number, change in enumerate(changes):
        events.record(NOW - (number + 0.5) * step, change, 3600.0)


@dataclass(frozen=True)
class Row:
    """A row of TestScalingWithRules."""

    id: str
    current: int
    desired: int
    bounds: tuple[int, int]
    expected: int
    reason: str
    up: Sequence[ScalingPolicy] = ()
    down: Sequence[ScalingPolicy] = ()
    added: Sequence[int] = ()
    removed: Sequence[int] = ()


def of(pods: int, period: float) -> PodsPolicy:
    return PodsPolicy(pods, period)


def share(percent: float, period: float) -> PercentPolicy:
    return PercentPolicy(percent / 100.0, period)


WITHIN, FEW, MANY = "DesiredWithinRange", "TooFewReplicas", "TooManyReplicas"
UP, DOWN = "ScaleUpLimit", "ScaleDownLimit"

ROWS = [
    Row("C8b.1", 5, 7, (3, 8), 7, WITHIN),
    Row("C8b.2", 3, 1, (2, 8), 2, FEW),
    Row("C8b.4", 20, 1000, (1, 10), 10, MANY),
    Row("C8b.5", 100, 1000, (100, 150), 150, MANY),
    Row("C8b.7", 1000, 3, (3, 2000), 980, DOWN, down=[of(20, 60)]),
    Row("C8b.8", 10, 50, (1, 1000), 20, UP),
    Row("C8b.10", 10, 500, (1, 1000), 20, UP, [of(2, 60), share(100, 60)]),
    Row("C8b.11", 10, 50, (1, 1000), 50, WITHIN, [of(100, 60)]),
    Row("C8b.13", 10, 50, (1, 1000), 40, UP, [of(30, 60)]),
    Row("C8b.14", 10, 50, (1, 1000), 30, UP, [share(200, 60)]),
    Row("C8b.16", 100, 2, (1, 1000), 98, DOWN, down=[of(2, 60), share(1, 60)]),
    Row("C8b.17", 10, 0, (1, 1000), 1, FEW, down=[of(100, 60)]),
    Row("C8b.19", 10, 2, (5, 1000), 5, FEW, down=[share(100, 60)]),
    Row("C8b.20", 10, 2, (1, 1000), 5, DOWN, down=[of(5, 60)]),
    Row("C8b.22", 100, 500, (1, 200), 200, MANY, [of(300, 60)], added=[1, 5, 9]),
    Row("C8b.23", 100, 500, (1, 200), 200, MANY, [share(10_000, 60)], added=[1, 5, 9]),
    Row("C8b.25", 100, 500, (1, 1000), 235, UP, [of(150, 120)], added=[1, 5, 9]),
    Row("C8b.26", 100, 500, (1, 1000), 255, UP, [share(200, 120)], added=[1, 5, 9]),
    Row("C8b.28", 100, 0, (1, 1000), 1, FEW, down=[of(115, 120)], removed=[1, 5, 9]),
    Row("C8b.29", 100, 0, (5, 1000), 5, FEW, down=[of(130, 120)], removed=[1, 5, 9]),
    Row("C8b.31", 100, 2, (1, 1000), 100, DOWN, down=[of(5, 120)], removed=[1, 5, 9]),
    Row("C8b.32", 100, 0, (1, 1000), 56, DOWN, down=[share(50, 120)], removed=[2, 4, 6]),
    Row("C8b.34", 10, 5, (1, 1000), 5, WITHIN, down=[share(1000, 120)], removed=[10, 10, 10]),
    Row("C8b.35", 100, 200, (1, 1000), 200, WITHIN, [of(1000, 60)], added=[8, 12, 9, 11]),
    Row(
        "C8b.37", 100, 200, (1, 1000), 200, WITHIN,
        [of(1000, 30), share(100, 60)], added=[8, 12, 9, 11],
    ),
    Row("C8b.38", 100, 5, (1, 1000), 5, WITHIN, down=[of(1000, 60)], removed=[8, 12, 9, 11]),
    Row(
        "C8b.40", 100, 5, (1, 1000), 5, WITHIN,
        down=[of(1000, 30), share(100, 60)], removed=[8, 12, 9, 11],
    ),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_policies_and_bounds(row: Row) -> None:
    rules = behavior(row.up, row.down)
    spread(rules.added, row.added)
    spread(rules.removed, row.removed)
    found = rules.limited(NOW, row.current, row.desired, *row.bounds)
    assert found == Decision(row.expected, row.reason)


@pytest.mark.parametrize(("up", "period"), [(True, 60.0), (False, 60.0)])
def test_a_new_change_takes_the_place_of_one_too_old_for_every_policy(
    up: bool, period: float
) -> None:
    """The "outdated" flags of C8b.35, .37, .38 and .40: two of the four are older than 60 s."""
    rules = behavior([of(1000, 30), share(100, period)], [of(1000, 30), share(100, period)])
    events = rules.added if up else rules.removed
    spread(events, [8, 12, 9, 11])
    rules.scaled(NOW, 100, 120 if up else 80)
    assert [each.change for each in events.log] == [8, 12, 9, 20]
    assert events.log[3].time == NOW


def logged(*found: tuple[int, float]) -> Recommendations:
    """Recommendations, each with how many minutes ago it was made."""
    made = Recommendations()
    made.log = [Recommendation(count, NOW - ago * MINUTE) for count, ago in found]
    return made


def counts(made: Recommendations) -> list[int]:
    return [each.replicas for each in made.log]


# Without a behaviour.


def test_without_a_behaviour_the_highest_of_five_minutes_counts() -> None:
    """C8c-01, C8c-02 and C8c-04; what is too old is overwritten."""
    plain = PlainNormalizer(300.0)
    plain.recommendations = logged((4, 2.0), (5, 1.0))
    assert plain.stabilized(NOW, 3) == 5
    assert counts(plain.recommendations) == [4, 5, 3]
    plain.recommendations = logged((1, 2.0), (2, 1.0))
    assert plain.stabilized(NOW, 3) == 3
    assert counts(plain.recommendations) == [1, 2, 3]
    plain.recommendations = logged((10, 10.0), (4, 1.0), (5, 2.0), (9, 9.0))
    assert plain.stabilized(NOW, 3) == 5
    assert counts(plain.recommendations) == [10, 4, 5, 3]


def test_without_a_behaviour_the_number_at_most_doubles() -> None:
    """C8c-11, TestConvertDesiredReplicasWithRules; from 1 it may become 4."""
    plain = PlainNormalizer()
    assert plain.limited(3, 1000, 1, 2000) == Decision(6, UP)
    assert plain.limited(1, 1000, 1, 2000) == Decision(4, UP)
    assert plain.limited(3, 1000, 1, 5) == Decision(5, MANY)
    assert plain.limited(3, 0, 2, 2000) == Decision(2, FEW)
    assert plain.limited(3, 6, 1, 2000) == Decision(6, WITHIN)


# With one.


def windows(up: float, down: float) -> Behavior:
    return Behavior(
        Rules("max", default_scale_up().policies, up),
        Rules("max", default_scale_down().policies, down),
    )


def test_the_window_of_scale_down_holds_the_number_up() -> None:
    """C8c-05, TestNormalizeDesiredReplicasWithBehavior: three minutes, the highest is 5."""
    rules = windows(0.0, 180.0)
    rules.recommendations = logged((4, 2.0), (5, 1.0))
    assert rules.stabilized(NOW, 100, 3) == 5
    assert counts(rules.recommendations) == [4, 5, 3]


def test_without_windows_the_newest_counts() -> None:
    """C8c-07: both are too old, and the last of them is overwritten."""
    rules = windows(0.0, 0.0)
    rules.recommendations = logged((10, 10.0), (9, 9.0))
    assert rules.stabilized(NOW, 1, 100) == 100
    assert counts(rules.recommendations) == [10, 100]


def test_the_window_of_scale_up_holds_the_number_down() -> None:
    """C8c-08: the lowest of five minutes is 5; the one of 100 minutes ago is overwritten."""
    rules = windows(300.0, 0.0)
    rules.recommendations = logged((10, 100.0), (6, 1.0), (5, 2.0), (9, 3.0))
    assert rules.stabilized(NOW, 1, 100) == 5
    assert counts(rules.recommendations) == [100, 6, 5, 9]


def test_between_the_windows_the_current_number_stays() -> None:
    """All that was asked for lies between 4 and 9; 1.20 would have gone to the highest, 9."""
    rules = windows(300.0, 300.0)
    for current, expected in [(3, 4), (4, 4), (6, 6), (9, 9), (10, 9)]:
        rules.recommendations = logged((9, 2.0), (6, 1.0))
        assert rules.stabilized(NOW, current, 4) == expected


def test_the_first_recommendation_is_what_is_there() -> None:
    """So a fresh controller takes nothing away before its window is over."""
    rules = windows(0.0, 300.0)
    rules.begin(NOW, 8)
    assert rules.normalize(NOW, 8, 2, 1, 10).replicas == 8
    assert rules.normalize(NOW + 299.0, 8, 2, 1, 10).replicas == 8
    assert rules.normalize(NOW + 300.0, 8, 2, 1, 10).replicas == 2


def test_a_selection_of_min_takes_the_policy_that_changes_least() -> None:
    """C8c-10: half of 5 would leave 2, two pods leave 3. Upwards, 7 rather than 8."""
    policies = [of(2, 60.0), share(50.0, 60.0)]
    rules = Behavior(Rules("min", policies, 0.0), Rules("min", policies, 0.0))
    assert rules.fewest(NOW, 5) == 3
    assert rules.most(NOW, 5) == 7
    most = Behavior(Rules("max", policies, 0.0), Rules("max", policies, 0.0))
    assert (most.most(NOW, 5), most.fewest(NOW, 5)) == (8, 2)


def test_a_direction_can_be_forbidden() -> None:
    rules = Behavior(Rules("disabled", [of(4, 15.0)], 0.0), Rules("disabled", [of(4, 15.0)], 0.0))
    assert rules.limited(NOW, 5, 9, 1, 10) == Decision(5, UP)
    assert rules.limited(NOW, 5, 2, 1, 10) == Decision(5, DOWN)


def test_what_was_taken_away_may_be_added_again() -> None:
    """10 became 6 half a minute ago; two above the 10 of a minute ago are 12, not 8 (as in 1.20)."""
    rules = behavior([of(2, 60.0)], [of(2, 60.0)])
    rules.scaled(NOW - 30.0, 10, 6)
    assert rules.limited(NOW, 6, 50, 1, 100) == Decision(12, UP)
    assert rules.limited(NOW, 6, 1, 1, 100) == Decision(6, DOWN)
    assert rules.limited(NOW + 30.0, 6, 50, 1, 100) == Decision(8, UP)
