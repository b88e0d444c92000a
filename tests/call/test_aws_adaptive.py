"""The AWS SDKs' adaptive mode, step by step against botocore's own tests."""

from __future__ import annotations

import pytest

from simulator.call.budget.aws_adaptive import (
    AwsAdaptiveBudget,
    ClientRateLimiter,
    CubicCalculator,
    RateClocker,
    TokenBucket,
)
from simulator.outcome import CANCELLED, ERROR, OK, RATE_LIMITED, SHED, TIMEOUT

EXACT = 1e-9

# tests/unit/retries/test_throttling.py


def test_starting_parameters() -> None:
    """test_starting_params: at 10/s the rate is back after 1.957 s."""
    assert CubicCalculator(10.0, 0.0).k == pytest.approx(1.9574338205844317, rel=EXACT)


def test_success_until_the_maximum() -> None:
    """test_success_responses_until_max_hit: below 10 before k, 10 at k, above after it (C15a-10)."""
    cubic = CubicCalculator(10.0, 0.0)
    k = cubic.k
    assert [cubic.success_received(k / part) < 10.0 for part in (3.0, 2.0, 1.1)] == [True] * 3
    assert cubic.success_received(k) == 10.0
    assert cubic.success_received(1.1 * k) > 10.0
    assert cubic.success_received(2.0 * k) > 10.0


def test_error_cuts_the_rate() -> None:
    """test_error_response_decreases_rate_by_beta: 8/s becomes 5.6/s (C15a-11)."""
    cubic = CubicCalculator(10.0, 0.0)
    assert cubic.error_received(8.0, 1.0) == pytest.approx(5.6, rel=EXACT)
    assert (cubic.w_max, cubic.last_fail) == (8.0, 1.0)
    assert cubic.k == pytest.approx(1.8171205928321397, rel=EXACT)


def test_growth_begins_where_the_cut_ended() -> None:
    """test_t_0_should_match_beta_decrease: with beta 0.6 it goes on from 6/s (C15a-12)."""
    cubic = CubicCalculator(10.0, 0.0, beta=0.6)
    assert cubic.error_received(10.0, 1.0) == 6.0
    assert cubic.success_received(1.0) == pytest.approx(6.0, rel=EXACT)


# tests/unit/retries/test_adaptive.py


def limiter(measured: float) -> ClientRateLimiter:
    """A limiter whose clocker has just measured so much, in a bucket of time that has just begun."""
    clocker = RateClocker(0.0)
    clocker.measured = measured
    return ClientRateLimiter(CubicCalculator(0.0, 0.0), clocker, TokenBucket(1.0, 0.0))


def test_no_waiting_before_the_first_throttling() -> None:
    """test_bucket_bucket_acquisition_only_if_enabled."""
    it = limiter(20.0)
    for _ in range(100):
        assert it.on_sending_request(0.0) == 0.0
    assert it.bucket.capacity == 0.0


def test_throttling_enables_it() -> None:
    """test_token_bucket_enabled_on_throttling_error: from then on tokens are taken."""
    it = limiter(21.0)
    it.on_receiving_response(0.0, throttled=True)
    # 0.7 of the measured rate, which is used as long as the bucket's own is not in force.
    assert it.bucket.fill_rate == pytest.approx(0.7 * 21.0, rel=EXACT)
    assert it.on_sending_request(0.0) == pytest.approx(1 / 14.7, rel=EXACT)


def test_throttled_again() -> None:
    """on_receiving_response: once enabled, the lower of the measured rate and the bucket's counts."""
    it = limiter(21.0)
    it.on_receiving_response(0.0, throttled=True)
    it.on_receiving_response(0.0, throttled=True)
    assert it.bucket.fill_rate == pytest.approx(0.7 * 0.7 * 21.0, rel=EXACT)


def test_never_more_than_twice_the_measured_rate() -> None:
    """test_max_rate_cant_exceed_20_percent_max: measured 20/s, CUBIC says 100: 40/s (C15a-13)."""
    it = limiter(20.0)
    it.cubic = CubicCalculator(100.0, 0.0)
    it.cubic.last_fail = -it.cubic.k  # CUBIC is at its maximum now
    assert it.cubic.success_received(0.0) == pytest.approx(100.0)
    it.on_receiving_response(0.0, throttled=False)
    assert it.bucket.fill_rate == 40.0


