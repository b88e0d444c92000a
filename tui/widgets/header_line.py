"""The first line: what is played, how far, and how fast."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite

from rich.text import Text
from textual.widget import Widget

from simulator.live.snapshot import Snapshot
from tui import text
from tui.glyphs import SIMULATION, sign
from tui.paint import Paint
from tui.watching import Watching

LONGEST_BAR = 30
SHORTEST_BAR = 8
LAGGING = 0.9
"""Below this part of the speed asked for, the pace is shown beside it."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the line. The higher `rank`, the sooner it goes where there is no room."""

    rank: int
    words: str
    style: str


class HeaderLine(Widget):
    """Product, scenario, state, time of duration with a bar, speed, seed and branch."""

    DEFAULT_CSS = """
    HeaderLine { height: 1; background: $panel; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.watching = Watching()
        self.paint = Paint(self.app)

    def show(self, watching: Watching) -> None:
        """Show the newest snapshot."""
        self.watching = watching
        self.refresh()

    def render(self) -> Text:
        snapshot = self.watching.snapshot
        parts = [Part(6, "aftershock", "bold accent")]
        if self.watching.failure is not None:
            state = sign(SIMULATION, "failed")
        else:
            state = sign(SIMULATION, snapshot.state if snapshot else "opening")
        shown = f"{state.glyph} {state.word}"
        if snapshot is None:
            return self._line([*parts, Part(0, shown, f"bold {state.colour}")], None)
        if snapshot.state == "replaying" and snapshot.goal:
            shown += f" {text.share(min(1.0, snapshot.now / snapshot.goal))}"
        parts += [
            Part(2, snapshot.scenario, "bold foreground"),
            Part(0, shown, f"bold {state.colour}"),
            Part(0, _time(snapshot), "foreground"),
            Part(1, _speed(snapshot), "foreground"),
            Part(5, f"seed {snapshot.seed}", "text-muted"),
        ]
        if len(snapshot.branches) > 1:
            parts.append(Part(3, f"branch {snapshot.branch}", "accent"))
        return self._line(parts, snapshot)

    def _line(self, parts: list[Part], snapshot: Snapshot | None) -> Text:
        width = self.size.width
        while len(parts) > 1 and _length(parts) > width:
            parts.remove(max(parts, key=lambda part: part.rank))
        spare = width - _length(parts) - 2
        line = Text(" ", no_wrap=True)
        for part in parts:
            line.append(part.words, self.paint(part.style))
            line.append("  ")
            at_time = snapshot is not None and part.words == _time(snapshot)
            if snapshot is not None and at_time and spare >= SHORTEST_BAR:
                self._bar(line, snapshot, min(LONGEST_BAR, spare))
        line.truncate(width)
        return line

    def _bar(self, line: Text, snapshot: Snapshot, width: int) -> None:
        share = snapshot.now / snapshot.duration if snapshot.duration > 0.0 else 0.0
        done = round(min(share, 1.0) * width)
        line.append("━" * done, self.paint("accent"))
        line.append("─" * (width - done), self.paint("text-muted"))
        line.append("  ")


def _length(parts: list[Part]) -> int:
    return 1 + sum(len(part.words) + 2 for part in parts)


def _time(snapshot: Snapshot) -> str:
    return f"{text.clock(snapshot.now, tenths=True)} / {text.clock(snapshot.duration)}"


def _speed(snapshot: Snapshot) -> str:
    asked = text.speed(snapshot.speed)
    moves = snapshot.state == "playing" and snapshot.pace > 0.0
    if moves and (snapshot.speed == inf or snapshot.pace < LAGGING * snapshot.speed):
        return f"{asked} ({text.speed(snapshot.pace)})" if isfinite(snapshot.pace) else asked
    return asked
