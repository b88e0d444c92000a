"""Lines over simulated time, with the faults marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from time import monotonic

import numpy as np
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.timer import Timer
from textual_plot import AxisFormatter, HiResMode, PlotWidget

from simulator.live.snapshot import FaultView, FloatArray
from tui import text
from tui.desk import Desk
from tui.round_numbers import round_down, round_up
from tui.themes import colour

MARGIN = 7
"""Cells for the numbers at the left."""
CELLS_OF_A_TIME = 8
AIR = 1.04
"""Of the height, above the highest value."""
MOST_MARKS = 12
"""Faults that are marked, the latest ones."""
UNCHANGED = 5.0
"""Of the usual pause between two drawings, if nothing is new but that the last bin fills."""
STEPS = (1.0, 2.0, 5.0)
TOPS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
"""Digits of round numbers: between two ticks, and at the upper end of an axis."""
CLOCK_STEPS = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200)


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its name, its values over time, and what it is now, in words."""

    name: str
    times: FloatArray
    values: FloatArray
    colour: str
    """A variable of the theme."""
    now: str = ""


class ClockAxis(AxisFormatter):
    """Times of the simulated clock, at full seconds, minutes or hours; as many as `most` at most."""

    def __init__(self) -> None:
        self.most = 4

    def get_ticks(self, min_: float, max_: float, max_ticks: int = 8) -> list[float]:
        step = next((each for each in CLOCK_STEPS if (max_ - min_) / each <= self.most), 86400)
        return [float(at * step) for at in range(ceil(min_ / step), floor(max_ / step) + 1)]

    def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
        return [text.clock(tick) for tick in ticks]


class QuantityAxis(AxisFormatter):
    """Numbers from 0 up, few of them, as the views write them; seconds if `latency`."""

    def __init__(self, latency: bool) -> None:
        self.latency = latency

    def get_ticks(self, min_: float, max_: float, max_ticks: int = 8) -> list[float]:
        step = round_down(max_ / 2.0, STEPS)
        return [at * step for at in range(floor(max_ / step + 1e-9) + 1)]

    def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
        write = text.latency if self.latency else text.number
        return ["0" if tick == 0.0 else write(tick) for tick in ticks]


class LineChart(Container):
    """A chart that is drawn anew a few times a second at most, and only when it shows other data.

    The beginnings of faults are marked by a line down, and so are their ends.
    """

    DEFAULT_CSS = """
    LineChart {
        border: round $foreground 30%; padding: 0; height: 1fr;
        border-title-color: $foreground;
    }
    LineChart PlotWidget { height: 1fr; }
    LineChart PlotWidget > .plot--axis { color: $foreground 40%; }
    LineChart PlotWidget > .plot--tick { color: $foreground 70%; text-style: none; }
    """

    def __init__(self, latency: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self.latency = latency
        self.lines: Sequence[Line] = ()
        self.faults: Sequence[FaultView] = ()
        self.span = (0.0, 1.0)
        self.clock_axis = ClockAxis()
        self.drawn: object = None
        self.outline: object = None
        """What is drawn, but for the bin that fills."""
        self.drawn_at = -1.0
        self.later: Timer | None = None

    def compose(self) -> ComposeResult:
        plot = PlotWidget(allow_pan_and_zoom=False)
        plot.can_focus = False
        yield plot

    def on_mount(self) -> None:
        plot = self.query_one(PlotWidget)
        plot.margin_top = 0
        plot.margin_bottom = 1
        plot.margin_left = MARGIN
        plot.set_x_formatter(self.clock_axis)
        plot.set_y_formatter(QuantityAxis(self.latency))

    def show(
        self, lines: Sequence[Line], span: tuple[float, float], faults: Sequence[FaultView] = ()
    ) -> None:
        """Show these lines from one time to another."""
        self.lines = lines
        self.span = span
        self.faults = faults
        pause = self.pause if self._outline() != self.outline else UNCHANGED * self.pause
        wait = pause - (monotonic() - self.drawn_at)
        if self.later is not None:
            self.later.stop()
            self.later = None
        if wait <= 0.0:
            self._draw()
        else:
            self.later = self.set_timer(wait, self._draw_late)

    def on_resize(self) -> None:
        """More room, or less: other numbers at the axes."""
        if self.lines:
            self._draw()

    @property
    def pause(self) -> float:
        """Seconds of wall time between two drawings."""
        return self.app.chart_pause if isinstance(self.app, Desk) else 0.0

    def _draw_late(self) -> None:
        self.later = None
        self._draw()

    def _key(self) -> object:
        """What the drawing depends on."""
        return (
            self.span,
            self.app.theme,
            self.size,
            tuple((line.name, line.now, line.values.tobytes()) for line in self.lines),
            tuple((fault.begins, fault.ends, fault.state) for fault in self.faults),
        )

    def _outline(self) -> object:
        """What the drawing depends on, but for what changes all the time and shows little."""
        return (
            self.span[1] - self.span[0],
            self.app.theme,
            self.size,
            tuple((line.name, line.values[:-1].tobytes()) for line in self.lines),
            tuple((fault.begins, fault.ends, fault.state) for fault in self.faults),
        )

    def _draw(self) -> None:
        key = self._key()
        if key == self.drawn or not self.is_attached or not self.size:
            return
        self.drawn = key
        self.outline = self._outline()
        self.drawn_at = monotonic()
        plot = self.query_one(PlotWidget)
        self.clock_axis.most = max(1, (self.size.width - MARGIN) // CELLS_OF_A_TIME)
        plot.clear()
        first, last = self.span
        top = 0.0
        for line in self.lines:
            inside = (line.times >= first) & (line.times <= last) & np.isfinite(line.values)
            if not inside.any():
                continue
            values = line.values[inside]
            top = max(top, float(values.max()))
            style = colour(self.app, line.colour)
            plot.plot(line.times[inside], values, line_style=style, hires_mode=HiResMode.BRAILLE)
        for fault in self.faults[-MOST_MARKS:]:
            if fault.begins is not None and first <= fault.begins <= last:
                mark = "text-muted" if fault.state == "waiting" else "error"
                plot.add_v_line(fault.begins, line_style=colour(self.app, mark))
            if fault.ends is not None and fault.state == "over" and first <= fault.ends <= last:
                plot.add_v_line(fault.ends, line_style=colour(self.app, "success"))
        plot.set_xlimits(first, max(last, first + 1e-3))
        plot.set_ylimits(0.0, round_up(AIR * top, TOPS))
        self.border_title = self._legend()

    def _legend(self) -> Content:
        return Content(" ").join(
            Content.styled(f"─ {line.name} {line.now}", f"bold ${line.colour}")
            for line in self.lines
        )
