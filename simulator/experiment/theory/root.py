"""Where a function crosses zero."""

from __future__ import annotations

from collections.abc import Callable

from scipy.optimize import brentq


def rising_root(function: Callable[[float], float], start: float) -> float:
    """The x >= 0 at which a rising function becomes 0; 0 if it is not negative there.

    `start` is a first guess of the scale, above 0.
    """
    if function(0.0) >= 0.0:
        return 0.0
    above = start
    while function(above) < 0.0:
        above *= 2.0
    root: float = brentq(function, 0.0, above, xtol=1e-15 * above, rtol=1e-14)
    return root
