"""Who asks whom, and how: the figures of a call, its policies, and what its breakers do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from textual.content import Content
from textual.message import Message
from textual.style import Style

from simulator.live.snapshot import CallView, Figures
from tui import glyphs, text
from tui.widgets.drawing import Drawing, apart, ink, muted
from tui.widgets.instances_table import breaker_states, failed

Side = Literal["callers", "callees"]

HARMLESS = ("closed", "metrics_only")
INDENT = "  "
FIGURES = 34
"""Cells of the figures at the end of a line."""


def figures_cells(figures: Figures) -> Content:
    """Rate, failures, median and tail, of always the same width."""
    share = failed(figures.failed)
    return Content.assemble(
        text.fit(text.rate(figures.throughput), 7, right=True),
        " ",
        share.pad_left(max(0, 6 - share.cell_length)),
        text.fit(text.latency(figures.p50), 7, right=True),
        text.fit(text.latency(figures.p95), 7, right=True),
        text.fit(text.latency(figures.p99), 7, right=True),
    )


def figures_title(first: str, width: int) -> Content:
    """The line above: what the figures are."""
    head = f"{'answers':>7} {'failed':>6}{'p50':>7}{'p95':>7}{'p99':>7}"
    return muted(text.fit(first, max(1, width - len(head))) + head)


def figures_line(name: Content | str, figures: Figures, width: int) -> Content:
    """A name at the left, its figures at the right."""
    cells = figures_cells(figures)
    head = Content(name) if isinstance(name, str) else name
    room = max(1, width - cells.cell_length)
    return (
        head.truncate(room - 1, ellipsis=True).pad_right(
            max(0, room - min(head.cell_length, room - 1))
        )
        + cells
    )


def call_lines(calls: Sequence[CallView], side: Side, width: int) -> list[Content]:
    """For each call a line of figures, below it its policies, and the breakers that are not closed."""
    if not calls:
        return [muted("nobody asks it" if side == "callers" else "it asks nobody")]
    lines = [figures_title("from" if side == "callers" else "to", width)]
    for call in calls:
        name = call.caller if side == "callers" else call.callee
        lines.append(figures_line(_clickable(name), call.figures, width))
        lines.extend(
            muted(INDENT + each) for each in _wrapped((call.balancer, *call.policies), width - 2)
        )
        if call.breakers:
            lines.append(Content.assemble(INDENT, ("breakers ", ""), breaker_states(call.breakers)))
        lines.extend(_troubled(call, width))
    return lines


def _clickable(name: str) -> Content:
    return Content(name).stylize(Style.from_meta({"@click": f"go_to({name!r})"}))


def _troubled(call: CallView, width: int) -> list[Content]:
    """One line for each breaker that is not simply closed."""
    lines = []
    for breaker in call.breakers:
        if breaker.state in HARMLESS:
            continue
        sign = glyphs.sign(glyphs.BREAKERS, breaker.state)
        until = "" if breaker.until is None else f" until {text.clock(breaker.until, tenths=True)}"
        lines.append(
            apart(
                [
                    Content(INDENT * 2 + breaker.caller),
                    Content.styled(f"{sign.glyph} {sign.word}{until}", ink(sign)),
                ]
            ).truncate(width, ellipsis=True)
        )
    return lines


def _wrapped(parts: Sequence[str], width: int) -> list[str]:
    """Parts in lines, with a dot between them; only a part that is longer than a line is cut."""
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1]) + 3 + len(part) <= width:
            lines[-1] += f" · {part}"
        else:
            lines.append(part)
    return lines


class CallsTable(Drawing):
    """All callers of a service, or all services that it calls."""

    @dataclass
    class Clicked(Message):
        """Somebody wants to see a caller or a callee."""

        name: str

    def __init__(self, side: Side, id: str | None = None) -> None:
        super().__init__(id=id)
        self.side: Side = side
        self.calls: Sequence[CallView] | None = None

    def show(self, calls: Sequence[CallView]) -> None:
        """Draw these."""
        self.calls = calls
        self.renew()

    def action_go_to(self, name: str) -> None:
        """A click on a name."""
        self.post_message(self.Clicked(name))

    def lines(self, width: int) -> Sequence[Content]:
        return [] if self.calls is None else call_lines(self.calls, self.side, width)


class EndpointsTable(Drawing):
    """What the endpoints of a service do, one a line."""

    def __init__(self) -> None:
        super().__init__()
        self.endpoints: Mapping[str, Figures] = {}

    def show(self, endpoints: Mapping[str, Figures]) -> None:
        """Draw these."""
        self.endpoints = endpoints
        self.renew()

    def lines(self, width: int) -> Sequence[Content]:
        return [
            figures_title("endpoint", width),
            *(figures_line(name, figures, width) for name, figures in self.endpoints.items()),
        ]
