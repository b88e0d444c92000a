"""Moments between two events, short to write, that read back to the last bit."""

from __future__ import annotations

from fractions import Fraction
from math import inf, nextafter

from hypothesis import given
from hypothesis import strategies as st

from simulator.live.moment import lasting_between, moment_between
from simulator.units import format_duration, parse_duration

TIMES = st.floats(0.0, 1e6, allow_subnormal=False)


def digits(time: float) -> int:
    """How many decimal places a time has."""
    places = 0
    while (Fraction(repr(time)) * 10**places).denominator != 1:
        places += 1
    return places


def fewer(places: int, low: float, high: float) -> bool:
    """Whether a decimal of fewer places lies between two times."""
    scale = 10 ** (places - 1)
    return (int(Fraction(low) * scale) + 1) / Fraction(scale) < Fraction(high)


@given(TIMES, st.floats(1e-12, 10.0))
def test_a_moment_lies_between_is_as_short_as_can_be_and_reads_back(low: float, gap: float) -> None:
    high = low + gap
    time = moment_between(low, high)
    if time is None:
        assert nextafter(low, inf) >= high
        return
    assert low < time < high
    assert parse_duration(format_duration(time)) == time
    places = digits(time)
    # Among the last digits of a float the decimal that is meant and its float differ.
    if 0 < places < 9:
        assert not fewer(places, low, high)


@given(TIMES, st.integers(1, 30))
def test_between_two_neighbouring_floats_there_is_none_and_among_a_few_there_is_one(
    low: float, steps: int
) -> None:
    high = low
    for _ in range(steps):
        high = nextafter(high, inf)
    time = moment_between(low, high)
    assert (time is None) == (steps == 1)
    assert time is None or low < time < high


@given(TIMES, st.floats(1e-9, 1e4), st.floats(1e-9, 1.0))
def test_what_lasts_so_long_ends_between(begin: float, after: float, gap: float) -> None:
    low = begin + after
    high = low + gap
    lasts = lasting_between(begin, low, high)
    if lasts is None:
        # Sums of floats skip some where the begin is large and the gap next to nothing.
        assert high - low < 1e-9
        return
    assert low < begin + lasts < high
    assert parse_duration(format_duration(lasts)) == lasts


def test_the_shortest_is_taken() -> None:
    assert moment_between(12.0312, 12.9) == 12.1
    assert moment_between(12.0312, 13.9) == 13.0
    assert moment_between(0.0, 0.004) == 0.001
    assert lasting_between(5.001, 9.0, 9.0012) == 4.0
    # Of 3.999 the sum is 9 s, which is the bound.
    assert 5.001 + 3.999 == 9.0
    assert lasting_between(5.001, 9.0, 9.001) == 3.9991
