"""Rate limiters, against resilience4j's own tests, queueing theory, and the law that each one keeps."""

from __future__ import annotations

from collections import Counter
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.call.rate_limit.base import RateLimiter
from simulator.call.rate_limit.fixed_window import FixedWindow
from simulator.call.rate_limit.leaky_bucket import LeakyBucket
from simulator.call.rate_limit.sliding_window import SlidingWindow
from simulator.call.rate_limit.token_bucket import TokenBucket

CYCLE = 250_000_000
"""Nanoseconds, in AtomicRateLimiterTest."""


def at(nanoseconds: int) -> float:
    return nanoseconds / 1e9


def reserve(limiter: RateLimiter, time: int, patience: int) -> int:
    """A reservation in nanoseconds."""
    wait = limiter.reserve(at(time), at(patience))
    return -1 if wait < 0.0 else round(wait * 1e9)


def state(limiter: FixedWindow, time: int) -> tuple[int, int]:
    """The permits that are left, and the nanoseconds that one more would have to wait."""
    return limiter.available(at(time)), round(limiter.wait(at(time)) * 1e9)


# The fixed window, row by row (resilience4j, AtomicRateLimiterTest).


def test_permits_are_reserved_of_the_next_cycle() -> None:
    """Three go, three reserve what the next cycle has, and the rest would wait too long."""
    cycle = 10_000_000
    limiter = FixedWindow(3, 0.010)
    waits = [reserve(limiter, cycle + n, 12_000_000) for n in range(1, 10)]
    # C2-01, reservePermissionsUpfront
    assert waits == [0, 0, 0, cycle - 4, cycle - 5, cycle - 6, -1, -1, -1]


def test_a_refused_request_changes_nothing() -> None:
    """The permit of each cycle goes once, and asking again is in vain and without effect."""
    limiter = FixedWindow(1, 0.25)
    for cycle in (CYCLE, 2 * CYCLE):
        assert reserve(limiter, cycle, 0) == 0
        assert state(limiter, cycle) == (0, CYCLE)
        assert reserve(limiter, cycle, 0) == -1
        assert state(limiter, cycle) == (0, CYCLE)  # C2-02, acquireAndRefreshWithEventPublishing
    assert state(limiter, 3 * CYCLE - 1) == (0, 1)  # rejectedByTimeoutNonBlocking


def test_skipped_cycles_do_not_accumulate() -> None:
    """A reservation takes the count below 0; after idle cycles there is one permit, not five."""
    limiter = FixedWindow(1, 0.25)
    assert reserve(limiter, CYCLE, CYCLE) == 0
    assert state(limiter, CYCLE) == (0, CYCLE)
    assert reserve(limiter, CYCLE, CYCLE) == CYCLE
    assert state(limiter, CYCLE) == (-1, 2 * CYCLE)
    assert reserve(limiter, CYCLE, CYCLE) == -1
    assert state(limiter, CYCLE) == (-1, 2 * CYCLE)  # C2-04
    # C2-05, reserveFewThenSkipCyclesBeforeRefreshNonBlocking
    assert state(limiter, 6 * CYCLE + 10) == (1, 0)


def test_a_new_limit_holds_for_what_is_reserved_too() -> None:
    """Twice the limit brings the next free permit one cycle nearer."""
    limiter = FixedWindow(1, 0.25)
    assert reserve(limiter, CYCLE, CYCLE) == 0
    assert reserve(limiter, CYCLE, CYCLE) == CYCLE
    assert state(limiter, CYCLE) == (-1, 2 * CYCLE)
    limiter.change_limit(2)
    assert state(limiter, CYCLE) == (-1, CYCLE)
    # C2-07, changePermissionsLimitBetweenCycles
    assert state(limiter, 2 * CYCLE + 10) == (1, 0)


def test_a_reserved_permit_is_used_up_when_its_cycle_begins() -> None:
    """Once the waiter has its turn the cycle is used up."""
    limiter = FixedWindow(1, 0.25)
    assert reserve(limiter, CYCLE, CYCLE) == 0
    assert reserve(limiter, CYCLE, CYCLE) == CYCLE
    assert state(limiter, 2 * CYCLE + 10) == (0, CYCLE - 10)  # C2-08, reserveAndRefresh


