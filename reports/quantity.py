"""Figures as people read them: with a unit, and no more digits than they deserve."""

from __future__ import annotations

MISSING = "-"


def seconds(value: float | None) -> str:
    """A time: `850 us`, `12.3 ms`, `4.56 s`."""
    if value is None:
        return MISSING
    if value == 0.0:
        return "0 s"
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if value >= size * 0.9995:
            return f"{digits(value / size)} {unit}"
    return f"{digits(value / 1e-9)} ns"


def rate(value: float | None) -> str:
    """A rate: `318/s`, `1,204/s`, `0.52/s`."""
    return MISSING if value is None else f"{digits(value)}/s"


def share(value: float | None) -> str:
    """A share: `99.95 %`; never rounded up to 100 %, nor down to 0 %."""
    if value is None:
        return MISSING
    percent = value * 100.0
    if 0.0 < percent < 0.01:
        return "<0.01 %"
    if 99.99 < percent < 100.0:
        return ">99.99 %"
    return f"{percent:.2f} %" if percent > 90.0 and percent < 100.0 else f"{digits(percent)} %"


def count(value: int | None) -> str:
    """A number of things: `12,345`."""
    return MISSING if value is None else f"{value:,}"


def digits(value: float) -> str:
    """Three significant digits, or all before the point."""
    if value == 0.0:
        return "0"
    if value < 0.001:
        return "<0.001"
    if value >= 99.95:
        return f"{value:,.0f}"
    if value >= 9.995:
        return f"{value:.1f}"
    if value >= 0.9995:
        return f"{value:.2f}"
    return f"{value:.3g}"
