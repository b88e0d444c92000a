"""The circuit breaker, step by step against the tests of resilience4j and Hystrix.

Rows C1 restate resilience4j's CircuitBreakerStateMachineTest, rows C1w its
FixedSizeSlidingWindowMetricsTest, SlidingTimeWindowMetricsTest and CircuitBreakerMetricsTest, rows
C17 Hystrix's HystrixCircuitBreakerTest.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from math import comb, inf, nextafter
from random import Random

import pytest

from simulator.balancing.chance import Chance
from simulator.call.breaker import (
    CLOSED,
    DISABLED,
    FORCED_OPEN,
    HALF_OPEN,
    METRICS_ONLY,
    NAMES,
    OPEN,
    Breaker,
    BreakerSettings,
    IllegalTransition,
)
from simulator.call.breaker_window import CountWindow, SnapshotWindow, TimeWindow, Window
from simulator.scenario.guards.breaker import breaker_settings
from simulator.scenario.model.guards.breaker import Breaker as BreakerModel

SETTINGS = BreakerSettings(
    failure_rate=0.5,
    slow_call_rate=0.5,
    slow_call_duration=4.0,
    window_seconds=20.0,
    minimum_calls=5,
    permitted_calls=4,
    wait=5.0,
    half_open_wait=1.0,
)
"""What resilience4j's tests of the state machine use."""


def end(breaker: Breaker, calls: str, now: float = 0.0, seconds: float = 0.1) -> None:
    """Let calls through and end them at once: S for a success, E for a failure."""
    for each in calls:
        assert breaker.try_acquire(now)
        breaker.record(now, seconds, each == "E")


def half_open(settings: BreakerSettings = SETTINGS) -> Breaker:
    """A breaker that is half open at 0 s, with all its permits."""
    breaker = Breaker(settings)
    breaker.force(0.0, OPEN)
    breaker.force(0.0, HALF_OPEN)
    return breaker


def counts(breaker: Breaker) -> tuple[int, int, int]:
    """Calls, failed and slow calls in the window."""
    window = breaker.window
    return window.calls, window.failed, window.slow


# C1: the state machine.


def test_opens_when_the_failure_rate_is_reached() -> None:
    """C1-01, shouldOpenAfterFailureRateThresholdExceeded: the fifth call decides, though good."""
    breaker = Breaker(SETTINGS)
    end(breaker, "EEES")
    assert (breaker.state, counts(breaker)) == (CLOSED, (4, 3, 0))
    assert breaker.failure_rate(0.0) == -1.0
    end(breaker, "S")
    assert (breaker.state, counts(breaker)) == (OPEN, (5, 3, 0))
    assert breaker.failure_rate(0.0) == 0.6
    assert not breaker.try_acquire(0.0)
    assert breaker.rejected == 1


def test_opens_at_exactly_the_threshold() -> None:
    """C1-02, shouldOpenAfterFailureRateThresholdExceeded2: three of six are enough."""
    breaker = Breaker(SETTINGS)
    for now, call in enumerate("SSSEE"):
        end(breaker, call, now=float(now))
        assert breaker.state == CLOSED
    end(breaker, "E", now=5.0)
    assert breaker.state == OPEN
    assert breaker.failure_rate(5.0) == 0.5


def test_half_open_when_the_wait_is_over() -> None:
    """C1-04, shouldTransitionToHalfOpenAfterWaitDuration: and all is counted afresh."""
    breaker = Breaker(SETTINGS)
    end(breaker, "EE")
    breaker.force(0.0, OPEN)
    assert not breaker.try_acquire(0.0)
    assert not breaker.try_acquire(3.0)
    assert breaker.rejected == 2
    assert breaker.try_acquire(6.0)
    assert breaker.state == HALF_OPEN
    assert counts(breaker) == (0, 0, 0)
    assert breaker.failure_rate(6.0) == breaker.slow_call_rate(6.0) == -1.0


