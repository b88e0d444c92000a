"""Round numbers for axes: some digits times a power of ten."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, isfinite, log10

NEAR = 1e-9
"""A share by which a round number may be missed and still be meant."""


def round_up(value: float, digits: Sequence[float]) -> float:
    """The next one that is not below `value`; 1 where there is nothing to be rounded.

    `digits` ascend from 1 on, and are below 10.
    """
    if not (value > 0.0 and isfinite(value)):
        return 1.0
    power = 10.0 ** floor(log10(value))
    found = (digit * power for digit in digits if digit * power >= value * (1.0 - NEAR))
    return next(found, 10.0 * power)


def round_down(value: float, digits: Sequence[float]) -> float:
    """The same for the next one that is not above."""
    if not (value > 0.0 and isfinite(value)):
        return 1.0
    power = 10.0 ** floor(log10(value))
    return max(digit * power for digit in digits if digit * power <= value * (1.0 + NEAR))
