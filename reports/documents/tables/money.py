"""What it cost, as a table."""

from __future__ import annotations

from reports.documents.grid import Grid, figures, words
from reports.quantity import MISSING, digits, share
from simulator.experiment.result import Result


def cost(result: Result) -> Grid:
    """A row for each service and each pool that has a price, and for the sum."""
    columns = (*words("of"), *figures("hours", "cost"))
    found = result.cost
    if found is None:
        return Grid("Cost", columns, ())
    rows = [
        (f"instances of {name}", digits(hours), digits(found.services[name]))
        for name, hours in found.instance_hours.items()
    ]
    rows += [
        (f"nodes of {name}", digits(hours), digits(found.nodes[name]))
        for name, hours in found.node_hours.items()
    ]
    million = found.per_million_good
    rows += [
        ("all together", MISSING, digits(found.total)),
        ("an hour", MISSING, digits(found.per_hour)),
        ("a million good answers", MISSING, MISSING if million is None else digits(million)),
    ]
    wasted = found.wasted
    note = "" if wasted is None else f" {share(wasted)} of it paid for capacity nobody used."
    return Grid("Cost", columns, tuple(rows), f"In the currency of the prices.{note}")
