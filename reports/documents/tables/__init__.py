"""The tables of a document, in its order; those that would be empty are left out."""

from __future__ import annotations

from dataclasses import replace

from reports.documents.grid import Grid
from reports.documents.tables import faults, log, money, policies, promises, services, traffic
from reports.quantity import count
from simulator.experiment.result import Result

MOST = 40
"""Rows of one table."""


def tables_of(result: Result) -> tuple[Grid, ...]:
    """Everything of a run that is told in tables, but what was expected of it."""
    found = (
        traffic.traffic(result),
        services.services(result),
        services.instances(result),
        services.deployments(result),
        policies.policies(result),
        faults.faults(result),
        faults.blast_radius(result),
        faults.deaths(result),
        promises.objectives(result),
        money.cost(result),
        log.log(result),
    )
    return tuple(_bounded(each) for each in found if each.rows)


def _bounded(grid: Grid) -> Grid:
    """The first rows of a table, and below it how many more there are."""
    more = len(grid.rows) - MOST
    if more <= 0:
        return grid
    note = f"{grid.note} And {count(more)} more, in result.json.".strip()
    return replace(grid, rows=grid.rows[:MOST], note=note)
