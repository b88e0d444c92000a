"""How the tables look."""

from __future__ import annotations

from collections.abc import Mapping

from rich import box
from rich.table import Table
from rich.text import Text

from reports.quantity import share

WIDE = 130
"""Columns of a terminal from which the less important figures are shown too."""


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
    """The failures among outcomes, as shares: `timeout 1.2 %, error 0.3 %`; `all ok` if none."""
    total = sum(outcomes.values())
    if not total:
        return Text("nothing finished", style="dim")
    failures = sorted(
        ((number, name) for name, number in outcomes.items() if name not in ("ok",)), reverse=True
    )
    if not failures:
        return Text("all ok", style="green")
    shown = [f"{name} {share(number / total)}" for number, name in failures[:most]]
    if len(failures) > most:
        shown.append(f"{len(failures) - most} more")
    return Text(", ".join(shown), style="yellow")
