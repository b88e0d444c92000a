"""The key figures at the top of a view, in a line or two."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from simulator.live.snapshot import Figures
from tui import text
from tui.widgets.drawing import Drawing, muted
from tui.widgets.instances_table import failed

GAP = "  "


def told(label: str, value: Content | str) -> Content:
    """A figure and what it is: `queued 3`."""
    shown = Content.styled(value, "bold") if isinstance(value, str) else value
    return Content.assemble(muted(f"{label} "), shown)


def figures_told(figures: Figures) -> list[Content]:
    """Rates, failures and latencies of the last bit of time."""
    return [
        told("answers", text.rate(figures.throughput)),
        told("good", text.rate(figures.goodput)),
        told("failed", failed(figures.failed)),
        told("p50", text.latency(figures.p50)),
        told("p95", text.latency(figures.p95)),
        told("p99", text.latency(figures.p99)),
    ]


def flow(parts: Sequence[Content], width: int) -> list[Content]:
    """Parts one after the other, in as many lines as they take."""
    lines: list[Content] = []
    for part in parts:
        if not part.plain:
            continue
        if lines and lines[-1].cell_length + len(GAP) + part.cell_length <= width:
            lines[-1] = Content.assemble(lines[-1], GAP, part)
        else:
            lines.append(part)
    return lines


class HeadLines(Drawing):
    """Groups of figures; each group begins a line."""

    def __init__(self) -> None:
        super().__init__()
        self.groups: Sequence[Sequence[Content]] = ()

    def show(self, *groups: Sequence[Content]) -> None:
        """Draw these."""
        self.groups = groups
        self.renew()

    def lines(self, width: int) -> Sequence[Content]:
        return [line for group in self.groups for line in flow(group, width)]
