"""What became of the versions that were rolled out."""

from __future__ import annotations

from rich.table import Table

from reports.quantity import MISSING, seconds
from reports.tables.style import new_table
from simulator.experiment.result import Result


def deployments_table(result: Result) -> Table:
    """A row for each rollout: how it went, how long it took, and how many requests met the version."""
    table = new_table("Deployments")
    for title in ("service", "version", "strategy"):
        table.add_column(title, no_wrap=True)
    for title in ("from", "to"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("outcome")
    for title in ("requests to it", "failed"):
        table.add_column(title, justify="right")
    for each in result.deployments:
        table.add_row(
            each.service,
            each.version,
            each.strategy,
            seconds(each.start),
            MISSING if each.end is None else seconds(each.end),
            each.outcome,
            f"{each.requests:,}",
            f"{each.failed:,}",
        )
    return table
