"""What happened, in the order of time."""

from __future__ import annotations

from rich.table import Table

from reports.quantity import count, seconds
from reports.tables.style import name_column, new_table
from simulator.experiment.result import Result

SHOWN = 12
"""Entries shown; `result.json` has them all."""


def log_table(result: Result, width: int) -> Table:
    """The first events of note: faults, deaths, breakers, and who put whom aside."""
    table = new_table("What happened")
    table.add_column("at", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    name_column(table, "who", [each.subject for each in result.log[:SHOWN]], width)
    table.add_column("what", overflow="fold")
    for each in result.log[:SHOWN]:
        table.add_row(seconds(each.time), each.kind, each.subject, each.detail.replace("_", " "))
    more = len(result.log) - SHOWN
    if more > 0:
        table.caption = f"and {count(more)} more, in the `log` of --json\n"
        table.caption_justify = "left"
    return table
