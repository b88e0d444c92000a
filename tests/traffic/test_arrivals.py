"""Rates that change, and the arrivals that follow them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.traffic.arrivals.arrivals import Arrivals
from simulator.traffic.arrivals.bursts import Bursts
from simulator.traffic.arrivals.constant import Constant
from simulator.traffic.arrivals.erlang import Erlang
from simulator.traffic.arrivals.poisson import Poisson
from simulator.traffic.arrivals.trace import Trace
from simulator.traffic.rate import Change, RateCurve

Z = 4.5
RAMP = RateCurve.changing(100.0, [Change(10.0, 300.0, 5.0), Change(20.0, 0.0), Change(30.0, 50.0)])


def until(arrivals: Arrivals, end: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """All arrivals before `end`."""
    times: list[float] = []
    while block := arrivals.block():
        times += block
        if times[-1] >= end:
            break
    found = np.array(times)
    return found[found < end]


def rng(number: int = 1) -> np.random.Generator:
    return np.random.default_rng(number)


def test_areas_by_hand() -> None:
    """A base, a ramp, a stop and a new start, added up by hand."""
    # 10 s of 100, 5 s from 100 to 300, 5 s of 300, 10 s of nothing, 2 s of 50.
    for time, area in (
        (10.0, 1000.0),
        (15.0, 2000.0),
        (20.0, 3500.0),
        (29.0, 3500.0),
        (32.0, 3600.0),
    ):
        assert RAMP.area_until(time) == pytest.approx(area)
    assert RAMP.rate_at(12.5) == pytest.approx(200.0)
    assert RAMP.times_of(np.array([3500.0]))[0] == 30.0


@given(
    st.lists(
        st.tuples(st.floats(0.1, 50.0), st.floats(0.0, 500.0), st.floats(0.0, 40.0)), max_size=6
    ),
    st.floats(0.01, 0.99),
)
def test_the_inverse_undoes_the_integral(
    parts: list[tuple[float, float, float]], share: float
) -> None:
    """Whatever the profile, the time at which an area is reached has that area before it."""
    at, changes = 0.0, []
    for gap, rate, over in parts:
        at += gap
        changes.append(Change(at, rate, over))
    curve = RateCurve.changing(20.0, changes)
    area = share * curve.area_until(at + 60.0)
    time = float(curve.times_of(np.array([area]))[0])
    assert curve.area_until(time) == pytest.approx(area, rel=1e-9, abs=1e-9)


def test_an_area_never_reached_is_never() -> None:
    """A rate that stops for good ends the arrivals."""
    curve = RateCurve.changing(10.0, [Change(5.0, 0.0)])
    assert curve.times_of(np.array([51.0]))[0] == np.inf
    times = until(Poisson(curve, rng()), 1e9)
    assert 0 < len(times) < 100
    assert times.max() < 5.0


def test_a_daily_curve_has_its_mean_and_its_peak() -> None:
    """The mean rate over a period is the base; the peak is where and as high as it was said."""
    curve = RateCurve.daily(100.0, 0.6, 20.0, 86.4, 400.0)
    assert curve.area_until(86.4 * 4) == pytest.approx(100.0 * 86.4 * 4, rel=1e-4)
    assert curve.rate_at(20.0) == pytest.approx(160.0, rel=1e-3)
    assert curve.rate_at(20.0 + 43.2) == pytest.approx(40.0, rel=1e-2)


def test_poisson_counts_follow_the_rate() -> None:
    """The arrivals of each stretch are as many as the area says, within 4.5 standard errors."""
    edges = [0.0, 10.0, 12.0, 15.0, 20.0, 30.0, 40.0]
    totals = np.zeros(len(edges) - 1)
    rounds = 40
    for seed in range(rounds):
        totals += np.histogram(until(Poisson(RAMP, rng(seed)), 40.0), edges)[0]
    for number, (start, end) in enumerate(pairwise(edges)):
        expected = rounds * (RAMP.area_until(end) - RAMP.area_until(start))
        assert abs(totals[number] - expected) <= Z * sqrt(expected)


@pytest.mark.parametrize(
    ("make", "cv"),
    [(Poisson, 1.0), (Constant, 0.0), (lambda curve, generator: Erlang(curve, generator, 4), 0.5)],
    ids=["poisson", "constant", "erlang"],
)
def test_distances_vary_as_they_should(make: Callable[..., Arrivals], cv: float) -> None:
    """Mean and coefficient of variation of the distances between arrivals."""
    gaps = np.diff(until(make(RateCurve.constant(50.0), rng()), 2000.0))
    count = len(gaps)
    assert gaps.mean() == pytest.approx(0.02, abs=Z * cv * 0.02 / sqrt(count) + 1e-9)
    # The variance of a sample variance of gamma distances is below (2 + 6 cv^2) cv^4 / n.
    error = Z * cv * sqrt((2.0 + 6.0 * cv**2) / count)
    assert gaps.std() / gaps.mean() == pytest.approx(cv, abs=error + 1e-6)


def test_bursts_have_the_mean_and_the_dispersion_of_the_formula() -> None:
    """A two-state Markov-modulated Poisson process, by the cookbook of Fischer and Meier-Hellstern."""
    rate, states = 100.0, [(0.5, 2.0), (3.0, 1.0)]
    (low, stay_low), (high, stay_high) = ((rate * times, stay) for times, stay in states)
    leave_low, leave_high = 1.0 / stay_low, 1.0 / stay_high
    both = leave_low + leave_high
    mean = (low * leave_high + high * leave_low) / both
    window, end = 50.0, 100_000.0
    dispersion = 1.0 + 2.0 * (high - low) ** 2 * leave_low * leave_high / (both**3 * mean) * (
        1.0 - (1.0 - np.exp(-both * window)) / (both * window)
    )
    arrivals = Bursts(RateCurve.constant(rate), rng(3), rng(4), states)
    counts = np.histogram(until(arrivals, end), np.arange(0.0, end + window, window))[0]
    number = len(counts)
    error = sqrt(dispersion * mean * window / number) / window
    assert abs(counts.mean() / window - mean) <= Z * error
    assert counts.var() / counts.mean() == pytest.approx(
        dispersion, rel=Z * sqrt(2.0 / number) * 1.2
    )


MAKERS: dict[str, Callable[[int], Arrivals]] = {
    "poisson": lambda block: Poisson(RAMP, rng(), block),
    "constant": lambda block: Constant(RAMP, rng(), block),
    "erlang": lambda block: Erlang(RAMP, rng(), 3, block),
    "bursts": lambda block: Bursts(RAMP, rng(), rng(2), [(1.0, 2.0), (4.0, 1.0)], block),
    "trace": lambda block: Trace([0.1 * n for n in range(5000)], block),
}


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_the_size_of_the_blocks_does_not_show(name: str) -> None:
    """Seven at a time or a thousand: the same times to the last bit, and in order."""
    few, many = (until(MAKERS[name](block), 60.0) for block in (7, 1024))
    assert np.array_equal(few, many)
    assert len(many) > 100
    assert (np.diff(many) >= 0.0).all()
