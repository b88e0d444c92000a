"""What an autoscaler goes by, and what it has decided."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from simulator.live.snapshot import ScalerView
from tui import glyphs, text
from tui.widgets.drawing import MUTED, Drawing, ink, muted

DECISIONS = 5
WIDEST = 40
"""Instances that are drawn one by one at most."""


def scaler_lines(
    scaler: ScalerView | None, width: int, decisions: int = DECISIONS
) -> list[Content]:
    """Kind and target, what is wanted and what is ready between the bounds, the latest decisions."""
    if scaler is None:
        return [muted("none: as many instances as the scenario says, or you (s)")]
    short = scaler.wanted - scaler.ready
    gap = (
        Content.styled(f"  {short} to come", "$text-warning")
        if short > 0
        else Content.styled(f"  {-short} to go", "$text-accent")
        if short < 0
        else Content()
    )
    lines = [
        Content.assemble((scaler.kind, "bold"), "  ", scaler.target),
        Content.assemble(
            f"wanted {scaler.wanted}  ready {scaler.ready}",
            gap,
            (f"  of {scaler.least} to {scaler.most}", MUTED),
        ),
    ]
    if 0 < scaler.most <= min(WIDEST, width):
        lines.append(_places(scaler))
    sign = glyphs.EVENTS["scale"]
    lines.extend(
        Content.assemble(
            (text.fit(text.clock(each.time), 7, right=True), MUTED),
            (f" {sign.glyph} ", ink(sign)),
            each.detail,
        )
        for each in scaler.decisions[:decisions]
    )
    if not scaler.decisions:
        lines.append(muted("it has decided nothing yet"))
    return lines


def _places(scaler: ScalerView) -> Content:
    """One character for each place: taken and ready, on the way, leaving, free."""
    ready = min(scaler.ready, scaler.most)
    staying = min(ready, scaler.wanted)
    coming = max(0, min(scaler.wanted, scaler.most) - ready)
    leaving = ready - staying
    free = scaler.most - staying - coming - leaving
    return Content.assemble(
        ("●" * staying, "$text-success"),
        ("◌" * coming, "$text-warning"),
        ("◑" * leaving, "$text-accent"),
        ("·" * free, MUTED),
    )


class ScalerPanel(Drawing):
    """The autoscaler of a service, if it has one."""

    def __init__(self) -> None:
        super().__init__()
        self.scaler: ScalerView | None = None

    def show(self, scaler: ScalerView | None) -> None:
        """Draw this."""
        self.scaler = scaler
        self.renew()

    def lines(self, width: int) -> Sequence[Content]:
        return scaler_lines(self.scaler, width)