def test_rate_of_success_is_cubic() -> None:
    """test_max_rate_updated_on_success_response: below twice the measured rate it is CUBIC's."""
    it = limiter(21.0)
    it.cubic = CubicCalculator(20.0, 0.0)
    it.cubic.last_fail = -it.cubic.k
    it.on_receiving_response(0.0, throttled=False)
    assert it.bucket.fill_rate == pytest.approx(20.0, rel=EXACT)


def clocked(*times: float) -> RateClocker:
    clocker = RateClocker(0.0)
    for time in times:
        clocker.record(time)
    return clocker


def test_clocker_begins_at_nothing() -> None:
    """test_initial_rate_is_0."""
    assert RateClocker(0.0).measured == 0.0


def test_clocker_after_a_bucket() -> None:
    """test_time_updates_if_after_bucket_range: the first record at 1 s makes 0.8/s (C15a-14)."""
    assert RateClocker(0.0).record(1.0) == 0.8


def test_clocker_of_a_constant_rate() -> None:
    """test_can_measure_constant_rate: one a second is 1/s."""
    assert clocked(*range(1, 21)).measured == pytest.approx(1.0, abs=1e-7)


def test_clocker_favours_what_is_recent() -> None:
    """test_uses_smoothing_to_favor_recent_weights: almost 2/s, and much less after 10 s of nothing."""
    clocker = clocked(1, 1.5, 2, 2.5, 3, 3.5, 4)
    assert 1.99 <= clocker.measured <= 2.0
    before = clocker.measured
    assert clocker.record(14.0) == pytest.approx(0.8 * 0.1 + 0.2 * before, rel=EXACT)


def test_clocker_at_one_moment() -> None:
    """test_noop_when_delta_t_is_0: records of one moment are one bucket."""
    assert clocked(1, 1, 1, 2, 3).measured >= 1.0


def test_clocker_groups_by_half_seconds() -> None:
    """test_times_are_grouped_per_time_bucket: six by 0.5 s are 12/s, smoothed 9.6 (C15a-15)."""
    clocker = clocked(0.1, 0.2, 0.3, 0.4, 0.49)
    assert clocker.measured == 0.0
    assert clocker.record(0.5) == pytest.approx(12 * 0.8, rel=EXACT)


# tests/unit/retries/test_bucket.py


def test_bucket_gives_below_its_rate() -> None:
    """test_can_acquire_amount: one a second of ten."""
    bucket = TokenBucket(10.0, 0.0, min_rate=0.1)
    assert [bucket.acquire(float(now)) for now in range(1, 6)] == [0.0] * 5


def test_bucket_at_a_lower_rate() -> None:
    """test_can_change_max_capacity_lower: from ten a second to one, and one a second is there."""
    bucket = TokenBucket(10.0, 0.0, min_rate=0.1)
    assert [bucket.acquire(float(now)) for now in range(1, 6)] == [0.0] * 5
    bucket.set_max_rate(1.0, 5.0)
    assert bucket.capacity == 1.0
    assert [bucket.acquire(float(now)) for now in range(6, 11)] == [0.0] * 5


def test_bucket_holds_at_least_one() -> None:
    """test_max_capacity_is_at_least_one: at 0.5/s there is room for one (C15a-17)."""
    bucket = TokenBucket(10.0, 0.0, min_rate=0.1)
    bucket.set_max_rate(0.5, 1.0)
    assert (bucket.fill_rate, bucket.max_capacity) == (0.5, 1.0)


def test_bucket_at_its_rate() -> None:
    """test_can_retrieve_at_max_send_rate: twenty at intervals of 100 ms."""
    bucket = TokenBucket(10.0, 0.0, min_rate=0.1)
    assert [bucket.acquire(1 + 0.1 * step) for step in range(20)] == [0.0] * 20


