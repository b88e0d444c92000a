"""Objectives, and what was spent of their error budgets."""

from __future__ import annotations

from rich.table import Table

from reports.quantity import MISSING, count, digits, seconds, share
from reports.tables.faults import after
from reports.tables.style import new_table
from simulator.experiment.promises import SloFigures
from simulator.experiment.result import Result
from simulator.units import format_duration, format_share


def slos_table(result: Result) -> Table:
    """A row for each objective: its budget, and how fast that went, at most over a minute and five."""
    table = new_table("Objectives")
    table.add_column("", overflow="fold")
    table.add_column("promised", overflow="fold")
    for title in ("bad", "budget spent", "burn rate", "1m / 5m", "alerted"):
        table.add_column(title, justify="right", no_wrap=title not in ("bad", "budget spent"))
    for name, each in result.slos.items():
        table.add_row(
            name,
            promised(each),
            f"{count(each.bad)} of {count(each.events)}",
            f"{share(each.budget_spent)} of {digits(each.budget)}",
            number(each.burn_rate),
            f"{number(each.burn_rate_1m)} / {number(each.burn_rate_5m)}",
            alerted(each),
        )
    return table


def promised(slo: SloFigures) -> str:
    """`99.9% of users within 300ms, 30d`."""
    text = f"{format_share(slo.objective)} of {slo.of or 'all traffic'}"
    if slo.slower_than is not None:
        text += f" within {format_duration(slo.slower_than)}"
    # To the millisecond: the window of a run that was interrupted is as long as that came to be.
    return f"{text}, {format_duration(round(slo.window, 3))}"


def alerted(slo: SloFigures) -> str:
    """When the first alert fired, from the start of the fault before it where there is one."""
    if slo.alerted_at is None:
        return "never"
    return seconds(slo.alerted_at) if slo.alerted_after is None else after(slo.alerted_after)


def number(value: float | None) -> str:
    """A plain number."""
    return MISSING if value is None else digits(value)