def test_a_permit_is_not_given_back() -> None:
    """Who gives up while waiting leaves the permit reserved (waitingThreadIsInterrupted)."""
    limiter = FixedWindow(1, 0.25)
    assert reserve(limiter, CYCLE, CYCLE) == 0
    assert reserve(limiter, CYCLE, CYCLE) == CYCLE
    limiter.cancel(at(CYCLE))
    assert state(limiter, CYCLE) == (-1, 2 * CYCLE)


def test_cycles_begin_exactly_at_multiples_of_the_period() -> None:
    """Also where floats fall short, as 0.29 / 0.01 does of 29."""
    limiter = FixedWindow(1, 0.01)
    for n in range(10_000):
        assert limiter.reserve(n * 0.01, 0.0) == 0.0
        assert limiter.wait(n * 0.01) == 0.01


# Token and leaky buckets.


def test_a_token_bucket_starts_full_and_lends_what_is_to_come() -> None:
    """A burst goes at once, then one waits for each token, and an impatient one takes nothing."""
    bucket = TokenBucket(10.0, 3)
    assert [bucket.reserve(0.0, 0.0) for _ in range(4)] == [0.0, 0.0, 0.0, -1.0]
    assert [bucket.reserve(0.0, 1.0) for _ in range(2)] == [0.1, 0.2]
    assert bucket.reserve(0.0, 0.25) == -1.0
    assert bucket.reserve(0.25, 0.05) == 0.05
    assert [bucket.reserve(100.0, 0.0) for _ in range(4)] == [0.0, 0.0, 0.0, -1.0]


def test_a_token_bucket_keeps_up_with_its_own_rate() -> None:
    """Requests exactly 1/rate apart all go, whatever rounding makes of the times."""
    bucket = TokenBucket(10.0, 1)
    assert {bucket.reserve(n * 0.1, 0.0) for n in range(10_000)} == {0.0}


def test_a_token_is_given_back_by_one_who_waits_alone() -> None:
    """It is as if that one had never asked (x/time/rate, CancelAt)."""
    bucket = TokenBucket(10.0, 1)
    assert bucket.reserve(0.0, 1.0) == 0.0
    assert bucket.reserve(0.0, 1.0) == 0.1
    bucket.cancel(0.05)
    assert bucket.reserve(0.05, 1.0) == pytest.approx(0.05, abs=1e-12)


def test_a_token_is_lost_if_a_later_one_is_reserved() -> None:
    """Whoever reserved later keeps that time, so nobody comes earlier for it."""
    bucket = TokenBucket(10.0, 1)
    assert [bucket.reserve(0.0, 1.0) for _ in range(3)] == [0.0, 0.1, 0.2]
    bucket.cancel(0.05)
    assert bucket.reserve(0.05, 1.0) == pytest.approx(0.25, abs=1e-12)


@pytest.mark.parametrize(
    ("rate", "burst", "arrivals", "rejected"),
    [
        pytest.param(1.0, 1, 0.5, 0.333333, id="A12c.1"),
        pytest.param(1.0, 10, 0.95, 0.030596, id="A12c.3"),
        pytest.param(1.0, 20, 1.0, 0.025210, id="A12c.4"),
        pytest.param(10.0, 6, 8.5, 0.032869, id="A12c.6"),
        pytest.param(100.0, 20, 95.0, 0.008069, id="A12c.7"),
        pytest.param(1.0, 2, 0.9, 0.234637, id="A12c.9"),
    ],
)
def test_a_policer_rejects_as_a_queue_with_patience_does(
    rate: float, burst: int, arrivals: float, rejected: float
) -> None:
    """Poisson arrivals at a token bucket: M/D/1 whose customers wait at most (burst - 1)/rate."""
    batches, size = 40, 10_000
    generator = np.random.default_rng(12)
    times = np.cumsum(generator.exponential(1.0 / arrivals, (batches + 1) * size))
    bucket = TokenBucket(rate, burst)
    refused = np.array([bucket.reserve(now, 0.0) < 0.0 for now in times.tolist()])
    # The first batch fills and empties the bucket often enough to forget that it began full.
    means = refused.reshape(batches + 1, size).mean(axis=1)[1:]
    error = means.std(ddof=1) / np.sqrt(batches)
    assert abs(means.mean() - rejected) < 3.3 * error
    assert error < 0.1 * rejected


