"""What happened, in the order of time."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from reports.quantity import count, seconds
from reports.tables.style import name_column, new_table
from simulator.experiment.result import LogEntry, Result

SHOWN = 12
"""Rows shown; `result.json` has them all."""
OF_MANY = ("instance", "platform")
"""Kinds of entries that often come for several at once."""
MOMENT = 1.0
"""Seconds within which what happens to several instances is one event to a reader."""


def log_table(result: Result, width: int) -> Table:
    """The first events of note: faults, deaths, breakers, scaling, and who put whom aside.

    The same that happens to several instances or nodes within a second stands in one row.
    """
    told = together(result.log)
    table = new_table("What happened")
    table.add_column("at", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    name_column(table, "who", [who(each) for each in told[:SHOWN]], width)
    table.add_column("what", overflow="fold")
    for each in told[:SHOWN]:
        first = each[0]
        table.add_row(seconds(first.time), first.kind, who(each), first.detail.replace("_", " "))
    more = len(result.log) - sum(len(each) for each in told[:SHOWN])
    if more > 0:
        table.caption = f"and {count(more)} more, in the `log` of --json\n"
        table.caption_justify = "left"
    return table


def together(log: Sequence[LogEntry]) -> list[list[LogEntry]]:
    """The entries; those of instances to which the same happened, one after another, as one."""
    groups: list[list[LogEntry]] = []
    for each in log:
        before = groups[-1][0] if groups else None
        if (
            before is not None
            and each.kind == before.kind
            and each.kind in OF_MANY
            and each.detail == before.detail
            and each.time - before.time <= MOMENT
            and service_of(each) == service_of(before)
        ):
            groups[-1].append(each)
        else:
            groups.append([each])
    return groups


def who(group: Sequence[LogEntry]) -> str:
    """Whom it happened to: a name, or how many of a service or a pool."""
    first = group[0]
    return first.subject if len(group) == 1 else f"{len(group)} of {service_of(first)}"


def service_of(entry: LogEntry) -> str:
    """The service of an entry about an instance, or the pool of one about a node."""
    return entry.subject.rpartition("-")[0]
