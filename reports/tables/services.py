"""How the services fared."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from reports.quantity import count, digits, seconds, share
from reports.tables.style import is_tight, is_wide, name_column, new_table, outcome_shares
from simulator.experiment.result import Result, ServiceFigures

BAR = 8
"""Cells of a utilization bar."""


def services_table(result: Result, width: int) -> Table:
    """A row for each service; the bottleneck carries a mark and is named below the table."""
    wide = is_wide(result.services, width)
    tight = is_tight(result.services, width)
    table = new_table("Services")
    name_column(table, "service", result.services, width)
    table.add_column("inst", justify="right", no_wrap=True)
    table.add_column("calls", justify="right", no_wrap=True)
    load = "utilization" if wide else "util"
    table.add_column(load, justify="left" if wide else "right", no_wrap=True)
    table.add_column("queue" if not wide else "queue mean", justify="right", no_wrap=True)
    if wide:
        table.add_column("max", justify="right", no_wrap=True)
        table.add_column("mean", justify="right", no_wrap=True)
    if not tight:
        table.add_column("p50", justify="right", no_wrap=True)
    table.add_column("p99", justify="right", no_wrap=True)
    if wide:
        table.add_column("wasted work", justify="right", no_wrap=True)
    table.add_column("outcomes", overflow="fold")
    for name, figures in result.services.items():
        table.add_row(*_row(name, figures, wide, tight, name == result.bottleneck))
    if result.bottleneck is not None:
        figures = result.services[result.bottleneck]
        table.caption = (
            f"► bottleneck: {result.bottleneck}, {share(figures.utilization)} of its capacity in use, "
            f"{share(figures.utilization_peak)} at the peak\n"
        )
        table.caption_justify = "left"
    return table


def _row(
    name: str, figures: ServiceFigures, wide: bool, tight: bool, bottleneck: bool
) -> list[str | Text]:
    label = Text(f"► {name}", style="bold") if bottleneck else Text(f"  {name}")
    used = figures.utilization
    shown = Text(share(used)) if not wide or used is None else bar(used)
    row: list[str | Text] = [
        label,
        replicas(figures),
        count(figures.calls),
        shown,
        digits(figures.queue.mean),
    ]
    if wide:
        row += [count(figures.queue.max), seconds(figures.latency.mean)]
    if not tight:
        row.append(seconds(figures.latency.p50))
    row.append(seconds(figures.latency.p99))
    if wide:
        wasted = figures.wasted_work / figures.work if figures.work else None
        row.append(share(wasted))
    row.append(outcome_shares(figures.call_outcomes))
    return row


def replicas(figures: ServiceFigures) -> str:
    """How many instances there were: the fewest and the most that were ready, where they vary."""
    scaling = figures.scaling
    if scaling is None or scaling.least is None or scaling.least == scaling.most:
        return str(figures.replicas)
    return f"{scaling.least}\u2013{scaling.most}"


def bar(used: float) -> Text:
    """A utilization as a bar and a figure."""
    filled = min(BAR, round(used * BAR))
    style = "red" if used >= 0.9 else "yellow" if used >= 0.7 else "green"
    text = Text("█" * filled, style=style)
    text.append("·" * (BAR - filled), style="dim")
    text.append(f" {share(used)}", style="default")
    return text