def test_a_long_wait() -> None:
    """C1-05, shouldTransitionToHalfOpenAfterPassedWaitDuration: two hours are two hours."""
    breaker = Breaker(replace(SETTINGS, wait=7200.0))
    breaker.force(0.0, OPEN)
    assert not breaker.try_acquire(3600.0)
    assert breaker.try_acquire(7201.0)
    assert breaker.state == HALF_OPEN


def test_the_end_of_the_wait_belongs_to_it() -> None:
    """A call at the very end of the wait is turned away, unless settings say otherwise."""
    breaker = Breaker(SETTINGS)
    breaker.force(0.0, OPEN)
    assert not breaker.try_acquire(5.0)
    assert breaker.try_acquire(5.000001)
    other = Breaker(replace(SETTINGS, strictly_after=False))
    other.force(0.0, OPEN)
    assert not other.try_acquire(4.999999)
    assert other.try_acquire(5.0)


def test_the_wait_grows() -> None:
    """C1-07, shouldTransitionToHalfOpenAfterWaitInterval: the second wait is 7.5 s."""
    breaker = Breaker(replace(SETTINGS, wait_growth=1.5, half_open_wait=None))
    breaker.force(0.0, OPEN)
    assert not breaker.try_acquire(3.0)
    assert breaker.try_acquire(6.0)
    breaker.force(6.0, OPEN)
    assert not breaker.try_acquire(12.0)
    assert breaker.try_acquire(17.0)


def test_four_calls_are_permitted() -> None:
    """C1-08, shouldOnlyPermitFourCallsInHalfOpenState."""
    breaker = half_open()
    assert [breaker.try_acquire(0.0) for _ in range(6)] == [True] * 4 + [False] * 2
    assert breaker.rejected == 2


def test_too_many_failures_open_it_again() -> None:
    """C1-10, shouldTransitionBackToOpenStateWhenFailureRateIsAboveThreshold: three of four."""
    breaker = half_open()
    end(breaker, "EES")
    assert breaker.state == HALF_OPEN
    end(breaker, "E")
    assert breaker.state == OPEN
    assert breaker.failure_rate(0.0) == 0.75
    assert counts(breaker) == (4, 3, 0)
    assert breaker.succeeded == 1


def test_too_many_slow_calls_open_it_again() -> None:
    """C1-11, shouldTransitionBackToOpenStateWhenSlowCallRateIsAboveThreshold."""
    breaker = half_open()
    end(breaker, "SSS", seconds=5.0)
    end(breaker, "S", seconds=1.0)
    assert breaker.state == OPEN
    assert breaker.slow_call_rate(0.0) == 0.75
    assert counts(breaker) == (4, 0, 3)


def test_the_verdict_needs_no_more_than_the_minimum() -> None:
    """Half open, min(minimum, permitted) results decide, while other calls are under way."""
    breaker = half_open(replace(SETTINGS, minimum_calls=2))
    assert all(breaker.try_acquire(0.0) for _ in range(4))
    breaker.record(0.0, 0.1, False)
    assert breaker.state == HALF_OPEN
    breaker.record(0.0, 0.1, False)
    assert breaker.state == CLOSED


def test_an_ignored_call_gives_its_permit_back() -> None:
    """C1-13, shouldReleasePermissionWhenExceptionIgnored: one of four failed, so it closes."""
    breaker = half_open()
    end(breaker, "SSS")
    assert breaker.try_acquire(0.0)
    assert not breaker.try_acquire(0.0)
    breaker.release(0.0)
    assert (breaker.state, counts(breaker)) == (HALF_OPEN, (3, 0, 0))
    end(breaker, "E")
    assert breaker.state == CLOSED


def test_ignored_calls_decide_nothing() -> None:
    """C1-14, shouldIgnoreExceptionsAndThenTransitionToClosed."""
    breaker = half_open()
    for _ in range(4):
        assert breaker.try_acquire(0.0)
        breaker.release(0.0)
        assert breaker.state == HALF_OPEN
    end(breaker, "SSSS")
    assert breaker.state == CLOSED


