"""What went wrong, and when it became known."""

from __future__ import annotations

from rich.table import Table

from reports.quantity import count, seconds
from reports.tables.style import new_table
from simulator.experiment.result import Result

MOST_NAMED = 3


def faults_table(result: Result) -> Table:
    """A row for each fault: whom it hit, and when."""
    table = new_table("Faults")
    table.add_column("")
    table.add_column("kind")
    table.add_column("hit")
    table.add_column("from", justify="right", no_wrap=True)
    table.add_column("to", justify="right", no_wrap=True)
    for each in result.faults:
        hit = ", ".join(each.targets[:MOST_NAMED])
        if len(each.targets) > MOST_NAMED:
            hit += f" and {len(each.targets) - MOST_NAMED} more"
        table.add_row(each.name, each.kind, hit or "nobody", seconds(each.start), seconds(each.end))
    return table


def deaths_table(result: Result) -> Table:
    """A row for each death: after how long it was known, and what that cost."""
    table = new_table("Deaths: who knew, and when")
    table.add_column("")
    for title in ("died", "registry knew", "last caller knew", "sent meanwhile", "lost inside"):
        table.add_column(title, justify="right", no_wrap=True)
    for each in result.deaths:
        table.add_row(
            each.instance,
            seconds(each.died),
            after(each.registry_knew_after),
            after(each.callers_knew_after),
            count(each.sent_meanwhile),
            count(each.lost),
        )
    return table


def after(value: float | None) -> str:
    """How long it took: `+12.3 s`; `never` if it did not come."""
    return "never" if value is None else f"+{seconds(value)}" if value > 0 else "at once"
