"""Results as tables for the terminal."""

from __future__ import annotations

from rich.console import RenderableType

from reports.tables.deployments import deployments_table
from reports.tables.expectations import expectations_table
from reports.tables.faults import blast_radius, deaths_table, faults_table
from reports.tables.log import log_table
from reports.tables.policies import metastability_line, policies_table
from reports.tables.scaling import cost_line, scaling_table
from reports.tables.services import services_table
from reports.tables.slos import slos_table
from reports.tables.traffic import failures_line, traffic_table
from reports.tables.verdict import heading, verdict_line
from simulator.experiment.result import Result


def report(result: Result, width: int) -> list[RenderableType]:
    """Everything that `aftershock run` shows of a result, from top to bottom."""
    parts: list[RenderableType] = [heading(result), traffic_table(result, width)]
    failures = failures_line(result)
    if failures is not None:
        parts.append(failures)
    parts.append(services_table(result, width))
    scaling = scaling_table(result)
    if scaling is not None:
        parts.append(scaling)
    if result.cost is not None:
        parts.append(cost_line(result.cost))
    if result.deployments:
        parts.append(deployments_table(result))
    if result.policies:
        parts.append(policies_table(result))
    if result.faults:
        parts.append(faults_table(result, width))
        reached = blast_radius(result)
        if reached is not None:
            parts.append(reached)
    if result.deaths:
        parts.append(deaths_table(result, width))
    if result.log:
        parts.append(log_table(result, width))
    if result.metastability is not None:
        parts.append(metastability_line(result.metastability))
    if result.slos:
        parts.append(slos_table(result))
    if result.expectations:
        parts.append(expectations_table(result))
    parts.append(verdict_line(result))
    return parts


__all__ = ["report"]
