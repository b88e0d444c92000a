"""Where to on the clock."""

from __future__ import annotations

from simulator.live.snapshot import Snapshot
from simulator.units import format_duration, parse_duration, parse_share
from tui.dialogs.amount import LineDialog
from tui.text import clock


def time_of(text: str, now: float, duration: float) -> float:
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
    if 1 < len(parts) <= 3 and all(each.isdecimal() for each in parts):
        total = 0
        for each in parts:
            total = 60 * total + int(each)
        return float(total)
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return parse_duration(text)
    except ValueError:
        raise ValueError("expected a time such as 90s, 1m30s, 40%, +10s or -10s") from None


class GoToDialog(LineDialog[float]):
    """Asks for a time of the run; closes with it, in seconds."""

    def __init__(self, snapshot: Snapshot) -> None:
        now, duration = snapshot.now, snapshot.duration
        super().__init__(
            "go to a time",
            f"It is {clock(now, tenths=True)} of {clock(duration)}. A time such as 90s, 1m30s or "
            "1:30, a share of the run such as 40%, or from now: +10s, -10s. Going back is exact.",
            f"{now:.0f}s",
            nudge=lambda text, by: _nudged(text, by, now, duration),
            verb="go",
        )
        self.now = now
        self.duration = duration

    def read(self, text: str) -> float:
        return time_of(text, self.now, self.duration)


def _nudged(text: str, by: int, now: float, duration: float) -> str:
    """A second later or earlier."""
    try:
        time = time_of(text, now, duration)
    except ValueError:
        return text
    return f"{min(max(time + by, 0.0), duration):.0f}s"