def test_forced_open_stays_open() -> None:
    """C1-16, shouldForceOpenCircuitBreaker: no wait ends it."""
    breaker = Breaker(SETTINGS)
    breaker.force(0.0, FORCED_OPEN)
    assert not breaker.try_acquire(0.0)
    assert not breaker.try_acquire(6.0)
    assert breaker.rejected == 2


def test_closed_cannot_be_forced_half_open() -> None:
    """C1-17, shouldNotAllowTransitionFromClosedToHalfOpen."""
    breaker = Breaker(SETTINGS)
    with pytest.raises(IllegalTransition, match="is closed cannot be forced to half_open"):
        breaker.force(0.0, HALF_OPEN)
    assert breaker.state == CLOSED


def test_half_open_does_not_last() -> None:
    """C1-19, circuitBreakerTransitionsToOpenAfterWaitDurationInHalfOpenState: at that moment."""
    breaker = half_open()
    breaker.bring(0.999)
    assert breaker.state == HALF_OPEN
    breaker.bring(2.0)
    assert breaker.state == OPEN
    assert not breaker.try_acquire(6.0)
    assert breaker.try_acquire(6.001)


def test_half_open_ends_closed_if_so_set() -> None:
    """C1-20, circuitBreakerTransitionsToClosedAfterWaitDurationInHalfOpenState."""
    breaker = half_open(replace(SETTINGS, after_half_open_wait=CLOSED))
    breaker.bring(2.0)
    assert breaker.state == CLOSED
    assert breaker.try_acquire(2.0)


def test_a_call_that_ends_in_the_open_state_is_recorded() -> None:
    """C1-22, OpenState.onSuccess: recorded where the closed state counted, and no more."""
    breaker = Breaker(SETTINGS)
    assert breaker.try_acquire(0.0)
    end(breaker, "EEEEE")
    assert (breaker.state, counts(breaker)) == (OPEN, (5, 5, 0))
    breaker.record(0.0, 0.1, False)
    assert (breaker.state, counts(breaker)) == (OPEN, (6, 5, 0))


def test_a_call_that_ends_in_the_half_open_state_counts_there() -> None:
    """A call from before the opening is a result like the others: HalfOpenState.onError."""
    breaker = Breaker(SETTINGS)
    assert breaker.try_acquire(0.0)
    breaker.force(0.0, OPEN)
    breaker.force(0.0, HALF_OPEN)
    end(breaker, "SEE")
    breaker.record(0.0, 0.1, True)
    assert (breaker.state, counts(breaker)) == (OPEN, (4, 3, 0))


def test_slow_is_longer_than_the_limit() -> None:
    """A call of exactly the duration is not slow; a slow failure counts in both rates."""
    breaker = Breaker(SETTINGS)
    end(breaker, "S", seconds=4.0)
    assert counts(breaker) == (1, 0, 0)
    end(breaker, "E", seconds=4.000001)
    assert counts(breaker) == (2, 1, 1)
    assert breaker.window.slow_failed == 1


def test_slow_calls_open_it_as_well() -> None:
    """With every call good, half of them slow: open."""
    breaker = Breaker(SETTINGS)
    end(breaker, "SSS", seconds=0.1)
    end(breaker, "SS", seconds=5.0)
    assert breaker.state == CLOSED
    end(breaker, "S", seconds=5.0)
    assert breaker.state == OPEN


def test_automatic_needs_no_call() -> None:
    """With `automatic` it is half open at the very end of the wait, whenever one looks."""
    breaker = Breaker(replace(SETTINGS, automatic=True, half_open_wait=None))
    breaker.force(0.0, OPEN)
    breaker.bring(4.999)
    assert breaker.state == OPEN
    assert breaker.counters(100.0)["open_seconds"] == 5.0
    assert breaker.state == HALF_OPEN