def test_a_leaky_bucket_spaces_what_came_at_once() -> None:
    """Of five at once the first goes, three drip, and the fifth is more than the bucket holds."""
    bucket = LeakyBucket(10.0, 3)
    assert [bucket.reserve(0.0, inf) for _ in range(5)] == [0.0, 0.1, 0.2, 0.3, -1.0]
    # One has dripped out after 0.1 s, so there is room for one.
    assert [bucket.reserve(0.1, inf) for _ in range(2)] == [pytest.approx(0.3), -1.0]
    assert bucket.reserve(0.1, 0.0) == -1.0


def test_a_leaky_bucket_of_no_capacity_refuses_what_comes_too_early() -> None:
    """With burst 0 nothing waits; what comes exactly in time goes."""
    bucket = LeakyBucket(10.0, 0)
    assert [bucket.reserve(now, inf) for now in (0.0, 0.05, 0.1, 0.19)] == [0.0, -1.0, 0.0, -1.0]
    assert {bucket.reserve(1.0 + n * 0.1, inf) for n in range(10_000)} == {0.0}


def test_a_leaky_bucket_gives_nothing_back() -> None:
    """Who gives up has been counted, and its turn passes unused."""
    bucket = LeakyBucket(10.0, 3)
    assert [bucket.reserve(0.0, inf) for _ in range(2)] == [0.0, 0.1]
    bucket.cancel(0.0)
    assert bucket.reserve(0.0, inf) == 0.2


def test_a_sliding_window_opens_one_by_one() -> None:
    """Each place is free again a period after it was taken, not all at once."""
    window = SlidingWindow(2, 1.0)
    assert [window.reserve(now, 0.0) for now in (0.0, 0.75, 0.875)] == [0.0, 0.0, -1.0]
    assert [window.reserve(now, 0.0) for now in (1.0, 1.5, 1.75)] == [0.0, -1.0, 0.0]
    assert [window.reserve(1.75, 1.5) for _ in range(3)] == [0.25, 1.0, 1.25]
    assert window.reserve(1.75, 1.0) == -1.0
    window.cancel(1.75)
    assert window.reserve(1.75, 3.0) == 2.0


# Laws: no schedule breaks them, and nothing is refused that would not have.

NS = 1e-9
patience = st.one_of(st.just(0.0), st.floats(0.0, 2.0), st.sampled_from([0.1, 0.5, 1.0]))
gap = st.one_of(st.just(0.0), st.floats(0.0, 1.0), st.sampled_from([0.1, 0.125, 0.5, 1.0]))
asks = st.lists(st.tuples(gap, patience), min_size=1, max_size=40)


def ask_all(
    limiter: RateLimiter, requests: list[tuple[float, float]]
) -> tuple[list[float], list[tuple[int, float]]]:
    """When those that may go go, and of each refused: how many came before, and its latest time."""
    starts: list[float] = []
    refused: list[tuple[int, float]] = []
    now = 0.0
    for gap, patience in requests:
        now += gap
        wait = limiter.reserve(now, patience)
        if wait == -1.0:
            refused.append((len(starts), now + patience))
            continue
        assert 0.0 <= wait <= patience
        assert not starts or now + wait >= starts[-1] - 2 * NS
        starts.append(now + wait)
    return starts, refused


def beyond_bucket(starts: list[float], rate: float, burst: int) -> float:
    """By how many requests any time sees more than `burst + rate x time`; negative if none does."""
    ordered = sorted(starts)
    return max(
        last - first + 1 - burst - rate * (ordered[last] - ordered[first])
        for first in range(len(ordered))
        for last in range(first, len(ordered))
    )


def too_close(starts: list[float], limit: int, period: float) -> float:
    """By how many seconds a request is less than `period` after the one `limit` before."""
    ordered = sorted(starts)
    return max(
        (period - (ordered[n] - ordered[n - limit]) for n in range(limit, len(ordered))),
        default=-period,
    )


