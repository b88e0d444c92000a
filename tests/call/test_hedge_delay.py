"""When copies are sent, and how many (Finagle, BackupRequestFilter)."""

from __future__ import annotations

from math import ceil, inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.call.hedge_budget import HedgeBudget
from simulator.call.hedge_delay import FixedDelay, PercentileDelay, bucket_of, middle_of

RESOLUTION = 1 / 128
"""The greatest relative error of a bucket's middle."""

latencies = st.floats(1e-6, 1e4)


def exact(values: list[float], share: float) -> float:
    """The least value that `share` of them do not pass."""
    return sorted(values)[max(1, ceil(share * len(values) - 1e-9)) - 1]


def test_a_fixed_delay_is_always_the_same() -> None:
    """Whatever the answers took."""
    delay = FixedDelay(0.05)
    delay.record(0.0, 10.0)
    assert [delay.delay(now) for now in (0.0, 100.0)] == [0.05, 0.05]


@given(seconds=st.floats(1e-9, 1e5))
def test_a_bucket_is_narrow(seconds: float) -> None:
    """Its middle is within 0.8 % of whatever falls into it."""
    assert middle_of(bucket_of(seconds)) == pytest.approx(seconds, rel=RESOLUTION)


@given(a=latencies, b=latencies)
def test_buckets_are_in_the_order_of_latencies(a: float, b: float) -> None:
    """What is longer is never in a lower bucket."""
    assert (bucket_of(a) <= bucket_of(b)) or a > b


@given(
    values=st.lists(latencies, min_size=1, max_size=50),
    share=st.sampled_from([0.01, 0.07, 0.5, 0.9, 0.95, 0.99]),
)
def test_the_delay_is_the_percentile(values: list[float], share: float) -> None:
    """Within the width of a bucket, once the first part of the window is full."""
    delay = PercentileDelay(share, minimum=0.0)
    for n, seconds in enumerate(values):
        delay.record(n * 9.0 / len(values), seconds)
    assert delay.delay(9.99) == inf
    assert delay.delay(10.0) == pytest.approx(exact(values, share), rel=RESOLUTION)


def test_a_percentile_that_falls_on_one_of_the_values_is_that_value() -> None:
    """The 7th percentile of a hundred values is the seventh, though 0.07 x 100 is above 7."""
    delay = PercentileDelay(0.07)
    for n in range(1, 101):
        delay.record(0.0, n / 10)
    assert delay.delay(10.0) == pytest.approx(0.7, rel=RESOLUTION)


def test_the_percentile_is_that_of_three_parts() -> None:
    """Each part of ten seconds counts when it is full, and for three parts."""
    delay = PercentileDelay(0.5)
    known = []
    for part, seconds in enumerate((0.1, 0.2, 0.3, 0.4, 0.5)):
        for n in range(100):
            delay.record(10.0 * part + n / 10, seconds)
            # Nothing changes while a part fills.
            assert delay.delay(10.0 * part + n / 10) == delay.delay(10.0 * part)
        known.append(delay.delay(10.0 * (part + 1)))
    assert known == pytest.approx([0.1, 0.1, 0.2, 0.3, 0.4], rel=RESOLUTION)


def test_what_is_old_is_forgotten_though_nobody_calls() -> None:
    """Parts in which nobody came are empty; after three of them nothing is known."""
    delay = PercentileDelay(0.5)
    delay.record(5.0, 0.1)
    assert delay.delay(39.9) == pytest.approx(0.1, rel=RESOLUTION)
    assert delay.delay(40.0) == inf
    delay.record(45.0, 0.2)
    assert delay.delay(1000.0) == inf


def test_a_window_can_have_another_length() -> None:
    """A third of it is a part."""
    delay = PercentileDelay(0.5, window=3.0)
    delay.record(0.5, 0.1)
    assert delay.delay(0.9) == inf
    assert delay.delay(1.0) == pytest.approx(0.1, rel=RESOLUTION)
    assert delay.delay(4.0) == inf


def test_the_delay_has_bounds() -> None:
    """No copy before the minimum, and none at all if the percentile reaches the maximum."""
    for seconds, expected in ((0.0, 0.001), (0.0005, 0.001), (2.1, inf)):
        delay = PercentileDelay(0.99, maximum=2.0)
        delay.record(0.0, seconds)
        assert delay.delay(10.0) == expected
    delay = PercentileDelay(0.99, maximum=2.0)
    delay.record(0.0, 1.9)
    assert delay.delay(10.0) == pytest.approx(1.9, rel=RESOLUTION)


def test_memory_does_not_grow_with_the_number_of_answers() -> None:
    """A hundred thousand latencies over three orders of magnitude fill as many buckets as there are."""
    values = np.random.default_rng(3).uniform(-3.0, 0.0, 100_000)
    delay = PercentileDelay(0.95)
    for n, power in enumerate(values.tolist()):
        delay.record(n / 1000, 10.0**power)
    # 10^3 is within 2^10, and both ends may share an octave with others.
    assert all(len(part) <= 11 * 64 for part in [delay.counts, *delay.full])
    assert len(delay.full) == 3
    # The 95th percentile of a uniform power is at -0.15; the standard error is that of a share.
    error = (0.95 * 0.05 / 30_000) ** 0.5 * 3.0
    assert np.log10(delay.delay(100.0)) == pytest.approx(-0.15, abs=3.3 * error + RESOLUTION / 2)


def test_a_budget_has_no_reserve() -> None:
    """At 1 % a hundred calls within ten seconds pay for the first copy, and for no second."""
    budget = HedgeBudget(0.01)
    for n in range(99):
        budget.started(n / 20)
    assert not budget.spend(4.95)
    budget.started(4.95)
    assert budget.spend(4.95)
    assert not budget.spend(4.95)


def test_what_is_not_spent_is_lost() -> None:
    """Ten seconds after the calls, less the second of a slice, they pay for nothing any more."""
    for later, paid in ((9.9, True), (10.0, False), (1000.0, False)):
        budget = HedgeBudget(0.01)
        for _ in range(100):
            budget.started(0.0)
        assert budget.spend(later) is paid


def test_slices_are_forgotten_one_by_one() -> None:
    """Of eight calls a second those of nine full slices remain, and those of the one under way."""
    budget = HedgeBudget(1.0)
    for n in range(200):
        budget.started(n * 0.125)
    assert sum(budget.spend(199 * 0.125) for _ in range(200)) == 80


def test_a_slice_begins_when_it_is_first_needed() -> None:
    """With a pause in between, what is kept may last a little longer (WindowedAdder)."""
    budget = HedgeBudget(0.01)
    for _ in range(100):
        budget.started(0.0)
    budget.started(1.5)
    assert budget.spend(10.25)


@pytest.mark.parametrize("share", [0.01, 0.05, 0.25, 1.0])
def test_copies_are_a_share_of_calls(share: float) -> None:
    """However many are wanted."""
    budget = HedgeBudget(share)
    copies = 0
    for n in range(20_000):
        budget.started(n / 100)
        copies += budget.spend(n / 100)
    assert copies == 20_000 * share


def test_a_copy_is_charged_to_the_time_in_which_it_is_sent() -> None:
    """The calls that paid for it are forgotten before it is, so the balance is below 0 for a while."""
    budget = HedgeBudget(0.5)
    for _ in range(4):
        budget.started(0.0)
    assert budget.spend(9.0)
    assert budget.spend(9.0)
    for _ in range(5):
        budget.started(10.0)
    assert not budget.spend(10.0)
    budget.started(10.0)
    assert budget.spend(10.0)