def test_long_silence_is_made_up_for() -> None:
    """5 s open and 1 s half open in turn, as the clock would have it, worked out at once."""
    breaker = Breaker(replace(SETTINGS, automatic=True))
    breaker.force(0.0, OPEN)
    counted = breaker.counters(62.0)
    assert breaker.state == OPEN
    assert (counted["opened"], counted["half_opened"]) == (11, 10)
    assert counted["open_seconds"] == 52.0


# Settings beyond resilience4j's.


def test_failures_in_a_row() -> None:
    """A success in between begins the count anew, and the rates say nothing."""
    breaker = Breaker(replace(SETTINGS, consecutive_failures=3))
    end(breaker, "EESEES")
    assert breaker.state == CLOSED
    end(breaker, "EEE")
    assert breaker.state == OPEN


def test_one_success_is_enough_after_failures_in_a_row() -> None:
    """Whoever counts in a row closes at the first success, and opens at the first failure."""
    breaker = half_open(replace(SETTINGS, consecutive_failures=3))
    end(breaker, "S")
    assert breaker.state == CLOSED
    breaker = half_open(replace(SETTINGS, consecutive_failures=3))
    end(breaker, "E")
    assert breaker.state == OPEN


def test_successes_close_it() -> None:
    """With `successes` the second one closes it, whatever the rates would say."""
    breaker = half_open(replace(SETTINGS, successes=2))
    end(breaker, "S")
    assert breaker.state == HALF_OPEN
    end(breaker, "S")
    assert breaker.state == CLOSED
    breaker = half_open(replace(SETTINGS, successes=2))
    end(breaker, "SE")
    assert breaker.state == OPEN


def test_permits_are_renewed() -> None:
    """A probe that never ends keeps others out for as long as `renew_permits` says."""
    breaker = half_open(
        replace(SETTINGS, permitted_calls=1, renew_permits=5.0, half_open_wait=None)
    )
    tries = [breaker.try_acquire(now) for now in (0.0, 4.999, 5.0, 9.999, 10.0)]
    assert tries == [True, False, True, False, True]


def test_a_probe_that_is_given_up_may_open_it_again() -> None:
    """With `reopen` the wait begins anew when the probe is given up."""
    breaker = half_open(replace(SETTINGS, cancelled_probe="reopen"))
    assert breaker.try_acquire(0.5)
    breaker.release(0.5)
    assert breaker.state == OPEN
    assert not breaker.try_acquire(5.5)
    assert breaker.try_acquire(5.6)


def test_judging_after_failures_only() -> None:
    """As in Polly a success never opens it, though the rate may be too high after one."""
    breaker = Breaker(replace(SETTINGS, judge_failures_only=True))
    end(breaker, "EEEESS")
    assert breaker.state == CLOSED
    end(breaker, "E")
    assert breaker.state == OPEN


def test_a_rate_that_is_not_judged() -> None:
    """Without a failure rate only slow calls open it, and the other way round."""
    breaker = Breaker(replace(SETTINGS, failure_rate=None))
    end(breaker, "E" * 20)
    assert breaker.state == CLOSED
    breaker = Breaker(replace(SETTINGS, slow_call_rate=None))
    end(breaker, "S" * 20, seconds=5.0)
    assert breaker.state == CLOSED


def wait_after(settings: BreakerSettings, openings: int, chance: Chance | None = None) -> float:
    """How long the breaker waits after so many openings in a row."""
    breaker = Breaker(settings, chance)
    for _ in range(openings):
        breaker.force(0.0, OPEN)
    return breaker.until


def test_the_wait_has_a_limit() -> None:
    """5, 10, 20 s, and never more than 30 s; without a limit it grows without an overflow."""
    settings = replace(SETTINGS, wait_growth=2.0, wait_max=30.0)
    assert [wait_after(settings, n) for n in (1, 2, 3, 4, 5)] == [5.0, 10.0, 20.0, 30.0, 30.0]
    endless = replace(SETTINGS, wait_growth=1000.0, wait_max=None)
    assert 1e9 < wait_after(endless, 1000) < inf


