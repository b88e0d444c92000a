"""What the instances that call an instance think of it."""

from __future__ import annotations

from textual.content import Content

from simulator.live.snapshot import SeenBy
from tui import text
from tui.widgets.drawing import muted
from tui.widgets.live_table import Column, LiveTable


def opinion(seen: SeenBy) -> Content:
    """Whether a caller sends anything there, and if not, why."""
    if not seen.known:
        return muted("○ not known")
    if seen.ejected:
        return Content.styled("◇ put aside", "$text-warning")
    if not seen.checked:
        return Content.styled("♥ check fails", "$text-warning")
    return Content.styled("● in use", "$text-success")


COLUMNS: tuple[Column[SeenBy], ...] = (
    Column(
        "caller",
        "caller",
        lambda each: Content(each.caller),
        lambda each: each.caller,
        12,
        most=28,
        right=False,
        falling=False,
    ),
    Column(
        "opinion",
        "sees it as",
        opinion,
        lambda each: opinion(each).plain,
        13,
        right=False,
        falling=False,
    ),
    Column(
        "in_flight",
        "in flight",
        lambda each: Content(str(each.in_flight)),
        lambda each: each.in_flight,
        9,
    ),
    Column(
        "weight",
        "weight",
        lambda each: Content(text.number(each.weight)),
        lambda each: each.weight,
        7,
    ),
)


class SeenByTable(LiveTable[SeenBy]):
    """One caller instance a row."""

    def __init__(self) -> None:
        super().__init__(COLUMNS, lambda each: each.caller, "caller")
