"""Retry budgets against the real libraries' own tests, and against published results."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from random import Random

import pytest

from simulator.call.budget.aws_standard import AwsStandardBudget
from simulator.call.budget.base import DENIED, RetryBudget
from simulator.call.budget.envoy import EnvoyBudget
from simulator.call.budget.failure_rate import FailureRateBudget
from simulator.call.budget.finagle import FinagleBudget
from simulator.call.budget.grpc import GrpcBudget
from simulator.call.budget.token_bucket import TokenBucketBudget
from simulator.call.budget.windowed_adder import WindowedAdder
from simulator.outcome import (
    CANCELLED,
    DEGRADED,
    ERROR,
    NO_INSTANCE,
    OK,
    REFUSED,
    TIMEOUT,
    UNREACHABLE,
)


def granted(budget: RetryBudget, times: int, now: float = 0.0, outcome: int = ERROR) -> int:
    """How many of so many retries are paid for."""
    return sum(budget.spend(now, outcome) >= 0.0 for _ in range(times))


# The base.


def test_the_base_allows_everything() -> None:
    """RetryBudgetTest, Infinite: there is always a retry (C15b-02), and nothing to wait for."""
    budget = RetryBudget()
    budget.call_started(0.0)
    assert granted(budget, 1000) == 1000
    assert budget.pace(0.0) == 0.0
    assert budget.counters(0.0) == {}


# Finagle.


def test_finagle_empty() -> None:
    """RetryBudgetTest, Empty: without a share and a reserve no retry is paid for (C15b-01)."""
    budget = FinagleBudget(10.0, 0, 0.0)
    assert (budget.balance(0.0), granted(budget, 1)) == (0, 0)
    budget.call_started(0.0)
    assert (budget.balance(0.0), granted(budget, 1)) == (0, 0)
    assert budget.counters(0.0) == {"balance": 0}


def test_finagle_more_than_one_for_each() -> None:
    """RetryBudgetTest: at 200 % ten thousand calls pay for twenty thousand retries (C15b-04)."""
    budget = FinagleBudget(60.0, 0, 2.0)
    assert granted(budget, 1) == 0
    for _ in range(10_000):
        budget.call_started(0.0)
    assert budget.balance(0.0) == 20_000
    assert granted(budget, 20_001) == 20_000


@pytest.mark.parametrize(
    ("ttl", "reserve", "share", "slack"),
    [
        # apply minRetriesPerSec=0
        (60.0, 0, 0.1, 0),
        (60.0, 0, 0.5, 0),
        (60.0, 0, 0.25, 0),
        (60.0, 0, 0.75, 1),
        (60.0, 0, 0.99, 1),
        (60.0, 0, 0.999, 1),
        (60.0, 0, 0.9999, 1),
        (60.0, 0, 0.01, 0),
        (60.0, 0, 0.001, 0),
        (60.0, 0, 0.0001, 0),
        # apply with minRetries and maxPercentOver=0 (C15b-05, -06)
        (1.0, 10, 0.0, 0),
        (2.0, 5, 0.0, 0),
        # apply with minRetries and maxPercentOver (C15b-07, -08)
        (1.0, 10, 0.1, 0),
        (2.0, 5, 0.5, 0),
    ],
)
def test_finagle_share_and_reserve(ttl: float, reserve: int, share: float, slack: int) -> None:
    """RetryBudgetTest: with time standing still, each call retried if that is paid for."""
    budget = FinagleBudget(ttl, reserve, share)
    in_reserve = int(ttl) * reserve
    assert budget.balance(0.0) == in_reserve
    retried = 0
    for _ in range(10_000):
        budget.call_started(0.0)
        if budget.spend(0.0, ERROR) >= 0.0:
            retried += 1
        else:
            assert budget.balance(0.0) == 0
    assert abs(retried - (int(10_000 * share) + in_reserve)) <= slack


def test_finagle_standing_reserve() -> None:
    """With the defaults an idle client may retry a hundred times in an instant (C15b-10)."""
    budget = FinagleBudget(10.0, 10, 0.2)
    assert granted(budget, 150, now=50.0) == 100


def test_finagle_reserve_comes_back() -> None:
    """What was taken from the reserve is back when the window has moved past it, all at once."""
    budget = FinagleBudget(10.0, 10, 0.2)
    assert granted(budget, 150, now=0.5) == 100
    for second in range(1, 10):
        assert granted(budget, 1, now=float(second)) == 0
    assert granted(budget, 150, now=10.0) == 100


def test_finagle_deposits_leak_away() -> None:
    """Calls pay for retries for the time to live, and no longer."""
    budget = FinagleBudget(10.0, 0, 0.2)
    for _ in range(100):
        budget.call_started(0.5)
    assert budget.balance(9.9) == 20
    assert budget.balance(10.9) == 0


def test_windowed_adder_forgets_slice_by_slice() -> None:
    """WindowedAdderSpec: a sum over three slices drops one after the other."""
    adder = WindowedAdder(3.0, 3, 0.0)
    adder.add(1, 0.0)
    adder.add(10, 1.0)
    adder.add(100, 2.0)
    assert adder.sum(2.9) == 111
    assert adder.sum(3.0) == 110
    assert adder.sum(4.0) == 100
    assert adder.sum(5.0) == 0


def test_windowed_adder_skips_what_it_slept_through() -> None:
    """WindowedAdderSpec: after more than the span nothing is left; after two slices, one is."""
    adder = WindowedAdder(3.0, 3, 0.0)
    adder.add(1, 0.0)
    adder.add(10, 1.0)
    assert adder.sum(3.0) == 10
    adder.add(100, 3.5)
    assert adder.sum(100.0) == 0


# Envoy.


def send(budget: EnvoyBudget, attempts: int) -> None:
    for _ in range(attempts):
        budget.attempt_started(0.0, retry=False)


def test_envoy_minimum_then_share() -> None:
    """RouterRetryStateImplTest.BudgetVerifyMinimumConcurrency (C5-24, C5-25)."""
    budget = EnvoyBudget(0.2, 3)
    assert granted(budget, 2) == 2
    # Two are outstanding and no requests: the third is allowed, the fourth is not.
    assert granted(budget, 1) == 1
    assert granted(budget, 1) == 0
    # Twenty requests, the one that has just failed among them: a fifth of them is four.
    send(budget, 19)
    assert granted(budget, 1) == 1
    assert granted(budget, 1) == 0
    assert budget.counters(0.0)["balance"] == 0


def test_envoy_share_of_everything() -> None:
    """... with the share at 100 % the next one is allowed (C5-26)."""
    budget = EnvoyBudget(1.0, 3)
    send(budget, 19)
    assert granted(budget, 30) == 20


def test_envoy_budget_of_nothing() -> None:
    """RouterRetryStateImplTest.BudgetNoAvailableRetries: 0 % and 0 is no retry."""
    budget = EnvoyBudget(0.0, 0)
    send(budget, 20)
    assert granted(budget, 1) == 0


def test_envoy_share_is_rounded_down() -> None:
    """ResourceManagerImpl: max() is a whole number, so 20 % of 19 requests are three."""
    budget = EnvoyBudget(0.2, 0)
    send(budget, 18)
    assert granted(budget, 10) == 3


@pytest.mark.parametrize(("outcome", "expected"), [(ERROR, 1), (REFUSED, 1), (TIMEOUT, 0)])
def test_envoy_counts_the_attempt_that_has_just_been_answered(outcome: int, expected: int) -> None:
    """A stream with a response is still open when the retry is decided on; one that timed out not."""
    budget = EnvoyBudget(0.2, 0)
    send(budget, 5)
    budget.attempt_ended(0.0, False, outcome)
    assert budget.spend(0.0, outcome) == (1.0 if expected else DENIED)


def test_envoy_what_never_was_sent_is_not_active() -> None:
    """An attempt for which there was no instance had no stream."""
    budget = EnvoyBudget(0.2, 0)
    send(budget, 4)
    assert budget.spend(0.0, NO_INSTANCE) == DENIED
    assert budget.spend(0.0, ERROR) == 1.0


def test_envoy_retry_counts_from_decision_to_end() -> None:
    """A retry is outstanding while it backs off and while it is under way, then no more."""
    budget = EnvoyBudget(0.0, 1)
    assert granted(budget, 2) == 1
    budget.attempt_started(0.0, retry=True)
    assert granted(budget, 1) == 0
    budget.attempt_ended(0.0, True, ERROR)
    assert granted(budget, 2) == 1
    budget.retry_dropped(0.0)
    assert granted(budget, 2) == 1


def test_envoy_without_budget_is_max_retries() -> None:
    """A share of 0 is the circuit breaker max_retries: three at once, however many requests."""
    budget = EnvoyBudget(0.0, 3)
    send(budget, 1000)
    assert granted(budget, 10) == 3
    assert budget.counters(0.0) == {"balance": 0}
    budget.attempt_started(0.0, retry=True)
    budget.attempt_ended(0.0, True, OK)
    assert budget.counters(0.0)["balance"] == 1
    assert granted(budget, 10) == 1


def test_envoy_hedged_copies_leave_nothing_behind() -> None:
    """Copies of a retry are retries under way, and none is left when all have ended."""
    budget = EnvoyBudget(0.0, 3)
    assert granted(budget, 1) == 1
    for _ in range(3):
        budget.attempt_started(0.0, retry=True)
    assert granted(budget, 1) == 0
    for outcome in (CANCELLED, OK, CANCELLED):
        budget.attempt_ended(0.0, True, outcome)
    assert granted(budget, 10) == 3


# gRPC.

UNAVAILABLE = 1 << REFUSED


def ended(budget: RetryBudget, *outcomes: int) -> None:
    for outcome in outcomes:
        budget.attempt_ended(0.0, False, outcome)


def test_grpc_half_a_bucket_is_not_enough() -> None:
    """A6: five failures leave 5 of 10 tokens, and 5 is not more than 5 (C15b-11)."""
    budget = GrpcBudget(10, 0.1, UNAVAILABLE)
    for left in (9, 8, 7, 6):
        ended(budget, REFUSED)
        assert budget.counters(0.0)["balance"] == left
        assert granted(budget, 1) == 1
    ended(budget, REFUSED)
    assert budget.counters(0.0) == {"balance": 5}
    assert granted(budget, 1) == 0


def test_grpc_successes_let_it_rise_again() -> None:
    """A6: a success adds the ratio, and above the half retries are on again (C15b-12)."""
    budget = GrpcBudget(10, 0.1, UNAVAILABLE)
    ended(budget, *[REFUSED] * 6)
    ended(budget, *[OK] * 10)
    assert granted(budget, 1) == 0
    ended(budget, DEGRADED)
    assert granted(budget, 1) == 1


def test_grpc_stays_between_empty_and_full() -> None:
    """A6: tokens are from 0 to maxTokens."""
    budget = GrpcBudget(10, 0.1, UNAVAILABLE)
    ended(budget, OK, OK)
    assert budget.counters(0.0)["balance"] == 10
    ended(budget, *[REFUSED] * 20)
    assert budget.counters(0.0)["balance"] == 0


def test_grpc_other_failures_do_not_count() -> None:
    """A6: only what may be retried takes tokens; another failure neither takes nor adds."""
    budget = GrpcBudget(10, 0.1, UNAVAILABLE)
    ended(budget, REFUSED, *[ERROR] * 20, *[CANCELLED] * 20)
    assert budget.counters(0.0)["balance"] == 9


def test_grpc_ratio_has_three_decimals() -> None:
    """A6: further decimals of the ratio are ignored, and the three are exact."""
    budget = GrpcBudget(10, 0.0019, UNAVAILABLE)
    ended(budget, REFUSED, OK)
    assert budget.counters(0.0)["balance"] == 9.001
    budget = GrpcBudget(1000, 0.29, UNAVAILABLE)
    ended(budget, REFUSED, OK)
    assert budget.counters(0.0)["balance"] == 999.29


@pytest.mark.parametrize(("successes", "throttled"), [(9, True), (11, False)])
def test_grpc_switch(successes: int, throttled: bool) -> None:
    """A ratio of 0.1 switches retries off for good above 9.09 % failures, not below (C15b-14)."""
    budget = GrpcBudget(10, 0.1, UNAVAILABLE)
    for _ in range(1000):
        ended(budget, *[OK] * successes, REFUSED)
    assert (granted(budget, 1) == 0) is throttled


# AWS, mode standard.


def test_aws_costs() -> None:
    """test_can_acquire_quota_*: a retry costs 5 (C15a-03), after a timeout 10 (C15a-04)."""
    budget = AwsStandardBudget()
    assert budget.spend(0.0, ERROR) == 5.0
    assert budget.spend(0.0, TIMEOUT) == 10.0
    assert budget.spend(0.0, UNREACHABLE) == 10.0
    assert budget.available == 475


def test_aws_failure_gives_nothing_back() -> None:
    """test_dont_release_quota_if_all_retries_failed: 495 is left (C15a-05)."""
    budget = AwsStandardBudget()
    budget.spend(0.0, ERROR)
    budget.attempt_ended(0.0, True, ERROR)
    assert budget.available == 495


def test_aws_success_gives_the_last_cost_back() -> None:
    """test_can_release_quota_based_on_context_value_on_success: 495, and 500 after that."""
    budget = AwsStandardBudget()
    budget.spend(0.0, TIMEOUT)
    cost = budget.spend(0.0, ERROR)
    budget.succeeded(0.0, cost)
    assert budget.available == 490  # not what the timeout took


def test_aws_success_at_once_gives_one() -> None:
    """test_can_release_default_quota_if_not_in_context: 495, then 496 (C15a-06)."""
    budget = AwsStandardBudget()
    budget.spend(0.0, ERROR)
    budget.succeeded(0.0, 0.0)
    assert budget.available == 496


def test_aws_single_failure_changes_nothing() -> None:
    """test_single_failed_request_does_not_give_back_quota: 450 stays 450 (C15a-07)."""
    budget = AwsStandardBudget()
    assert granted(budget, 10) == 10
    budget.call_started(0.0)
    budget.attempt_started(0.0, False)
    budget.attempt_ended(0.0, False, ERROR)
    assert budget.available == 450


def test_aws_quota_runs_out() -> None:
    """test_acquire_quota_fails: a quota of 5 is one retry (C15a-08); 500 are a hundred."""
    budget = AwsStandardBudget(5)
    assert budget.spend(0.0, ERROR) == 5.0
    assert budget.spend(0.0, ERROR) == DENIED
    assert budget.counters(0.0) == {"balance": 0}
    assert granted(AwsStandardBudget(), 200) == 100
    assert granted(AwsStandardBudget(), 200, outcome=TIMEOUT) == 50


def test_aws_quota_is_never_above_its_size() -> None:
    """RetryQuota.release gives back no more than is missing (C15a-09)."""
    budget = AwsStandardBudget()
    budget.succeeded(0.0, 10.0)
    assert budget.available == 500
    cost = budget.spend(0.0, TIMEOUT)
    for _ in range(3):
        budget.succeeded(0.0, cost)
    assert budget.available == 500


# Brooker's.


def test_token_bucket_needs_more_than_it_takes() -> None:
    """Five tokens are four retries: with exactly one left there is none."""
    budget = TokenBucketBudget(0.1, 5.0)
    assert granted(budget, 10) == 4
    assert budget.counters(0.0) == {"balance": 1.0}
    budget.call_started(0.0)
    assert granted(budget, 10) == 1


def test_token_bucket_has_a_bound() -> None:
    """Calls that need no retry fill it up to its capacity only."""
    budget = TokenBucketBudget(0.5, 2.0)
    for _ in range(100):
        budget.call_started(0.0)
    assert budget.counters(0.0)["balance"] == 2.0


def test_failure_rate_counts_attempts_against_calls() -> None:
    """At exactly the limit there is a retry, above it none; failed retries count as well."""
    budget = FailureRateBudget(0.1)
    for _ in range(20):
        budget.call_started(0.0)
    ended(budget, ERROR, *[OK] * 18)
    assert budget.spend(0.0, ERROR) == 0.0
    budget.attempt_ended(0.0, True, ERROR)
    assert budget.spend(0.0, ERROR) == 0.0  # two of twenty
    budget.attempt_ended(0.0, True, ERROR)
    assert budget.spend(0.0, ERROR) == DENIED  # three of twenty
    assert budget.counters(0.0) == {"failure_rate": 0.15}


def test_failure_rate_does_not_count_what_was_given_up() -> None:
    """An attempt that nobody wanted any more says nothing about the callee."""
    budget = FailureRateBudget(0.1)
    budget.call_started(0.0)
    ended(budget, CANCELLED, CANCELLED)
    assert budget.counters(0.0)["failure_rate"] == 0.0


# The table of M. Brooker, "Fixing retries with token buckets and circuit breakers" (2022), for 100
# clients of 2,000 calls: the share of good calls, and attempts for each call.

CLIENTS, CALLS = 100, 2_000
UNLIMITED = 10**9


def replay(
    make: Callable[[], RetryBudget],
    attempts: int,
    failing: float,
    seed: int,
    clients: int = CLIENTS,
    calls: int = CALLS,
) -> tuple[float, float]:
    """Success and load when each attempt fails by itself with the same chance."""
    chance = Random(seed)
    good = sent = 0
    for _ in range(clients):
        budget = make()
        for _ in range(calls):
            budget.call_started(0.0)
            tried = 0
            while True:
                budget.attempt_started(0.0, tried > 0)
                sent += 1
                outcome = ERROR if chance.random() < failing else OK
                budget.attempt_ended(0.0, tried > 0, outcome)
                tried += 1
                if outcome == OK:
                    good += 1
                    budget.succeeded(0.0, 0.0)
                    break
                if tried >= attempts or budget.spend(0.0, outcome) < 0.0:
                    break
    return good / (clients * calls), sent / (clients * calls)


@pytest.mark.parametrize(
    ("failing", "success", "load"),
    [
        (0.01, 1.0, 1.0102),  # B4t.1
        (0.05, 1.0, 1.0532),
        (0.1, 0.9999, 1.1113),
        (0.2, 0.9984, 1.2468),
        (0.3, 0.9919, 1.4167),
        (0.5, 0.9367, 1.8748),
        (0.75, 0.6831, 2.7347),
    ],
)
def test_three_retries(failing: float, success: float, load: float) -> None:
    """Without a budget: load (1 - f^4) / (1 - f), success 1 - f^4, as published."""
    assert success == pytest.approx(1 - failing**4, abs=0.001)
    assert load == pytest.approx((1 - failing**4) / (1 - failing), rel=0.005)
    found, sent = replay(RetryBudget, 4, failing, seed=1)
    calls = CLIENTS * CALLS
    error = sqrt(failing**4 * (1 - failing**4) / calls)
    assert abs(found - (1 - failing**4)) <= 3.3 * error + 1e-12
    # An attempt count from 1 to 4 has a variance of 9/4 at most.
    assert abs(sent - (1 - failing**4) / (1 - failing)) <= 3.3 * sqrt(2.25 / calls)
    assert abs(found - success) <= 0.005
    assert abs(sent / load - 1) <= 0.005


@pytest.mark.parametrize(
    ("failing", "success", "load"),
    [
        (0.01, 0.9999, 1.0097),  # B4t.3
        (0.05, 0.9991, 1.0526),
        (0.1, 0.9274, 1.0305),
        (0.2, 0.8001, 1.0002),
        (0.3, 0.6991, 1.0),
        (0.5, 0.5017, 1.0),
        (0.75, 0.2483, 1.0),
    ],
)
def test_breaker_of_ten_percent(failing: float, success: float, load: float) -> None:
    """Retries stop for good once a client has seen more than a tenth fail, as published."""
    found, sent = replay(lambda: FailureRateBudget(0.1), 4, failing, seed=1, clients=400)
    assert abs(found - success) <= 0.005
    assert abs(sent / load - 1) <= 0.005


@pytest.mark.parametrize("failing", [0.01, 0.05, 0.2, 0.3, 0.5, 0.75])
def test_a_tenth_of_a_token_for_each_call(failing: float) -> None:
    """The load grows by f / (1 - f), or by a tenth and what was in the bucket, if that is less."""
    _, sent = replay(lambda: TokenBucketBudget(0.1, 5.0), UNLIMITED, failing, seed=1)
    extra = failing / (1 - failing)
    if extra > 0.1:
        # Four retries of the five tokens, and one for ten calls: every one is made.
        assert sent == pytest.approx(1 + 0.1 + 4 / CALLS, abs=1 / CALLS)
    else:
        assert abs(sent / (1 + extra) - 1) <= 0.005


def test_a_full_bucket_is_as_good_as_retrying_always() -> None:
    """Where few calls fail the token bucket loses hardly any."""
    found, _ = replay(lambda: TokenBucketBudget(0.1, 5.0), UNLIMITED, 0.01, seed=1)
    assert found >= 0.9999


def test_many_small_clients_have_much_in_their_buckets() -> None:
    """The same calls from more clients: every bucket begins full, and more is retried (B4u)."""
    loads = [
        replay(lambda: TokenBucketBudget(0.1, 5.0), 4, 0.2, seed=7, clients=clients, calls=calls)[1]
        for clients, calls in ((10, 2_000), (100, 200), (1000, 20))
    ]
    assert loads[0] < loads[1] < loads[2]
    assert loads[0] == pytest.approx(1.1, rel=0.005)


def test_many_small_clients_stop_retrying_too_early() -> None:
    """The same calls from more clients: one failure of few calls is too many, and less is retried.

    At 5 % failures, below the limit, a large client retries them all (B4u).
    """
    loads = [
        replay(lambda: FailureRateBudget(0.1), 4, 0.05, seed=7, clients=clients, calls=calls)[1]
        for clients, calls in ((10, 2_000), (100, 200), (1000, 20))
    ]
    assert loads[0] > loads[1] > loads[2]
    assert loads[0] == pytest.approx((1 - 0.05**4) / (1 - 0.05), rel=0.005)