@given(requests=asks, rate=st.sampled_from([1.0, 3.0, 10.0]), burst=st.integers(1, 5))
def test_no_time_sees_more_than_a_token_bucket_allows(
    requests: list[tuple[float, float]], rate: float, burst: int
) -> None:
    """At most burst + rate x t requests in any time t, and no request is refused without need."""
    starts, refused = ask_all(TokenBucket(rate, burst), requests)
    assert beyond_bucket(starts, rate, burst) <= 2 * NS * rate
    for before, latest in refused:
        assert beyond_bucket([*starts[:before], latest], rate, burst) > 0.5 * NS * rate


@given(
    steps=st.lists(st.tuples(gap, patience, st.integers(-3, 5)), min_size=1, max_size=40),
    burst=st.integers(1, 3),
)
def test_no_time_sees_more_though_some_give_up(
    steps: list[tuple[float, float, int]], burst: int
) -> None:
    """Tokens that are given back never let more go than if those who gave up had not asked."""
    rate = 3.0
    bucket = TokenBucket(rate, burst)
    starts: list[float] = []
    now = 0.0
    for gap, patience, quitter in steps:
        now += gap
        waiting = [start for start in starts if start > now + 2 * NS]
        if 0 <= quitter < len(waiting):
            starts.remove(waiting[quitter])
            bucket.cancel(now)
        wait = bucket.reserve(now, patience)
        if wait >= 0.0:
            starts.append(now + wait)
    assert not starts or beyond_bucket(starts, rate, burst) <= 2 * NS * rate


@given(
    requests=asks,
    rate=st.sampled_from([1.0, 3.0, 10.0]),
    capacity=st.sampled_from([0.0, 1.0, 4.0, inf]),
)
def test_a_leaky_bucket_lets_go_evenly(
    requests: list[tuple[float, float]], rate: float, capacity: float
) -> None:
    """Two are never closer than 1/rate; whoever is refused would be, or has too many before it."""
    longest = capacity / rate
    bounded = [(gap, min(patience, longest)) for gap, patience in requests]
    starts, refused = ask_all(LeakyBucket(rate, capacity), bounded)
    assert too_close(starts, 1, 1.0 / rate) <= 2 * NS
    for before, latest in refused:
        assert too_close([*starts[:before], latest], 1, 1.0 / rate) > 0.5 * NS


@given(requests=asks, rate=st.sampled_from([1.0, 3.0, 10.0]), capacity=st.integers(0, 4))
def test_a_leaky_bucket_holds_no_more_than_its_capacity(
    requests: list[tuple[float, float]], rate: float, capacity: int
) -> None:
    """Nobody waits longer than it takes the whole bucket to drip out."""
    bucket = LeakyBucket(rate, capacity)
    now = 0.0
    for gap, _ in requests:
        now += gap
        assert bucket.reserve(now, inf) <= capacity / rate + 2 * NS


@given(
    requests=st.lists(
        st.tuples(st.integers(0, 500_000_000), st.integers(0, 1_000_000_000)),
        min_size=1,
        max_size=40,
    ),
    limit=st.integers(1, 4),
    period=st.sampled_from([100_000_000, 300_000_001, 7]),
)
def test_no_cycle_sees_more_than_a_fixed_window_allows(
    requests: list[tuple[int, int]], limit: int, period: int
) -> None:
    """At most `limit` in a cycle, and whoever is refused finds all cycles in reach full."""
    limiter = FixedWindow(limit, at(period))
    cycles: Counter[int] = Counter()
    now = 0
    for gap, patience in requests:
        now += gap
        wait = reserve(limiter, now, patience)
        if wait >= 0:
            cycles[(now + wait) // period] += 1
        else:
            reach = range(now // period, (now + patience) // period + 1)
            assert all(cycles[cycle] == limit for cycle in reach)
    assert max(cycles.values()) <= limit


@given(requests=asks, limit=st.integers(1, 4), period=st.sampled_from([0.3, 1.0]))
def test_no_window_sees_more_than_a_sliding_window_allows(
    requests: list[tuple[float, float]], limit: int, period: float
) -> None:
    """At most `limit` in any `period`, wherever it begins, and no request is refused without need."""
    starts, refused = ask_all(SlidingWindow(limit, period), requests)
    assert too_close(starts, limit, period) <= 2 * NS
    for before, latest in refused:
        assert too_close([*starts[:before], latest], limit, period) > 0.5 * NS
