"""The circuit breaker with the profile `pybreaker`, beside the real pybreaker."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pybreaker
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.call.breaker import NAMES, Breaker
from simulator.scenario.guards.breaker import breaker_settings
from simulator.scenario.model.guards.breaker import Breaker as BreakerModel

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class Clock:
    """Stands for the class `datetime` within pybreaker."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self, zone: object) -> datetime:
        """The time of the test."""
        return EPOCH + timedelta(seconds=self.seconds)


class Failed(Exception):
    """What a call that fails raises."""


def attempt(real: pybreaker.CircuitBreaker, fails: bool) -> bool:
    """Make a call through the real breaker; whether it was let through."""
    made = []

    def call() -> None:
        made.append(1)
        if fails:
            raise Failed

    with suppress(Failed, pybreaker.CircuitBreakerError):
        real.call(call)
    return bool(made)


STEPS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.25, 1.0, 9.75, 10.0, 59.75, 60.0, 60.25]), st.booleans()),
    max_size=80,
)
"""Seconds that pass before a call, and whether it fails."""


def same(real: pybreaker.CircuitBreaker, ours: Breaker, steps: list[tuple[float, bool]]) -> None:
    """Both let the same calls through, and are in the same state after each."""
    clock = Clock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pybreaker, "datetime", clock)
        for passed, fails in steps:
            clock.seconds += passed
            made = ours.try_acquire(clock.seconds)
            if made:
                ours.record(clock.seconds, 0.0, fails)
            assert attempt(real, fails) == made
            assert real.current_state.replace("-", "_") == NAMES[ours.state]


@given(STEPS)
def test_with_its_defaults(steps: list[tuple[float, bool]]) -> None:
    """The profile by itself is what `CircuitBreaker()` is."""
    ours = Breaker(breaker_settings(BreakerModel(profile="pybreaker")))
    same(pybreaker.CircuitBreaker(), ours, steps)


@given(
    STEPS,
    st.integers(1, 4),
    st.sampled_from([1.0, 10.0, 60.0]),
    st.integers(1, 4),
)
def test_with_other_settings(
    steps: list[tuple[float, bool]], failures: int, wait: float, successes: int
) -> None:
    """Each of pybreaker's three numbers has its counterpart."""
    model = BreakerModel.model_validate(
        {
            "profile": "pybreaker",
            "consecutive_failures": failures,
            "wait": f"{wait}s",
            "successes": successes,
        }
    )
    real = pybreaker.CircuitBreaker(
        fail_max=failures, reset_timeout=wait, success_threshold=successes
    )
    same(real, Breaker(breaker_settings(model)), steps)


def test_the_sequences_reach_every_state() -> None:
    """Five failures, a call in vain, one at the very end of the wait: all three states."""
    ours = Breaker(breaker_settings(BreakerModel(profile="pybreaker", successes=2)))
    real = pybreaker.CircuitBreaker(success_threshold=2)
    states = []
    steps = [(1.0, True)] * 5 + [(59.75, False), (0.25, False), (0.0, False)]
    clock = Clock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pybreaker, "datetime", clock)
        for passed, fails in steps:
            clock.seconds += passed
            if ours.try_acquire(clock.seconds):
                ours.record(clock.seconds, 0.0, fails)
            attempt(real, fails)
            states.append((NAMES[ours.state], real.current_state))
    assert states == [
        *[("closed", "closed")] * 4,
        ("open", "open"),
        ("open", "open"),
        ("half_open", "half-open"),
        ("closed", "closed"),
    ]
