"""What went wrong, when it became known, and how far it went."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from reports.quantity import MISSING, count, seconds, share
from reports.tables.style import new_table
from simulator.experiment.result import AffectedService, FaultFigures, Result

MOST_NAMED = 3
MOST_REACHED = 8


def faults_table(result: Result) -> Table:
    """A row for each fault: whom it hit, when, and how the system took it."""
    table = new_table("Faults")
    table.add_column("")
    table.add_column("kind")
    table.add_column("hit")
    for title in ("from", "to", "detected", "recovered", "lost", "least goodput"):
        table.add_column(title, justify="right", no_wrap=title != "least goodput")
    for each in result.faults:
        table.add_row(
            each.name,
            each.kind,
            few(each.targets) or "nobody",
            seconds(each.start),
            seconds(each.end),
            MISSING if each.detected_after is None else after(each.detected_after),
            recovered(each),
            count(each.lost_requests),
            share(each.depth),
        )
    return table


def recovered(fault: FaultFigures) -> str:
    """After how long users were as well as before; `-` where that is not known."""
    if fault.steady is None:
        return MISSING
    return "unharmed" if fault.unharmed else after(fault.recovered_after)


def blast_radius(result: Result) -> Text | None:
    """A line for each fault that others felt: who, from whom, when and how; None if none did."""
    lines = []
    for fault in result.faults:
        if not fault.blast_radius:
            continue
        text = Text(f"{fault.name} reached ", style="bold")
        parts = [reached(each) for each in fault.blast_radius[:MOST_REACHED]]
        more = len(fault.blast_radius) - len(parts)
        if more > 0:
            parts.append(f"{more} more")
        lines.append(text.append(", ".join(parts), style="not bold"))
    return Text("\n").join([*lines, Text()]) if lines else None


def reached(service: AffectedService) -> str:
    """One service in a blast radius: `shop by stock +1.00 s (failures)`."""
    text = service.service
    if service.parent is not None:
        text += f" by {service.parent}"
    if service.departed_after is not None:
        text += f" {after(service.departed_after)} ({service.departed_by})"
    return text


def few(names: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    text = ", ".join(names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    return f"{text} and {more} more" if more > 0 else text


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
