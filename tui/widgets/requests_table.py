"""Sampled requests, one a row."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from textual.content import Content

from simulator.live.snapshot import TraceView
from simulator.outcome import NAMES
from tui import glyphs, text
from tui.widgets.drawing import ink, muted
from tui.widgets.live_table import Column, LiveTable

UNDER_WAY = "▸ under way"


def name_of(request: TraceView) -> str:
    """By which it is selected: its class and its number there."""
    return f"{request.traffic} {request.number}"


def outcome(request: TraceView) -> Content:
    """How it ended, as a glyph and a word."""
    if request.outcome is None:
        return muted(UNDER_WAY)
    sign = glyphs.sign(glyphs.OUTCOMES, request.outcome)
    return Content.styled(f"{sign.glyph} {sign.word}", ink(sign))


def severity(request: TraceView) -> float:
    """Failures before fallbacks before good answers before what is under way."""
    if request.outcome is None:
        return -1.0
    return float(NAMES.index(request.outcome)) if request.outcome in NAMES else float(len(NAMES))


def words(request: TraceView) -> str:
    """What a filter looks at."""
    return " ".join(
        (request.traffic, str(request.number), request.endpoint, outcome(request).plain)
    )


COLUMNS: tuple[Column[TraceView], ...] = (
    Column("outcome", "outcome", outcome, severity, 12, most=16, right=False),
    Column(
        "class",
        "class",
        lambda each: Content(each.traffic),
        lambda each: each.traffic,
        9,
        most=20,
        right=False,
        falling=False,
    ),
    Column(
        "number",
        "number",
        lambda each: muted(str(each.number)),
        lambda each: each.number,
        7,
        rank=2,
    ),
    Column(
        "endpoint",
        "endpoint",
        lambda each: Content(each.endpoint),
        lambda each: each.endpoint,
        14,
        most=32,
        right=False,
        falling=False,
    ),
    Column(
        "start",
        "began",
        lambda each: Content(text.clock(each.started, tenths=True)),
        lambda each: each.started,
        9,
        rank=1,
    ),
    Column(
        "latency",
        "took",
        lambda each: Content(text.latency(each.latency)),
        lambda each: each.latency,
        8,
    ),
    Column(
        "attempts",
        "attempts",
        lambda each: Content(str(each.attempts)),
        lambda each: each.attempts,
        8,
    ),
)


class RequestsTable(LiveTable[TraceView]):
    """The sample, the failed ones first."""

    def __init__(self) -> None:
        long = Column(
            "long",
            "how long",
            self._long,
            lambda each: each.latency,
            20,
            needs=100,
            fills=True,
            right=False,
        )
        super().__init__((*COLUMNS, long), name_of, "outcome", sticks_to_top=True)
        self.longest = 0.0

    def show_rows(self, listed: Iterable[TraceView]) -> None:
        """These requests; the longest bar is for the one that took longest."""
        listed = tuple(listed)
        self.longest = max((each.latency or 0.0 for each in listed), default=0.0)
        super().show_rows(listed)

    def beside(self) -> Hashable:
        return self.longest

    def _long(self, request: TraceView) -> Content:
        if request.latency is None or self.longest <= 0.0:
            return Content()
        room = self.widths.get("long", 0)
        bar = "━" * max(1, round(request.latency / self.longest * room))
        sign = glyphs.sign(glyphs.OUTCOMES, request.outcome or "")
        return Content.styled(bar, ink(sign))
