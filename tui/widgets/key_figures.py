"""What users see, in three lines: for terminals without room for charts."""

from __future__ import annotations

from rich.text import Text
from textual.widget import Widget

from simulator.live.snapshot import Snapshot
from simulator.outcome import is_failure
from tui import text
from tui.glyphs import OUTCOMES, sign
from tui.outcomes import shares_failed
from tui.paint import Paint
from tui.widgets.spark import spark
from tui.window import window


class KeyFigures(Widget):
    """Answers, latency and failures, each with how it went of late."""

    DEFAULT_CSS = """
    KeyFigures { height: 3; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.paint = Paint(self.app)
        self.snapshot: Snapshot | None = None

    def show(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""
        self.snapshot = snapshot
        self.refresh()

    def render(self) -> Text:
        if self.snapshot is None:
            return Text()
        figures, history = self.snapshot.figures, self.snapshot.history
        first, _ = window(self.snapshot)
        recent = history.times >= first
        failing = shares_failed(history)
        page = Text(no_wrap=True, overflow="crop")
        half = max(0, self.content_size.width - 46)
        rows = (
            (
                ("answers", text.rate(figures.throughput), "accent"),
                f"good {text.rate(figures.goodput)}  in flight {text.number(self.snapshot.in_flight)}",
                spark(history.goodput[recent], half),
                "success",
            ),
            (
                ("p99", text.latency(figures.p99), "warning"),
                f"p50 {text.latency(figures.p50)}  p95 {text.latency(figures.p95)}",
                spark(history.p99[recent], half),
                "warning",
            ),
            (
                ("failing", text.share(figures.failed), "error"),
                self._failures(),
                spark(failing[recent], half, 1.0) if failing[recent].any() else "",
                "error",
            ),
        )
        for (name, value, colour), more, line, line_colour in rows:
            page.append(f"{name:<8}", self.paint("text-muted"))
            page.append(f"{value:>7}  ", self.paint(f"bold {colour}"))
            page.append(text.fit(more, 27) + "  ", self.paint("foreground"))
            page.append(f"{line}\n", self.paint(line_colour))
        return page

    def _failures(self) -> str:
        """The two most frequent failures."""
        assert self.snapshot is not None
        rates = self.snapshot.figures.outcomes
        worst = sorted(filter(is_failure, rates), key=lambda name: -rates[name])
        return "  ".join(
            f"{sign(OUTCOMES, name).word} {text.rate(rates[name])}" for name in worst[:2]
        )
