"""Where to on the clock."""

from __future__ import annotations

from simulator.live.snapshot import Snapshot
from simulator.live.typed_time import typed_time
from tui.dialogs.amount import LineDialog
from tui.text import clock


class GoToDialog(LineDialog[float]):
    """Asks for a time of the run; closes with it, in seconds."""

    def __init__(self, snapshot: Snapshot) -> None:
        now, duration = snapshot.now, snapshot.duration
        super().__init__(
            "go to a time",
            f"It is {clock(now, tenths=True)} of {clock(duration)}. A time such as 90s, 1m30s or "
            "1:30, a share of the run such as 40%, or from now: +10s, -10s. Going back is exact.",
            f"{now:.0f}s",
            lambda text: typed_time(text, now, duration),
            nudge=lambda text, by: _nudged(text, by, now, duration),
            verb="go",
        )


def _nudged(text: str, by: int, now: float, duration: float) -> str:
    """A second later or earlier."""
    try:
        time = typed_time(text, now, duration)
    except ValueError:
        return text
    return f"{min(max(time + by, 0.0), duration):.0f}s"
