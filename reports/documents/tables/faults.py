"""Faults, whom they reached, and who died, as tables."""

from __future__ import annotations

from reports.documents.grid import Grid, figures, words
from reports.quantity import MISSING, count, seconds, share
from reports.tables.faults import after, hit, recovered
from simulator.experiment.result import Result


def faults(result: Result) -> Grid:
    """A row for each fault: whom it hit, when, and how the system took it."""
    rows = []
    for each in result.faults:
        noticed = MISSING
        if each.detected_after is not None:
            noticed = f"{after(each.detected_after)} ({(each.detected_by or '').replace('_', ' ')})"
        rows.append(
            (
                each.name,
                each.kind,
                hit(each.targets, named=True),
                seconds(each.start),
                seconds(each.end),
                noticed,
                recovered(each),
                count(each.lost_requests),
                share(each.depth),
            )
        )
    columns = (
        *words("fault", "kind", "hit"),
        *figures("from", "to", "detected", "recovered", "lost requests", "least goodput"),
    )
    return Grid(
        "Faults",
        columns,
        tuple(rows),
        "Detected and recovered count from the start of the fault. Lost are the requests that failed "
        "beyond the usual; the least goodput is a part of what was to be expected.",
    )


def blast_radius(result: Result) -> Grid:
    """A row for each service that a fault brought out of its steady state."""
    rows = [
        (
            fault.name,
            each.service,
            each.parent or "the fault",
            MISSING if each.departed_after is None else after(each.departed_after),
            each.departed_by or MISSING,
        )
        for fault in result.faults
        for each in fault.blast_radius
    ]
    columns = (*words("fault", "reached", "from"), *figures("when"), *words("by"))
    return Grid("Blast radius", columns, tuple(rows))


def deaths(result: Result) -> Grid:
    """A row for each instance that died: after how long that was known, and what it cost."""
    rows = [
        (
            each.instance,
            seconds(each.died),
            "never" if each.back is None else seconds(each.back),
            after(each.registry_knew_after),
            after(each.callers_knew_after),
            count(each.sent_meanwhile),
            count(each.lost),
        )
        for each in result.deaths
    ]
    columns = figures(
        "died", "back", "registry knew", "last caller knew", "sent meanwhile", "lost inside"
    )
    return Grid("Deaths", (*words("instance"), *columns), tuple(rows))
