"""How many evictions a disruption budget allows."""

from __future__ import annotations

import pytest

from simulator.platform.disruption_budget import Amount, DisruptionBudget


def least(count: int | None = None, share: float | None = None) -> DisruptionBudget:
    return DisruptionBudget(min_available=Amount(count, share))


def most(count: int | None = None, share: float | None = None) -> DisruptionBudget:
    return DisruptionBudget(max_unavailable=Amount(count, share))


@pytest.mark.parametrize(
    ("budget", "expected", "desired"),
    [
        # pkg/controller/disruption: TestIntegerMaxUnavailableWithScaling.
        (most(2), 7, 5),
        (most(2), 5, 3),
        # TestPercentageMaxUnavailableWithScaling: 30 % of 7 are rounded up to 3, of 3 to 1.
        (most(share=0.3), 7, 4),
        (most(share=0.3), 3, 2),
        # TestIntegerMaxUnavailable: never below none.
        (most(5), 3, 0),
        # Both are rounded up: half of 7 are 4, and so are those that may be missing.
        (least(share=0.5), 7, 4),
        (most(share=0.5), 7, 3),
        # 7 % of 100 are 7, whatever floats make of it.
        (least(share=0.07), 100, 7),
        (least(share=0.28), 25, 7),
        # A number stays a number, though there are fewer.
        (least(3), 2, 3),
    ],
)
def test_how_many_must_be_healthy(budget: DisruptionBudget, expected: int, desired: int) -> None:
    """By number or share of those there should be, as the disruption controller counts."""
    assert budget.desired(expected) == desired


@pytest.mark.parametrize(
    ("healthy", "well", "allowed"),
    [(5, True, True), (4, True, True), (3, True, False), (3, False, True), (2, False, False)],
)
def test_who_is_not_healthy_may_go_if_the_others_are_enough(
    healthy: int, well: bool, allowed: bool
) -> None:
    """`IfHealthyBudget`: with 3 of 5 to be healthy, a sick one may go while 3 are."""
    assert least(3).allows(healthy, 5, well) is allowed


def test_all_at_once_are_as_many_as_are_beyond_those_needed() -> None:
    """Evicting one after another stops where the count of those allowed said."""
    budget, healthy = most(share=0.25), 10
    assert budget.allowed(healthy, 10) == 3
    gone = 0
    while budget.allows(healthy - gone, 10, well=True):
        gone += 1
    assert gone == 3
