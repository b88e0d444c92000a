"""Two simulations side by side: figures with the difference in words, and the course of both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from textual.content import Content

from simulator.live.snapshot import FloatArray, History, Snapshot
from tui.differences import Difference, differences
from tui.outcomes import failures_of
from tui.text import latency, number
from tui.widgets.calm import Calm
from tui.widgets.drawing import MUTED, fitted
from tui.widgets.strips import (
    CURSOR,
    GUTTER,
    Cell,
    Strip,
    axis_rows,
    content_of,
    greatest,
    heights,
    rounded_up,
    strip_rows,
    titled,
    with_cursor,
)
from tui.widgets.timescale import Timescale, by_column

ROOM_FOR_OUTCOMES = 30
"""Lines from which on users' outcomes are told one by one."""
NAME, FIGURE = 21, 10
"""Cells of the name of a figure, and of the figure itself."""
BETTER, WORSE = "▲", "▼"
A, B = "$text-primary", "$text-warning"

Measure = tuple[str, Callable[[History], FloatArray], Callable[[float | None], str]]
MEASURES: Sequence[Measure] = (
    ("good", lambda history: history.goodput, number),
    ("fail", failures_of, number),
    ("p99", lambda history: history.p99, latency),
)


class Comparison(Calm, can_focus=True):
    """A table of figures, and below it the course of both on the same axes."""

    DEFAULT_CSS = """
    Comparison { height: 1fr; width: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.pair: tuple[Snapshot, Snapshot] | None = None

    def show(self, pair: tuple[Snapshot, Snapshot] | None) -> None:
        """Draw two pictures of the same time."""
        if pair is not self.pair:
            self.pair = pair
            self.renew()

    def render(self) -> Content:
        """All lines of it."""
        width, height = self.content_size
        if self.pair is None or width < GUTTER + 10:
            return Content("")
        first, second = self.pair
        outcomes = height >= ROOM_FOR_OUTCOMES
        rows = list(_table(differences(first, second, outcomes), width))
        rows += _courses(first, second, width, height - len(rows))
        return Content("\n").join(rows)


def _table(found: Iterator[Difference], width: int) -> Iterator[Content]:
    """A heading, and a line for each figure."""
    yield fitted(
        Content.assemble(
            (" " * (NAME + 1), MUTED),
            ("A".rjust(FIGURE), f"bold {A}"),
            ("B".rjust(FIGURE), f"bold {B}"),
            ("   B is, against A", MUTED),
        ),
        width,
    )
    for each in found:
        mark, style = {
            1: (f"{BETTER} better", "$text-success"),
            -1: (f"{WORSE} worse", "$text-error"),
        }.get(each.verdict, ("", MUTED))
        same = each.verdict == 0
        yield fitted(
            Content.assemble(
                (f" {each.name:<{NAME}}", "$foreground"),
                (each.first.rjust(FIGURE), A),
                (each.second.rjust(FIGURE), B),
                (f"   {each.words:<20}", MUTED if same else "$foreground"),
                (f" {mark}", style),
            ),
            width,
        )


def _courses(first: Snapshot, second: Snapshot, width: int, room: int) -> list[Content]:
    """As many measures as there is room for, A above B, on the same scale and with the same times."""
    scale = Timescale(0.0, first.duration, max(1, width - GUTTER - 2))
    measures = MEASURES[: max(0, (room - 2) // 2)]
    if not measures:
        return []
    now = scale.column(first.now)
    drawn = [
        [
            by_column(scale, each.history.times, each.history.width, values_of(each.history))
            for each in (first, second)
        ]
        for _, values_of, _ in measures
    ]
    tops = [greatest(*courses) for courses in drawn]
    # What both have nothing of needs no more than a line; what is over goes to the first of them.
    shares = [1 if top > 0.0 else 0 for top in tops]
    lines = (
        heights((room - 2) // 2, shares, [1] * len(measures)) if any(shares) else [1] * len(tops)
    )
    rows: list[list[Cell]] = []
    for (name, _, shown), courses, top, height in zip(measures, drawn, tops, lines, strict=True):
        scaled = rounded_up(top)
        said = shown(scaled) if top > 0.0 else ""
        for letter, style, values in (("A", A, courses[0]), ("B", B, courses[1])):
            strip = Strip(f"{name} {letter}", values, None, scaled, said, style, height)
            rows += titled(strip, strip_rows(strip, now))
    axis, below = axis_rows(scale, now, now)
    for row in rows:
        with_cursor(row, now, CURSOR, "$text-accent")
    with_cursor(axis, now, "┃", "bold $text-accent")
    return [content_of(row) for row in (*rows, axis, below)]