def test_closing_ends_the_growth() -> None:
    """The attempt number counts from the last time it was closed."""
    breaker = Breaker(replace(SETTINGS, wait_growth=2.0))
    for _ in range(3):
        breaker.force(0.0, OPEN)
    breaker.force(0.0, CLOSED)
    breaker.force(0.0, OPEN)
    assert breaker.until == 5.0


@pytest.mark.parametrize(("drawn", "wait"), [(0.0, 4.0), (0.25, 4.5), (0.5, 5.0), (0.75, 5.5)])
def test_jitter(drawn: float, wait: float) -> None:
    """A wait of 5 s with 20 % is spread evenly from 4 to 6 s; the limit holds for the result."""
    settings = replace(SETTINGS, wait_jitter=0.2)
    chance = Chance(lambda size: [drawn] * size)
    assert wait_after(settings, 1, chance) == pytest.approx(wait, rel=1e-12)
    limited = replace(settings, wait_max=5.0)
    assert wait_after(limited, 1, chance) == pytest.approx(min(wait, 5.0), rel=1e-12)


def test_jitter_needs_chance() -> None:
    """A breaker with jitter and nothing to draw from is refused."""
    with pytest.raises(ValueError, match="chance"):
        Breaker(replace(SETTINGS, wait_jitter=0.1))


# The states from outside.

REACHABLE = {
    "closed": "closed open forced_open disabled metrics_only",
    "open": "closed open half_open forced_open disabled metrics_only",
    "half_open": "closed open half_open forced_open disabled metrics_only",
    "forced_open": "closed open half_open forced_open disabled metrics_only",
    "disabled": "closed open half_open forced_open disabled metrics_only",
    "metrics_only": "closed forced_open disabled metrics_only",
}
"""From resilience4j's table of state transitions."""


@pytest.mark.parametrize("source", NAMES)
@pytest.mark.parametrize("target", NAMES)
def test_what_can_be_forced(source: str, target: str) -> None:
    """Each of the 36 pairs of states is allowed or refused as in resilience4j."""
    breaker = Breaker(SETTINGS)
    if source == "half_open":
        breaker.force(0.0, OPEN)
    breaker.force(0.0, NAMES.index(source))
    if target in REACHABLE[source].split():
        breaker.force(0.0, NAMES.index(target))
        assert NAMES[breaker.state] == target
    else:
        with pytest.raises(IllegalTransition):
            breaker.force(0.0, NAMES.index(target))
        assert NAMES[breaker.state] == source


def test_metrics_only_counts_and_permits() -> None:
    """It judges nothing, but says what it would have judged."""
    breaker = Breaker(replace(SETTINGS, state=METRICS_ONLY))
    end(breaker, "E" * 50)
    assert breaker.state == METRICS_ONLY
    assert breaker.failure_rate(0.0) == 1.0
    assert breaker.failed == 50


def test_disabled_counts_nothing() -> None:
    """It lets everything through, and has seen nothing."""
    breaker = Breaker(replace(SETTINGS, state=DISABLED))
    end(breaker, "E" * 50)
    assert breaker.state == DISABLED
    assert counts(breaker) == (0, 0, 0)
    assert set(breaker.counters(0.0).values()) == {0}


def test_forcing_the_same_state_begins_it_anew() -> None:
    """Forced open again it waits anew, forced closed again it forgets; neither is a change."""
    breaker = Breaker(SETTINGS)
    end(breaker, "EEEE")
    breaker.force(0.0, CLOSED)
    assert (counts(breaker), breaker.closed) == ((0, 0, 0), 0)
    breaker.force(0.0, OPEN)
    breaker.force(4.0, OPEN)
    assert not breaker.try_acquire(6.0)
    assert breaker.opened == 1


