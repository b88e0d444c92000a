"""A mean and how far off it may be, as people read it: `17.1 ± 1.3 ms`."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10

from reports.quantity import MISSING
from simulator.experiment.measures import Unit
from simulator.experiment.statistics import Interval

MOST_DECIMALS = 3
TIMES = (("s", 1.0), ("ms", 1e-3), ("us", 1e-6), ("ns", 1e-9))


def scale(unit: Unit, size: float) -> tuple[float, str]:
    """What to divide a figure of about `size` by, and the unit that it then has."""
    if unit == "s":
        for name, length in TIMES:
            if abs(size) >= length * 0.9995:
                return length, name
        return (1.0, "s") if size == 0.0 else (1e-9, "ns")
    return {"share": (0.01, "%"), "1/s": (1.0, "/s"), "ratio": (1.0, "")}[unit]


def spread(interval: Interval | None, unit: Unit, *, signed: bool = False) -> str:
    """Mean and half width in one unit, the half width with two digits that count."""
    if interval is None:
        return MISSING
    mean, half, suffix = spread_parts(interval, unit, signed=signed)
    return f"{mean} ± {half} {suffix}".rstrip()


def spread_parts(interval: Interval, unit: Unit, *, signed: bool = False) -> tuple[str, str, str]:
    """The mean, the half width, and the unit of both."""
    size = max(abs(interval.mean), interval.half_width)
    divisor, suffix = scale(unit, size)
    mean, half = interval.mean / divisor, interval.half_width / divisor
    if half == 0.0:
        shown = f"{mean:+.3g}" if signed and mean else f"{mean:.4g}"
        return shown, "0", suffix
    decimals = min(MOST_DECIMALS, max(0, 1 - floor(log10(half))))
    smallest = 10.0**-decimals
    shown_half = f"{half:,.{decimals}f}" if half >= smallest / 2 else f"<{smallest:g}"
    sign = "+" if signed else ""
    return f"{mean:{sign},.{decimals}f}", shown_half, suffix


def p_value(p: float | None) -> str:
    """A p value: `0.034`, `<0.001`."""
    if p is None:
        return MISSING
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def short_paths(paths: Sequence[str]) -> dict[str, str]:
    """For each path its last parts, as many as tell it from the others: `shop.replicas`."""
    short = {}
    for path in paths:
        parts = path.split(".")
        for length in range(1, len(parts) + 1):
            end = ".".join(parts[-length:])
            if sum(f".{other}".endswith(f".{end}") for other in paths) == 1:
                break
        short[path] = end
    return short
