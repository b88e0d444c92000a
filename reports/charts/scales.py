"""Units and scales that suit the values: milliseconds or seconds, linear or logarithmic."""

from __future__ import annotations

from math import ceil, floor, log10

import numpy as np
from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from reports.charts.series import FloatArray

FAR_APART = 30.0
"""Highest over middle value from which on a logarithmic axis shows more."""
PLAIN = FuncFormatter(lambda value, _: f"{value:,.10g}")
"""Values as plain figures, without powers of ten."""


def time_unit(greatest: float) -> tuple[float, str]:
    """How many of a unit a second has, and its name: the one in which `greatest` (s) reads well."""
    if greatest >= 10.0:
        return 1.0, "s"
    return (1e3, "ms") if greatest >= 1e-3 else (1e6, "us")


def spread_out(*values: FloatArray) -> bool:
    """Whether values lie so far apart that a linear axis would show only the highest."""
    known = np.concatenate([each[np.isfinite(each) & (each > 0.0)] for each in values])
    return bool(len(known)) and bool(known.max() / np.median(known) > FAR_APART)


def logarithmic(axis: Axis, low: float, high: float, most: int) -> None:
    """Have an axis go from `low` to `high` by factors, with at most so many labels, in plain figures."""
    axes = axis.axes
    if axis is axes.xaxis:
        axes.set(xscale="log", xlim=(low, high))
    else:
        axes.set(yscale="log", ylim=(low, high))
    axis.set_major_locator(FixedLocator(round_values(low, high, most)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(PLAIN)


def round_values(low: float, high: float, most: int) -> list[float]:
    """1, 2, 5, 10, ... within bounds; or 1, 10, ...; or fewer still."""
    decades = range(floor(log10(low)), ceil(log10(high)) + 1)
    for steps in ((1.0, 2.0, 5.0), (1.0, 3.0), (1.0,)):
        values = [step * 10.0**decade for decade in decades for step in steps]
        inside = [each for each in values if low * 0.999 <= each <= high * 1.001]
        if len(inside) <= most:
            return inside
    return inside[:: ceil(len(inside) / most)]