def test_what_is_counted() -> None:
    """A run through all states, with every counter and the time spent open."""
    breaker = Breaker(SETTINGS)
    end(breaker, "SEEEE", now=1.0, seconds=5.0)
    assert not breaker.try_acquire(2.0)
    end(breaker, "SSSS", now=7.0)
    breaker.force(8.0, FORCED_OPEN)
    assert not breaker.try_acquire(9.0)
    assert breaker.counters(10.0) == {
        "opened": 1,
        "half_opened": 1,
        "closed": 1,
        "rejected": 2,
        "succeeded": 5,
        "failed": 4,
        "slow": 5,
        "open_seconds": 6.0 + 2.0,
    }


# C1w: the windows.


def seen(window: Window) -> tuple[int, int, int, int]:
    """Calls, failed, slow, and both."""
    return window.calls, window.failed, window.slow, window.slow_failed


def test_counting_by_calls() -> None:
    """C1w-01 and C1w-02, CircuitBreakerMetricsTest: the last ten of twelve calls."""
    settings = BreakerSettings(window=10, minimum_calls=10, state=METRICS_ONLY)
    breaker = Breaker(settings)
    end(breaker, "SSEE")
    assert breaker.failure_rate(0.0) == -1.0
    assert (counts(breaker), breaker.succeeded, breaker.failed) == ((4, 2, 0), 2, 2)
    end(breaker, "EEEESSSS")
    assert counts(breaker) == (10, 6, 0)
    assert breaker.failure_rate(0.0) == 0.6
    judging = Breaker(replace(settings, state=CLOSED))
    end(judging, "SSEEEEEE")
    assert judging.state == CLOSED
    end(judging, "SS")
    assert judging.state == OPEN


def test_the_minimum_is_at_most_the_window() -> None:
    """A count window of ten judges when it is full, though the minimum is a hundred."""
    breaker = Breaker(BreakerSettings(window=10, minimum_calls=100))
    end(breaker, "E" * 9)
    assert breaker.state == CLOSED
    end(breaker, "E")
    assert breaker.state == OPEN
    timed = Breaker(BreakerSettings(window_seconds=10.0, minimum_calls=100))
    end(timed, "E" * 99)
    assert timed.state == CLOSED


def test_a_window_of_four_calls() -> None:
    """C1w-04, FixedSizeSlidingWindowMetricsTest: the failure is pushed out by the fifth call."""
    window = CountWindow(4)
    rates = []
    for call in "ESSSS":
        window.record(0.0, call == "E", False)
        rates.append(window.failed / window.calls)
    assert rates == [1.0, 1 / 2, 1 / 3, 1 / 4, 0.0]


def test_a_window_of_two_calls_with_slow_ones() -> None:
    """C1w-05, FixedSizeSlidingWindowMetricsTest: slow failures leave both totals."""
    window = CountWindow(2)
    totals = []
    for failed, slow in [(True, True), (False, True), (False, False), (False, False)]:
        window.record(0.0, failed, slow)
        totals.append((window.slow, window.failed, window.slow_failed))
    assert totals == [(1, 1, 1), (2, 1, 1), (1, 0, 0), (0, 0, 0)]


def test_a_window_of_five_seconds() -> None:
    """C1w-07, C1w-08 and C1w-10, SlidingTimeWindowMetricsTest: whole seconds come and go."""
    window = TimeWindow(5.0, 1.0)
    window.record(0.0, True, False)
    window.record(0.1, False, False)
    window.record(0.8, True, True)
    assert seen(window) == (3, 2, 1, 1)
    window.bring(4.8)
    assert seen(window) == (3, 2, 1, 1)
    window.bring(5.8)
    assert seen(window) == (0, 0, 0, 0)


