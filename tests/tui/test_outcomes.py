"""What a caller took back is neither good nor a failure, wherever failures are counted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from samples import history, snapshot

from tui.differences import Lately, differences
from tui.outcomes import failures_of, shares_failed

SECONDS = 10
ONE_IN_TEN = replace(
    history(SECONDS),
    outcomes={
        "ok": np.full(SECONDS, 80.0),
        "degraded": np.full(SECONDS, 10.0),
        "timeout": np.full(SECONDS, 10.0),
        "cancelled": np.full(SECONDS, 60.0),
    },
)


def test_a_tenth_fails_however_many_are_taken_back() -> None:
    """10 of 100 that had an end: the 60 losers of hedges beside them do not count."""
    assert failures_of(ONE_IN_TEN).tolist() == [10.0] * SECONDS
    assert shares_failed(ONE_IN_TEN) == pytest.approx(0.1)
    assert Lately.of(ONE_IN_TEN).failed == pytest.approx(0.1)
    nothing = {name: np.zeros(SECONDS) for name in ONE_IN_TEN.outcomes}
    assert shares_failed(replace(ONE_IN_TEN, outcomes=nothing)).tolist() == [0.0] * SECONDS


def test_more_that_is_taken_back_is_no_loss() -> None:
    """Between two simulations it is a difference, but neither a better nor a worse one."""
    first = snapshot([], [], history=ONE_IN_TEN)
    more = {**ONE_IN_TEN.outcomes, "cancelled": np.full(SECONDS, 90.0)}
    second = replace(first, history=replace(ONE_IN_TEN, outcomes=more))
    brief = {each.name: each for each in differences(first, second, outcomes=False)}
    assert brief["lost so far"].words == "the same"
    assert brief["failed"].words == "the same"
    told = {each.name: each for each in differences(first, second, outcomes=True)}
    assert told["cancelled so far"].words == "+300"
    assert told["cancelled so far"].verdict == 0
