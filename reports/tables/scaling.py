"""How many instances there were, where they come and go, and what all of it cost."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from reports.quantity import MISSING, count, digits, seconds, share
from reports.tables.style import new_table
from simulator.experiment.result import CostFigures, Result, ScalingFigures


def scaling_table(result: Result) -> Table | None:
    """A row for each service whose instances come and go; None where there is none."""
    found = {
        name: each.scaling for name, each in result.services.items() if each.scaling is not None
    }
    if not any(changed(each) for each in found.values()):
        return None
    table = new_table("Instances")
    table.add_column("service", no_wrap=True)
    for title in ("fewest", "mean", "most", "started", "stopped", "time to ready", "restarts"):
        table.add_column(title, justify="right", no_wrap=title != "time to ready")
    for name, each in found.items():
        table.add_row(
            name,
            count(each.least),
            MISSING if each.mean is None else digits(each.mean),
            count(each.most),
            str(each.started),
            str(each.stopped),
            MISSING if each.start_mean is None else seconds(each.start_mean),
            str(each.restarts),
        )
    return table


def changed(figures: ScalingFigures) -> bool:
    """Whether an instance came, went, or started again."""
    return bool(figures.started or figures.stopped or figures.restarts)


def cost_line(cost: CostFigures) -> Text:
    """What was paid: in all, for an hour, for a million good answers, and for nothing."""
    hours = [f"{digits(each)} hours of {name}" for name, each in cost.instance_hours.items()]
    hours += [f"{digits(each)} node-hours of {name}" for name, each in cost.node_hours.items()]
    text = Text("cost ", style="bold")
    text.append(f"{digits(cost.total)}", style="bold")
    text.append(f" ({', '.join(hours)}): {digits(cost.per_hour)} an hour", style="default")
    if cost.per_million_good is not None:
        text.append(f", {digits(cost.per_million_good)} for a million good answers")
    if cost.wasted is not None:
        text.append(f"; {share(cost.wasted)} of it for capacity nobody used")
    text.append("\n")
    return text