def test_a_window_of_five_seconds_goes_on() -> None:
    """C1w-10, SlidingTimeWindowMetricsTest: what ended in each second is dropped with it."""
    window = TimeWindow(5.0, 1.0)
    for now, failed in [(1.1, True), (2.2, False), (3.3, False), (4.4, False)]:
        window.record(now, failed, False)
    window.record(5.2, False, False)
    assert seen(window) == (5, 1, 0, 0)
    window.record(6.2, False, False)
    assert seen(window) == (5, 0, 0, 0)
    window.record(11.2, False, False)
    assert seen(window) == (1, 0, 0, 0)


def test_buckets_of_a_length_that_floats_miss() -> None:
    """A call at each tenth of a second: ten buckets of 100 ms never hold more than ten of them."""
    window = TimeWindow(1.0, 0.1)
    for step in range(1000):
        window.record(step * 0.1, False, False)
        assert window.calls == min(step + 1, 10)


@pytest.mark.parametrize("bucket", [0.1, 0.3, 0.7, 1.0, 1.1])
def test_a_bucket_begins_at_a_whole_multiple(bucket: float) -> None:
    """A call at the multiple is in the new bucket, one just before it in the old, for any float."""
    window = TimeWindow(10 * bucket, bucket)
    for number in range(1, 10_000):
        begin = number * bucket
        assert window.number_at(begin) == number
        assert window.number_at(nextafter(begin, 0.0)) == number - 1


def test_a_snapshot_shows_whole_buckets() -> None:
    """Nothing is seen of the bucket that fills; two whole ones are seen, then dropped."""
    window = SnapshotWindow(1.0, 0.5)
    window.record(0.1, True, False)
    assert seen(window) == (0, 0, 0, 0)
    window.record(0.6, False, True)
    assert seen(window) == (1, 1, 0, 0)
    window.bring(1.0)
    assert seen(window) == (2, 1, 1, 0)
    window.bring(1.5)
    assert seen(window) == (1, 0, 1, 0)
    window.bring(2.0)
    assert seen(window) == (0, 0, 0, 0)


def test_windows_are_bounded() -> None:
    """However many calls, a window keeps its size or its buckets."""
    counting = CountWindow(10)
    timed = TimeWindow(10.0, 1.0)
    for step in range(10_000):
        counting.record(step * 0.01, False, False)
        timed.record(step * 0.01, False, False)
    assert len(counting.ring) == 10
    assert len(timed.ring) == 10
    probing = half_open(replace(SETTINGS, permitted_calls=10**9, successes=1))
    assert probing.trial.size == 1


# C17: Hystrix.

HYSTRIX = breaker_settings(BreakerModel(profile="hystrix", minimum_calls=1))
"""With the volume threshold of Hystrix's tests."""


@pytest.mark.parametrize("calls", ["SSSSEEEE", "SSESESEE", "EEEE", "SSESEESEE"])
def test_hystrix_trips(calls: str) -> None:
    """C17-01, -02, -04 and -05: open at 50 % or more, when the health snapshot is taken."""
    breaker = Breaker(HYSTRIX)
    end(breaker, calls)
    breaker.bring(0.5)
    assert breaker.state == OPEN


def test_hystrix_does_not_trip_below_the_threshold() -> None:
    """Three of seven are not enough, and with too few calls nothing is."""
    breaker = Breaker(HYSTRIX)
    end(breaker, "SSESESE")
    breaker.bring(0.5)
    assert breaker.state == CLOSED
    few = Breaker(replace(HYSTRIX, minimum_calls=20))
    end(few, "E" * 19)
    few.bring(0.5)
    assert few.state == CLOSED


def test_hystrix_closes_after_a_probe() -> None:
    """C17-07, testCircuitClosedAfterSuccess: all are let through, and nothing is remembered."""
    breaker = Breaker(HYSTRIX)
    end(breaker, "EEEE")
    assert not breaker.try_acquire(0.6)
    end(breaker, "S", now=6.0)
    assert breaker.state == CLOSED
    end(breaker, "SSS", now=6.1)
    breaker.bring(6.5)
    assert (breaker.state, counts(breaker)) == (CLOSED, (3, 0, 0))


