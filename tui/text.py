"""Numbers, times and shares as the views write them: short, and of a width that can be lined up."""

from __future__ import annotations

from math import inf, isfinite, isnan

from rich.cells import cell_len, set_cell_size

NOTHING = "–"  # noqa: RUF001  a dash, not a minus sign before a number
"""Stands where a figure does not apply."""

_SCALES = (("", 1.0), ("k", 1e3), ("M", 1e6), ("G", 1e9))


def number(value: float | None) -> str:
    """Four characters or so: `0.02`, `3.4`, `128`, `1.25k`, `12.4k`, `3.1M`."""
    if value is None or isnan(value):
        return NOTHING
    if value == 0.0:
        return "0"
    size = abs(value)
    if size < 1000.0 and value == int(value):
        return str(int(value))
    unit, step = next((each for each in _SCALES if size < 999.5 * each[1]), _SCALES[-1])
    scaled = size / step
    sign = "-" if value < 0.0 else ""
    if unit:
        places = 2 if scaled < 9.995 else 1 if scaled < 99.95 else 0
    else:
        places = 2 if scaled < 0.995 else 1 if scaled < 9.95 else 0
    return f"{sign}{scaled:.{places}f}{unit}"


def rate(per_second: float | None) -> str:
    """A rate with its unit: `128/s`."""
    return NOTHING if per_second is None else f"{number(per_second)}/s"


def share(part: float | None) -> str:
    """A part of 1 in per cent, four characters at most: `0 %` only where it is nothing at all."""
    if part is None or isnan(part):
        return NOTHING
    percent = 100.0 * part
    if abs(percent) < 1e-9:
        # What is the difference of two sums may miss nothing by a hair, on either side.
        return "0%"
    if 0.0 < percent < 0.95:
        return f"{max(percent, 0.1):.1f}%"
    if 99.05 <= percent < 100.0:
        return f"{min(percent, 99.9):.1f}%"
    return f"{percent:.0f}%"


def latency(seconds: float | None) -> str:
    """How long something took: `0.40ms`, `12ms`, `1.52s`, `2m05s`."""
    if seconds is None or isnan(seconds):
        return NOTHING
    if seconds >= 100.0:
        return clock(seconds)
    if seconds >= 0.9995:
        return f"{seconds:.2f}s" if seconds < 9.995 else f"{seconds:.1f}s"
    milliseconds = 1000.0 * seconds
    if milliseconds < 0.005:
        return "0ms"
    if milliseconds >= 9.95:
        return f"{milliseconds:.0f}ms"
    return f"{milliseconds:.1f}ms" if milliseconds >= 0.95 else f"{milliseconds:.2f}ms"


def clock(seconds: float, tenths: bool = False) -> str:
    """A time of the simulated clock: `0:07`, `12:30`, `1:02:03`, with tenths `0:07.4`.

    Parts of a second that are not shown are cut off, so that a clock never shows what is yet to come.
    """
    whole = int(seconds * 10.0 + 1e-6)
    total, tenth = divmod(whole, 10)
    minutes, second = divmod(total, 60)
    hours, minute = divmod(minutes, 60)
    text = f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
    return f"{text}.{tenth}" if tenths else text


def countdown(seconds: float) -> str:
    """How long something goes on: `0.4 s`, `12 s`, `3 min 20 s`."""
    if not isfinite(seconds):
        return NOTHING
    if seconds < 10.0:
        return f"{max(0.0, seconds):.1f} s"
    if seconds < 120.0:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def speed(factor: float) -> str:
    """How many simulated seconds a second takes: `1x`, `0.5x`, `1000x`, `flat out`."""
    if factor == inf:
        return "flat out"
    return f"{factor:.0f}x" if factor >= 9.95 else f"{factor:.2g}x"


def count(how_many: int, of_what: str) -> str:
    """A number of things: `1 instance`, `3 instances`."""
    return f"{how_many} {of_what}" if how_many == 1 else f"{how_many} {of_what}s"


def fit(text: str, width: int, right: bool = False) -> str:
    """Exactly so many cells: padded, or cut with `…`."""
    room = width - cell_len(text)
    if room >= 0:
        return " " * room + text if right else text + " " * room
    return set_cell_size(text, width - 1) + "…" if width > 0 else ""


def matches(text: str, pattern: str) -> bool:
    """Whether a filter lets a line through: it holds every word, and none that begins with `!`."""
    line = text.casefold()
    for word in pattern.casefold().split():
        unwanted = word.startswith("!")
        wanted = word.removeprefix("!")
        if wanted and (wanted in line) == unwanted:
            return False
    return True
