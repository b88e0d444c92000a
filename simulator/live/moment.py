"""Moments at which something is done: between two events, and short to write."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import floor, nextafter

MOST_DIGITS = 25
"""Decimal places that are tried; a double near 1 ns has as many."""


def moment_between(low: float, high: float) -> float | None:
    """The shortest decimal between two times, in seconds, which is neither; None if none is a float."""
    if nextafter(low, high) >= high:
        return None
    found = _shortest(Fraction(low), Fraction(high), lambda each: low < each < high)
    return nextafter(low, high) if found is None else found


def lasting_between(begin: float, low: float, high: float) -> float | None:
    """For how long something lasts that began at `begin` and ends between two times; None if none does.

    It is the shortest decimal whose sum with the begin, as floats add, is neither of them.
    """
    first = Fraction(begin)

    def fits(lasts: float) -> bool:
        return low < begin + lasts < high

    return _shortest(Fraction(low) - first, Fraction(high) - first, fits)


def _shortest(low: Fraction, high: Fraction, fits: Callable[[float], bool]) -> float | None:
    """The decimal with the fewest places between two numbers that fits, as the nearest float."""
    for digits in range(MOST_DIGITS + 1):
        scale = 10**digits
        first, middle = floor(low * scale) + 1, floor((low + high) / 2 * scale)
        # The first may be so near to the bound that its float, or a sum with it, is the bound.
        for number in (first, first + 1, middle):
            decimal = Fraction(number, scale)
            if low < decimal < high and fits(float(decimal)):
                return float(decimal)
    return None
