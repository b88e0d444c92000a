"""Times of a run as people type them: from its start, from now, or as a share of it."""

from __future__ import annotations

from simulator.units import format_duration, parse_duration, parse_share


def typed_time(text: str, now: float, duration: float) -> float:
    """The time that a text means: `90s`, `1m30s`, `1:30`, `40%` of the run, `+10s` and `-10s` from now.

    Raises:
        ValueError: with what was expected.
    """
    text = text.strip()
    if text[:1] in ("+", "-"):
        away = _seconds(text[1:])
        time = now + away if text[0] == "+" else now - away
        return min(max(time, 0.0), duration)
    if text.endswith("%"):
        return parse_share(text) * duration
    time = _seconds(text)
    if time > duration:
        raise ValueError(f"the run ends at {format_duration(duration)}")
    return time


def _seconds(text: str) -> float:
    parts = text.split(":")
    if len(parts) <= 3 and all(each.isdecimal() for each in parts):
        total = 0
        for each in parts:
            total = 60 * total + int(each)
        return float(total)
    try:
        # A number needs no unit here: what else could it be?
        return parse_duration(f"{text}s" if text.replace(".", "", 1).isdecimal() else text)
    except ValueError:
        raise ValueError("expected a time such as 90s, 1m30s, 40%, +10s or -10s") from None
