"""Knative's windows, against its own tests (knative/serving, pkg/autoscaler/aggregation, at 98e5ef9)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.scaling.kpa.buckets import Buckets
from simulator.scaling.kpa.delay import Highest


def test_window_average() -> None:
    """TestTimedFloat64BucketsWindowAverage, step by step."""
    now = 1000.3
    buckets = Buckets(5.0)
    assert buckets.silent(now)
    buckets.record(now, 1)
    assert buckets.mean(now) == 1
    for second in range(1, 5):
        buckets.record(now + second, second + 1)
    assert buckets.mean(now + 4) == 15 / 5
    # `now` lags behind.
    assert buckets.mean(now + 3.6) == 15 / 5
    # A short hole, and a long one.
    assert buckets.mean(now + 6) == (15 - 1 - 2) / (5 - 2)
    assert buckets.mean(now + 10) == 0
    assert not buckets.silent(now + 9)
    assert buckets.silent(now + 10)
    # Writing after holes.
    buckets.record(now + 6, 91)
    assert buckets.mean(now + 6) == pytest.approx((15 - 1 - 2 + 91) / 5)
    # Much later.
    now += 60
    buckets.record(now, 1984)
    assert buckets.mean(now) == 1984
    # An earlier time.
    buckets.record(now - 3, 4)
    assert buckets.mean(now) == (4 + 1984) / 4
    now += 1
    buckets.record(now, 5)
    assert buckets.mean(now) == pytest.approx((4 + 1984 + 5) / 5)
    buckets.record(now - 3, 10)
    assert buckets.mean(now) == pytest.approx((4 + 10 + 1984 + 5) / 5)
    # Too early.
    buckets.record(now - 6, 10)
    buckets.record(now - 5, 10)
    assert buckets.mean(now) == pytest.approx((4 + 10 + 1984 + 5) / 5)
    # Nothing for exactly one window.
    buckets.record(now + 5, 10)
    assert buckets.mean(now + 5) == 10


def test_descending_record() -> None:
    """TestDescendingRecord: times may come in any order within the window."""
    buckets = Buckets(5.0)
    for second in range(8, -1, -1):
        buckets.record(1000.3 + second, 5)
    assert buckets.mean(1005.3) == 5


def test_several_in_one_second_add_up() -> None:
    """TestTimedFloat64BucketsSimple: the request that woke it, and what was reported with it."""
    buckets = Buckets(120.0)
    for at, value in ((0.0, 1.0), (0.1, 10.0), (1.0, 1.0), (3.0, 1.0)):
        buckets.record(at, value)
    assert buckets.values[:4] == [11.0, 1.0, 0.0, 1.0]
    assert buckets.mean(3.0) == 13 / 4


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 100)), min_size=1, max_size=60))
def test_like_a_plain_mean(steps: list[tuple[int, int]]) -> None:
    """With reports in order, the mean over the seconds since the first, at most five, of what was said."""
    buckets = Buckets(5.0)
    said: dict[int, int] = {}
    now = first = 0
    for gap, value in steps:
        if gap >= 5 or not said:
            said, first = {}, now + gap
        now += gap
        said[now] = said.get(now, 0) + value
        buckets.record(now + 0.5, value)
        counted = range(max(first, now - 4), now + 1)
        mean = sum(said.get(second, 0) for second in counted) / len(counted)
        assert buckets.mean(now + 0.5) == pytest.approx(mean, abs=1e-6)


@pytest.mark.parametrize(
    ("values", "highest"),
    [
        ([(0.0, 5)], 5),
        ([(0.0, 6), (0.5, 5)], 6),
        ([(0.0, 5), (1.0, 8)], 8),
        ([(0.0, 5), (6.0, 4)], 4),
    ],
    ids=["single value", "two values in same second", "two values", "time gap"],
)
def test_timed_window_max(values: list[tuple[float, int]], highest: int) -> None:
    """TestTimedWindowMax."""
    window = Highest(5.0, 1.0)
    for at, value in values:
        found = window.record(1000.0 + at, value)
    assert found == highest


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9)), min_size=1, max_size=60))
def test_like_a_plain_maximum(steps: list[tuple[int, int]]) -> None:
    """The highest of all that were recorded in the last five steps."""
    window = Highest(10.0, 2.0)
    said: list[tuple[int, int]] = []
    now = 0
    for gap, value in steps:
        now += gap
        said.append((now, value))
        assert window.record(2.0 * now, value) == max(each for at, each in said if at > now - 5)
