"""What KEDA itself decides, against the cases of its own tests.

The cases are those of kedacore/keda, pkg/scaling/executor/scale_scaledobjects_test.go (at 8b4f083).
"""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.scaling.keda import ScaledObject


@pytest.mark.parametrize(
    ("least", "current", "active", "wanted"),
    [
        pytest.param(0, 10, False, 0, id="ScaleToMinReplicasWhenNotActive"),
        pytest.param(5, 1, False, 5, id="ScaleToMinReplicasFromLowerInitialReplicaCount"),
        pytest.param(0, 0, True, 1, id="ScaleFromMinReplicasWhenActive"),
        pytest.param(5, 0, True, 5, id="from none to the least"),
        pytest.param(0, 3, True, 3, id="active with some: the HPA's business"),
        pytest.param(2, 7, False, 7, id="not active with a minimum: the HPA's business"),
        pytest.param(0, 0, False, 0, id="nothing to do"),
    ],
)
def test_request_scale(least: int, current: int, active: bool, wanted: int) -> None:
    """RequestScale, of an object whose trigger has never been active before."""
    assert ScaledObject(min=least).request(1000.0, current, active, -inf) == wanted


def test_cooldown() -> None:
    """Five minutes after the trigger was last active, however many there are; before that nothing."""
    scaled = ScaledObject()
    assert scaled.request(1299.0, 10, False, 1000.0) == 10
    assert scaled.request(1300.0, 10, False, 1000.0) == 0


@given(st.integers(0, 9), st.integers(0, 20), st.booleans(), st.floats(0, 1e4))
def test_it_takes_away_all_or_nothing(
    least: int, current: int, active: bool, silence: float
) -> None:
    """It never goes from some to fewer, other than none; and to none only with a minimum of 0."""
    wanted = ScaledObject(min=least).request(1e5, current, active, 1e5 - silence)
    assert wanted >= min(current, least)
    if wanted < current:
        assert (wanted, least, active) == (0, 0, False)