def test_bucket_makes_one_wait() -> None:
    """test_acquiring_blocks_when_capacity_reached: at 0.15 s, until 0.2 s (C15a-16)."""
    bucket = TokenBucket(10.0, 0.0, min_rate=0.1)
    assert bucket.acquire(0.1) == 0.0
    assert bucket.capacity == 0.0
    assert bucket.acquire(0.15) == pytest.approx(0.05, rel=EXACT)
    bucket.refill(0.2)
    assert bucket.capacity == pytest.approx(0.0, abs=EXACT)
    assert bucket.acquire(0.300001) == 0.0


def test_bucket_rate_has_a_minimum() -> None:
    """test_rate_cant_go_below_min: 0.1/s becomes 0.2/s."""
    bucket = TokenBucket(1.0, 0.0, min_rate=0.2)
    bucket.set_max_rate(0.1, 1.0)
    assert (bucket.fill_rate, bucket.max_capacity) == (0.2, 1.0)


def test_those_who_wait_do_so_in_a_line() -> None:
    """Of five at once at 10/s, each waits for a token of its own; who leaves gives it back."""
    bucket = TokenBucket(10.0, 0.0)
    assert [bucket.acquire(0.0) for _ in range(5)] == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5])
    bucket.release(0.0)
    assert bucket.acquire(0.0) == pytest.approx(0.5)
    bucket.release(100.0)
    assert bucket.capacity == bucket.max_capacity == 10.0


# The whole.


def test_adaptive_is_standard_too() -> None:
    """The quota of mode `standard` holds in mode `adaptive` as well."""
    budget = AwsAdaptiveBudget()
    assert budget.spend(0.0, TIMEOUT) == 10.0
    assert budget.spend(0.0, ERROR) == 5.0
    budget.succeeded(0.0, 5.0)
    assert budget.counters(0.0) == {"balance": 490, "paced": 0}


@pytest.mark.parametrize(("outcome", "slows"), [(RATE_LIMITED, True), (SHED, True), (ERROR, False)])
def test_what_throttles(outcome: int, slows: bool) -> None:
    """Only an answer that says `fewer` slows the client down, and first attempts too."""
    budget = AwsAdaptiveBudget()
    for step in range(1, 21):
        budget.attempt_ended(step * 0.1, False, OK)
    budget.attempt_ended(2.1, False, outcome)
    waits = [budget.pace(2.1) for _ in range(10)]
    assert (waits[-1] > 0.0) is slows
    assert waits == sorted(waits)
    assert ("rate" in budget.counters(2.1)) is slows


def test_what_was_given_up_is_no_response() -> None:
    """An attempt without a response is not measured."""
    budget = AwsAdaptiveBudget()
    for step in range(1, 50):
        budget.attempt_ended(float(step), False, CANCELLED)
    assert budget.limiter.clocker.measured == 0.0


def test_a_place_given_back_is_the_next_ones() -> None:
    """Whoever cannot wait that long leaves the line as it was."""
    budget = AwsAdaptiveBudget()
    budget.attempt_ended(0.1, False, RATE_LIMITED)
    budget.pace(0.1)
    wait = budget.pace(0.1)
    for _ in range(100):
        budget.place_dropped(0.1)
        assert budget.pace(0.1) == pytest.approx(wait)
    assert budget.counters(0.1)["paced"] == 102


def test_a_client_finds_the_rate_that_it_is_given() -> None:
    """A callee that takes 20/s: from a client that would send 100/s it soon gets little more."""
    budget = AwsAdaptiveBudget()
    tokens, filled, now = 20.0, 0.0, 0.0
    sent = throttled = 0
    while now < 60.0:
        now += max(0.01, budget.pace(now))
        tokens = min(20.0, tokens + 20.0 * (now - filled))
        filled = now
        good = tokens >= 1.0
        tokens -= good
        if now > 20.0:
            sent += 1
            throttled += not good
        budget.attempt_ended(now, False, OK if good else RATE_LIMITED)
    assert throttled / sent < 0.1
    assert 0.6 * 20 < sent / 40 < 1.1 * 20
