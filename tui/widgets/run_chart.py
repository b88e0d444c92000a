"""The whole run on one axis: what users saw, faults, events, and where one is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.timer import Timer

from simulator.live.snapshot import EventView, FaultView, FloatArray, History, Snapshot
from tui.glyphs import EVENTS, FAULTS, OTHER_EVENT, sign
from tui.moments import events_of
from tui.outcomes import failures_of
from tui.text import clock, latency, rate, share
from tui.watching import Seen
from tui.widgets.calm import Calm
from tui.widgets.drawing import MUTED, ink
from tui.widgets.strips import (
    CURSOR,
    GUTTER,
    PICK,
    Cell,
    Strip,
    axis_rows,
    content_of,
    greatest,
    heights,
    label_cells,
    rounded_up,
    span_columns,
    strip_rows,
    titled,
    with_cursor,
)
from tui.widgets.timescale import Timescale, by_column

SHORTEST = 2.0
"""Seconds that are in sight at least."""
THINKING = 0.4
"""Seconds of wall time after which the moment that was picked is gone to."""
LEAD = 0.25
"""The share of what is in sight that lies before the present, after it has left the picture."""
PRECEDENCE: tuple[str, ...] = (
    *("you", "fault", "deploy", "config", "scale", "instance", "platform"),
    *("breaker", "outlier", "registry", "health"),
)
"""Of several events in one column, the first of these shows."""
WAITING_BAR, ACTIVE_BAR, OVER_BAR = "┄", "█", "▒"


@dataclass(frozen=True, slots=True)
class Lines:
    """How many lines there are for what."""

    answers: int
    failures: int
    latency: int
    lanes: int


def lines_for(height: int, faults: int, failures: bool = True) -> Lines:
    """How to divide the room: status, events and the axis take four lines of it.

    Where nothing has failed so far, one line is enough to say so.
    """
    room = max(height - 4, 4)
    lanes = min(faults, max(1, room // 4))
    shares = (3, 2, 3) if failures else (3, 0, 3)
    answers, failed, slow = heights(room - lanes, shares, (1, 1, 1))
    return Lines(answers, failed, slow, lanes)


class RunChart(Calm, can_focus=True):
    """Everything on one axis. A moment can be picked with arrows or the mouse, and is then gone to."""

    DEFAULT_CSS = """
    RunChart { height: 1fr; width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "left", "pick(-1)", "Earlier", id="timeline.left", tooltip="Pick an earlier moment"
        ),
        Binding("right", "pick(1)", "Later", id="timeline.right", tooltip="Pick a later moment"),
        Binding(
            "shift+left",
            "pick(-10)",
            "Much earlier",
            id="timeline.far_left",
            tooltip="Pick a much earlier moment",
        ),
        Binding(
            "shift+right",
            "pick(10)",
            "Much later",
            id="timeline.far_right",
            tooltip="Pick a much later moment",
        ),
    ]

    @dataclass
    class GoneTo(Message):
        """A moment was picked to be gone to."""

        moment: float

    def __init__(self) -> None:
        super().__init__()
        self.snapshot: Snapshot | None = None
        self.seen: Seen | None = None
        self.picked: float | None = None
        """The moment under the cursor that moves, in seconds."""
        self.in_sight: float | None = None
        """Seconds that show; None for the whole run."""
        self._start = 0.0
        self._thinking: Timer | None = None
        self._dragging = False

    def show(self, snapshot: Snapshot, seen: Seen | None) -> None:
        """Draw a snapshot."""
        self.snapshot = snapshot
        self.seen = seen
        self.renew()

    @property
    def scale(self) -> Timescale:
        """What the columns are."""
        snapshot = self.snapshot
        width = max(self.content_size.width - GUTTER - 2, 1)
        if snapshot is None:
            return Timescale(0.0, 1.0, width)
        if self.in_sight is None or self.in_sight >= snapshot.duration:
            return Timescale(0.0, snapshot.duration, width)
        span = self.in_sight
        looked_at = snapshot.now if self.picked is None else self.picked
        if not self._start <= looked_at <= self._start + span:
            self._start = looked_at - LEAD * span
        self._start = min(max(self._start, 0.0), snapshot.duration - span)
        return Timescale(self._start, self._start + span, width)

    def zoom(self, factor: float) -> None:
        """Have `factor` times as much time in sight, around the present or what is picked."""
        if self.snapshot is None:
            return
        before = self.scale
        looked_at = self.snapshot.now if self.picked is None else self.picked
        span = max((before.end - before.start) * factor, min(SHORTEST, self.snapshot.duration))
        place = (looked_at - before.start) / (before.end - before.start)
        self.in_sight = None if span >= self.snapshot.duration else span
        self._start = looked_at - min(max(place, 0.0), 1.0) * span
        self.refresh()

    # Picking a moment

    def action_pick(self, columns: int) -> None:
        """Move the picked moment by so many columns; it is gone to after a short pause."""
        if self.snapshot is None:
            return
        scale = self.scale
        at = self.snapshot.now if self.picked is None else self.picked
        self.pick(min(max(at + columns * scale.cell, 0.0), self.snapshot.duration))
        self._think()

    def pick(self, time: float) -> None:
        """Pick a moment, in seconds; hundredths are near enough for an eye."""
        self.picked = round(time, 2)
        self.refresh()

    def go(self) -> bool:
        """Go to the picked moment now; whether there was one."""
        self._stop_thinking()
        if self.picked is None:
            return False
        self.post_message(self.GoneTo(self.picked))
        self.picked = None
        self.refresh()
        return True

    def forget(self) -> bool:
        """Forget the picked moment; whether there was one."""
        self._stop_thinking()
        was, self.picked = self.picked, None
        self.refresh()
        return was is not None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin to drag."""
        if self._pick_at(event):
            self._dragging = True
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag the picked moment along."""
        if self._dragging:
            self._pick_at(event)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Go to where it was dragged."""
        if self._dragging:
            self._dragging = False
            self.release_mouse()
            self.go()

    def _pick_at(self, event: events.MouseEvent) -> bool:
        column = event.x - self.gutter.left - GUTTER - 1
        if self.snapshot is None or (not self._dragging and column < 0):
            return False
        scale = self.scale
        self._stop_thinking()
        self.pick(scale.time(min(max(column, 0), scale.width - 1)))
        return True

    def _think(self) -> None:
        self._stop_thinking()
        self._thinking = self.set_timer(THINKING, self.go)

    def _stop_thinking(self) -> None:
        if self._thinking is not None:
            self._thinking.stop()
            self._thinking = None

    # Drawing

    def render(self) -> Content:
        """All lines of it."""
        snapshot = self.snapshot
        if snapshot is None or self.content_size.width < GUTTER + 10:
            return Content("")
        scale = self.scale
        history = self._history(snapshot)
        now = scale.column(snapshot.now)
        known = scale.column(max(snapshot.now, self.seen.until if self.seen else 0.0))
        faults = _ordered(snapshot.faults)
        failed = bool(failures_of(history).any())
        lines = lines_for(self.content_size.height, len(faults), failed)
        rows: list[list[Cell]] = []
        for strip in _strips(scale, history, lines):
            rows += titled(strip, strip_rows(strip, now))
        rows += _lanes(scale, snapshot, faults, lines.lanes)
        rows.append(_marks(scale, events_of(snapshot, self.seen), snapshot.now))
        axis, below = axis_rows(scale, now, known)
        for row in rows:
            with_cursor(row, now, CURSOR, "$text-accent")
        axis[min(max(now, 0), scale.width - 1) + GUTTER + 1] = _here(now, scale)
        if self.picked is not None:
            for row in (*rows, axis):
                with_cursor(row, scale.column(self.picked), PICK, "$text-warning")
        status = self._status(snapshot, history)
        status = status.truncate(self.content_size.width, ellipsis=True)
        return Content("\n").join([status, *(content_of(row) for row in (*rows, axis, below))])

    def _history(self, snapshot: Snapshot) -> History:
        """The most that is known of this branch."""
        if self.seen is None or self.seen.until < snapshot.now:
            return snapshot.history
        return self.seen.history

    def _status(self, snapshot: Snapshot, history: History) -> Content:
        """What there is to read off: at the picked moment, or now."""
        if self.picked is None:
            until = self.seen.until if self.seen else snapshot.now
            beyond = f", seen to {clock(until)}" if until > snapshot.now + 0.5 else ""
            where = f"now {clock(snapshot.now, tenths=True)}{beyond}"
            rest = "   █ good ░ all   █ p50 ░ p99   ←→ go there  z Z zoom"
            return Content.assemble((" " + where, "bold"), (rest, MUTED))
        return Content.assemble(
            (f" {PICK} {clock(self.picked, tenths=True)}", "bold $text-warning"),
            (f"  {figures_at(history, self.picked)}", "$foreground"),
            ("   enter goes there, esc stays", MUTED),
        )


def figures_at(history: History, time: float) -> str:
    """What users saw at a moment, in words; empty where nobody has been."""
    place = int(np.searchsorted(history.times, time, side="right")) - 1
    if place < 0 or time > history.times[-1] + 2.0 * history.width:
        return "not played yet"
    total = float(history.throughput[place])
    failed = float(failures_of(history)[place])
    part = share(failed / total if total > 0.0 else 0.0)
    slow = latency(float(history.p99[place]))
    return f"{rate(total)} answered, {part} failed, p99 {slow}"


def _here(now: int, scale: Timescale) -> Cell:
    """The mark of the present on the axis; an arrow where it is out of sight."""
    mark = "◀" if now < 0 else "▶" if now >= scale.width else "┃"
    return mark, "bold $text-accent"


def _strips(scale: Timescale, history: History, lines: Lines) -> Sequence[Strip]:
    def columns(values: FloatArray) -> FloatArray:
        return by_column(scale, history.times, history.width, values)

    throughput = columns(history.throughput)
    failed = columns(failures_of(history))
    p50, p99 = columns(history.p50), columns(history.p99)
    most = rounded_up(greatest(throughput))
    worst = rounded_up(greatest(failed))
    worst_text = rate(worst) if greatest(failed) > 0.0 else ""
    slowest = rounded_up(greatest(p50, p99))
    return (
        Strip(
            "answers",
            columns(history.goodput),
            throughput,
            most,
            rate(most),
            "$text-success",
            lines.answers,
        ),
        Strip("failures", failed, None, worst, worst_text, "$text-error", lines.failures),
        Strip("latency", p50, p99, slowest, latency(slowest), "$text-accent", lines.latency),
    )


def _ordered(faults: Sequence[FaultView]) -> list[FaultView]:
    """In the order in which they begin; those that hang on a condition last."""
    return sorted(faults, key=lambda each: float("inf") if each.begins is None else each.begins)


def _lanes(
    scale: Timescale, snapshot: Snapshot, faults: Sequence[FaultView], lanes: int
) -> list[list[Cell]]:
    """A line for each fault; where there are too many, those that are at work or mine come first."""
    if len(faults) <= lanes:
        return [_lane(scale, snapshot, fault) for fault in faults]
    order = {"active": 0, "waiting": 1, "over": 2}
    chosen = sorted(faults, key=lambda each: (order.get(each.state, 3), not each.mine))
    kept = {id(each) for each in chosen[: max(lanes - 1, 0)]}
    rows = [_lane(scale, snapshot, fault) for fault in faults if id(fault) in kept]
    more = f"… and {len(faults) - len(rows)} more faults"
    rest = [(" ", MUTED)] * scale.width
    for place, character in enumerate(more[: scale.width]):
        rest[place] = (character, MUTED)
    return [*rows, [*label_cells(""), *rest]]


def _lane(scale: Timescale, snapshot: Snapshot, fault: FaultView) -> list[Cell]:
    """From its beginning to its end: what is over, what is at work, and what is to come."""
    shown = sign(FAULTS, fault.state)
    style = ink(shown)
    cells: list[Cell] = [(" ", MUTED)] * scale.width
    label = label_cells(("◆" if fault.mine else "") + fault.name)
    if fault.begins is None:
        return [*label, *_said(cells, 0, f"{shown.glyph} {fault.what} (when its condition holds)")]
    ends = snapshot.duration if fault.ends is None else fault.ends
    columns = span_columns(scale, fault.begins, ends)
    now = scale.column(snapshot.now)
    for column in columns:
        if fault.state == "over":
            cells[column] = (OVER_BAR, style)
        elif fault.state == "active" and column <= now:
            cells[column] = (ACTIVE_BAR, style)
        else:
            cells[column] = (WAITING_BAR, MUTED)
    if columns:
        cells[columns[0]] = (shown.glyph, style)
        after = columns[-1] + 2
        before = columns[0] - len(fault.what) - 1
        if after + len(fault.what) <= scale.width or before < 0:
            _said(cells, after, fault.what)
        else:
            _said(cells, before, fault.what)
    return [*label, *cells]


def _said(cells: list[Cell], start: int, text: str) -> list[Cell]:
    """Write a text into a line where there is room for it."""
    for place, character in enumerate(text, start):
        if 0 <= place < len(cells):
            cells[place] = (character, MUTED)
    return cells


def _marks(scale: Timescale, happened: Sequence[EventView], now: float) -> list[Cell]:
    """One mark for each column in which something happened; what is beyond now steps back."""
    cells: list[Cell] = [(" ", MUTED)] * scale.width
    ranks: dict[int, int] = {}
    for event in happened:
        if not scale.shows(event.time):
            continue
        column = scale.column(event.time)
        rank = PRECEDENCE.index(event.kind) if event.kind in PRECEDENCE else len(PRECEDENCE)
        if rank < ranks.get(column, len(PRECEDENCE) + 1):
            ranks[column] = rank
            shown = EVENTS.get(event.kind, OTHER_EVENT)
            cells[column] = (shown.glyph, MUTED if event.time > now else ink(shown))
    return [*label_cells("events", "$foreground"), *cells]
