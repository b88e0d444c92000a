"""Waits between failures, as the kubelet has them."""

from __future__ import annotations

import pytest

from simulator.platform.back_off import BackOff, Failures


def test_waits_double_up_to_the_longest() -> None:
    """TestSlowBackoff (C9b-01): what there is to wait before each of ten failures in a row."""
    back_off = BackOff(initial=1.0, most=50.0)
    waits = [back_off.wait(failures) for failures in range(1, 11)]
    assert waits == [0, 1, 2, 4, 8, 16, 32, 50, 50, 50]


def test_a_container_that_exits_at_once_is_started_ever_more_rarely() -> None:
    """C9b-02: it runs for 1 s each time; the first restart is immediate."""
    failures = Failures(BackOff())
    waits = [failures.failed(ran=1.0) for _ in range(8)]
    assert waits == [0.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0, 300.0]


def test_the_longest_wait_stays_however_often_it_fails() -> None:
    """Two to the power of thousands is no number that a computer has."""
    assert BackOff().wait(5000) == 300.0


@pytest.mark.parametrize(("ran", "wait"), [(599.9, 40.0), (600.0, 0.0), (5000.0, 0.0)])
def test_ten_minutes_of_running_are_forgiven(ran: float, wait: float) -> None:
    """Then it counts as the first failure again, and the next one waits 10 s."""
    failures = Failures(BackOff())
    for _ in range(3):
        failures.failed(ran=1.0)
    assert failures.failed(ran) == wait
    assert failures.failed(ran=1.0) == (80.0 if wait else 10.0)