def test_hystrix_tries_again_and_again() -> None:
    """C17-08, testMultipleTimeWindowRetriesBeforeClosingCircuit: open, open, closed."""
    breaker = Breaker(HYSTRIX)
    end(breaker, "EEEE")
    states = []
    for now, call in [(6.0, "E"), (12.0, "E"), (18.0, "S")]:
        assert breaker.try_acquire(now)
        assert not breaker.try_acquire(now)
        breaker.record(now, 0.06, call == "E")
        states.append(NAMES[breaker.state])
        assert breaker.try_acquire(now) == (call == "S")
    assert states == ["open", "open", "closed"]


def test_hystrix_is_not_stuck() -> None:
    """C17-10, testUnsubscriptionDoesNotLeaveCircuitStuckHalfOpen: the next window tries again."""
    breaker = Breaker(HYSTRIX)
    end(breaker, "EEEE")
    assert breaker.try_acquire(6.0)
    breaker.release(6.0)
    assert breaker.state == OPEN
    assert not breaker.try_acquire(11.0)
    end(breaker, "S", now=11.1)
    assert breaker.state == CLOSED


def test_hystrix_sees_only_snapshots() -> None:
    """C17-11: it opens where the half second ends, and the sleep window begins there."""
    breaker = Breaker(HYSTRIX)
    end(breaker, "EEEEEEEE", now=0.001)
    end(breaker, "E", now=0.499)
    assert breaker.state == CLOSED
    assert not breaker.try_acquire(0.7)
    assert breaker.state == OPEN
    assert not breaker.try_acquire(5.5)
    assert breaker.counters(5.5)["open_seconds"] == 5.0
    assert breaker.try_acquire(5.501)


def test_hystrix_opens_when_good_calls_grow_old() -> None:
    """The rate is looked at in each snapshot, also while no call ends."""
    breaker = Breaker(replace(HYSTRIX, minimum_calls=2))
    end(breaker, "SSSS", now=0.1)
    end(breaker, "EEE", now=0.6)
    breaker.bring(10.4)
    assert breaker.state == CLOSED
    # At 10.5 s the bucket with the good ones is dropped.
    assert breaker.counters(12.0)["open_seconds"] == 1.5


# A14a: how likely the first full window opens it.


def opens(size: int, failed: list[bool]) -> bool:
    """Whether these calls open a breaker whose window they fill."""
    breaker = Breaker(BreakerSettings(window=size, minimum_calls=size))
    for each in failed:
        breaker.record(0.0, 0.1, each)
    return breaker.state == OPEN


def test_the_order_within_the_first_window_does_not_matter() -> None:
    """Of all 1,024 ways in which ten calls end, those with five failures or more open it."""
    for failed in product([False, True], repeat=10):
        assert opens(10, list(failed)) == (sum(failed) >= 5)


@pytest.mark.parametrize(
    ("size", "rate", "expected"),
    [
        (10, 0.2, 0.03279349760000002),
        (10, 0.3, 0.15026833259999994),
        (10, 0.45, 0.4955954083470705),
        (10, 0.5, 0.623046875),
        (20, 0.3, 0.047961897331343435),
        (20, 0.4, 0.24466279668360677),
        (20, 0.5, 0.5880985260009766),
        (100, 0.2, 2.1392506626195895e-11),
        (100, 0.4, 0.02709919775700904),
        (100, 0.45, 0.18272818468614613),
    ],
)
def test_how_likely_the_first_full_window_opens_it(size: int, rate: float, expected: float) -> None:
    """A14a: the binomial weights of the numbers of failures that open it, each tried shuffled."""
    random = Random(14)
    likely = 0.0
    for bad in range(size + 1):
        failed = [True] * bad + [False] * (size - bad)
        random.shuffle(failed)
        if opens(size, failed):
            likely += comb(size, bad) * rate**bad * (1.0 - rate) ** (size - bad)
    assert likely == pytest.approx(expected, rel=1e-9)
