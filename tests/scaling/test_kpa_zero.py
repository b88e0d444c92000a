"""When Knative lets the last instance go, against its own tests and step by step.

The table is that of knative/serving, pkg/reconciler/autoscaling/kpa/scaler_test.go, TestScaler and
TestDisableScaleToZero (at 98e5ef9).
"""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest

from simulator.scaling.kpa.pod_autoscaler import (
    ACTIVATING,
    ACTIVATION_TIMEOUT,
    ACTIVE,
    INACTIVE,
    UNKNOWN,
    PodAutoscaler,
    PodAutoscalerSettings,
    Step,
)

GRACE = 60.0
STABLE = 300.0
NOW = 10_000.0
SETTINGS = PodAutoscalerSettings(stable_window=STABLE, grace=GRACE)


def scaler(
    status: int, spent: float, settings: PodAutoscalerSettings = SETTINGS, proxied: float = 0.0
) -> PodAutoscaler:
    """One that has been so for `spent` seconds, and led to the activator for `proxied`."""
    found = PodAutoscaler(settings, 1, 0, 0.0)
    found.status = status
    found.since = NOW - spent
    found.proxied = NOW - proxied
    return found


@pytest.mark.parametrize(
    ("status", "spent", "wish", "changes", "proxied", "want", "applies", "looks_again"),
    [
        pytest.param(ACTIVE, STABLE - 1, 0, {}, 0, 1, True, True, id="just before idle period"),
        pytest.param(ACTIVE, STABLE, 0, {}, 0, 0, False, False, id="after idle period"),
        pytest.param(INACTIVE, GRACE, 0, {}, 0, 0, True, False, id="after grace period"),
        pytest.param(
            INACTIVE, GRACE, 0, {"retention": 2 * GRACE}, 0, 0, False, True, id="before retention"
        ),
        pytest.param(
            INACTIVE, GRACE, 0, {"retention": GRACE}, 0, 0, True, False, id="after retention"
        ),
        pytest.param(INACTIVE, GRACE - 1, 0, {}, 0, 0, False, True, id="just before grace period"),
        pytest.param(INACTIVE, GRACE - 1, 0, {}, GRACE - 1, 0, False, True, id="sks short"),
        pytest.param(
            INACTIVE,
            GRACE - 1,
            0,
            {"retention": 42.0},
            GRACE,
            0,
            True,
            False,
            id="sks long, retention",
        ),
        pytest.param(INACTIVE, GRACE - 1, 0, {}, GRACE, 0, True, False, id="sks long"),
        pytest.param(ACTIVATING, 300, 0, {}, 0, UNKNOWN, False, True, id="activating"),
        pytest.param(
            ACTIVATING, ACTIVATION_TIMEOUT + 1, 0, {}, 0, 0, True, False, id="activating too long"
        ),
        pytest.param(
            INACTIVE, GRACE - 1, 0, {"min": 2}, 0, 2, True, False, id="minScale before grace"
        ),
        pytest.param(INACTIVE, GRACE, 0, {"min": 2}, 0, 2, True, False, id="minScale after grace"),
        pytest.param(ACTIVE, 0, 10, {}, 0, 10, True, False, id="scales up"),
        pytest.param(ACTIVE, 0, 10, {"max": 8}, 0, 8, True, False, id="scales up to maxScale"),
        pytest.param(
            INACTIVE, GRACE / 2, 10, {}, 0, 10, True, False, id="scale up inactive revision"
        ),
        pytest.param(INACTIVE, 0, UNKNOWN, {}, 0, UNKNOWN, False, False, id="no metrics at zero"),
        pytest.param(ACTIVE, 0, UNKNOWN, {}, 0, UNKNOWN, False, False, id="negative scale"),
        pytest.param(ACTIVE, 120, 0, {}, 0, 1, True, True, id="now time to scale down"),
        pytest.param(
            ACTIVE,
            STABLE,
            0,
            {"scale_to_zero": False},
            0,
            1,
            True,
            False,
            id="EnableScaleToZero == false",
        ),
    ],
)
def test_scaler(
    status: int,
    spent: float,
    wish: int,
    changes: dict[str, float],
    proxied: float,
    want: int,
    applies: bool,
    looks_again: bool,
) -> None:
    """What is wanted, whether it is done, and whether there is a time to look again."""
    step = scaler(status, spent, replace(SETTINGS, **changes), proxied).scale(NOW, wish)
    assert (step.want, step.applies, step.again < inf) == (want, applies, looks_again)


def test_the_way_to_zero_without_the_activator() -> None:
    """Served; nothing is wanted; callers are led away; after the grace the last instance goes."""
    way = PodAutoscaler(PodAutoscalerSettings(), 1, 0, 0.0)
    assert way.proxied is None
    assert way.reconcile(2.0, 1, 0, 1) == Step(1, True)
    assert way.reconcile(50.0, 0, 0, 1) == Step(1, True, 10.0)
    assert (way.status, way.proxied) == (ACTIVE, None)
    assert way.reconcile(60.0, 0, 0, 1) == Step(0, False, 30.0)
    assert (way.status, way.since, way.proxied) == (INACTIVE, 60.0, 60.0)
    assert way.reconcile(80.0, 0, 0, 1) == Step(0, False, 10.0)
    assert way.reconcile(90.0, 0, 0, 1) == Step(0, True)


def test_the_way_to_zero_with_the_activator_on_the_way() -> None:
    """All have been led over the activator for long: no grace is needed."""
    way = PodAutoscaler(PodAutoscalerSettings(), 1, -111, 0.0)
    assert way.reconcile(2.0, 1, -111, 1) == Step(1, True)
    assert way.reconcile(70.0, 0, -111, 1) == Step(0, True)
    assert way.status == INACTIVE


def test_a_request_in_the_grace_brings_callers_back() -> None:
    """The instance is still there: it is asked again as soon as somebody comes."""
    way = PodAutoscaler(PodAutoscalerSettings(), 1, 0, 0.0)
    way.reconcile(60.0, 0, 0, 1)
    assert way.reconcile(75.0, 1, 0, 1) == Step(1, True)
    assert (way.status, way.since, way.proxied) == (ACTIVE, 75.0, None)
    # Now it is served for a whole stable window again, at least.
    assert way.reconcile(80.0, 0, 0, 1) == Step(1, True, 55.0)


def test_the_way_back_from_zero() -> None:
    """Wanted, not there yet, there: and no decision takes away what is on its way."""
    way = PodAutoscaler(PodAutoscalerSettings(), 0, 0, 0.0)
    assert (way.status, way.proxied) == (INACTIVE, -inf)
    assert way.reconcile(100.0, UNKNOWN, 0, 0) == Step(UNKNOWN, False)
    assert way.reconcile(110.0, 2, 0, 0) == Step(2, True)
    assert (way.status, way.since, way.proxied) == (ACTIVATING, 110.0, -inf)
    assert way.reconcile(150.0, 0, 0, 0) == Step(UNKNOWN, False, 590.0)
    assert way.reconcile(160.0, 1, 0, 1) == Step(1, True)
    assert (way.status, way.since, way.proxied) == (ACTIVE, 160.0, None)


def test_fewer_than_the_least_is_not_active() -> None:
    """With a minimum of 2, one ready instance is not the service yet."""
    way = PodAutoscaler(PodAutoscalerSettings(min=2), 2, 0, 0.0)
    way.reconcile(2.0, 2, 0, 1)
    assert way.status == ACTIVATING
    way.reconcile(4.0, 2, 0, 2)
    assert way.status == ACTIVE
