"""How the tables look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich import box
from rich.table import Table
from rich.text import Text

from reports.quantity import share

ROOM = 60
"""Columns that the usual figures need beside the name."""
AMPLE = 108
"""Columns that all figures need beside the name."""


def is_wide(names: Iterable[str], width: int) -> bool:
    """Whether there is room for the less important figures too."""
    return width - max(len(name) for name in names) - 4 >= AMPLE


def is_tight(names: Iterable[str], width: int) -> bool:
    """Whether long names leave too little room for all the usual figures."""
    return width - max(len(name) for name in names) - 4 < ROOM


def name_column(table: Table, title: str, names: Iterable[str], width: int) -> None:
    """A column of names, which stay in one line unless they would take more than half of the width.

    A name is broken rather than cut: of one that is cut nobody knows which it is.
    """
    whole = max(len(name) for name in names) <= width // 2
    table.add_column(title, no_wrap=whole, overflow="fold")


def new_table(title: str) -> Table:
    """An empty table in the house style."""
    return Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        header_style="dim",
        pad_edge=False,
        padding=(0, 1, 0, 0),
        expand=False,
    )


def outcome_shares(outcomes: Mapping[str, int], most: int = 3) -> Text:
    """The failures among outcomes, as shares: `timeout 1.2 %, error 0.3 %`; `ok` if none."""
    total = sum(outcomes.values())
    if not total:
        return Text("nothing finished", style="dim")
    failures = sorted(
        ((number, name) for name, number in outcomes.items() if name not in ("ok",)), reverse=True
    )
    if not failures:
        return Text("ok", style="green")
    shown = [f"{name} {share(number / total)}" for number, name in failures[:most]]
    if len(failures) > most:
        shown.append(f"{len(failures) - most} more")
    return Text(", ".join(shown), style="yellow")
