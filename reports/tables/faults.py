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
FIGURES = 59
"""Columns that a fault's figures need beside its name, its kind and whom it hit."""
LEAST = "least goodput"
DEATH_FIGURES = 70
"""Columns that a death's figures need beside the instance, with their titles in one line."""


def faults_table(result: Result, width: int) -> Table:
    """A row for each fault: whom it hit, when, and how the system took it.

    Where there is no room for the names of those it hit, their number stands there.
    """
    table = new_table("Faults")
    names, kinds = [each.name for each in result.faults], [each.kind for each in result.faults]
    room = width - FIGURES - max(map(len, names)) - max(map(len, kinds))
    named = all(len(name) <= room for each in result.faults for name in each.targets)
    hits = [hit(each.targets, named) for each in result.faults]
    tight = max(map(len, hits)) > room - LEAST.index(" ")
    for title in ("", "kind", "hit"):
        table.add_column(title, overflow="fold")
    for title in ("from", "to", "detected", "recovered", "lost", LEAST):
        shown = title.replace(" ", "\n") if tight else title
        table.add_column(shown, justify="right", no_wrap=True)
    for each, whom in zip(result.faults, hits, strict=True):
        table.add_row(
            each.name,
            each.kind,
            whom,
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


def hit(targets: Sequence[str], named: bool) -> str:
    """Whom a fault hit, or where their names are too long how many they are."""
    if not targets:
        return "nobody"
    return few(targets) if named else str(len(targets))


def few(names: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    text = ", ".join(names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    return f"{text} and {more} more" if more > 0 else text


def deaths_table(result: Result, width: int) -> Table:
    """A row for each death: after how long it was known, and what that cost."""
    table = new_table("Deaths: who knew, and when")
    tight = width - max(len(each.instance) for each in result.deaths) < DEATH_FIGURES
    table.add_column("", overflow="fold")
    for title in ("died", "registry knew", "last caller knew", "sent meanwhile", "lost inside"):
        shown = "\n".join(title.rsplit(maxsplit=1)) if tight else title
        table.add_column(shown, justify="right", no_wrap=True)
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
