"""What users saw, as a table."""

from __future__ import annotations

from reports.documents.grid import Grid, figures, words
from reports.quantity import MISSING, count, digits, rate, seconds, share
from reports.tables.style import outcome_shares
from simulator.experiment.result import Result, TrafficFigures


def traffic(result: Result) -> Grid:
    """A row for each class, and below it one for each of its entry endpoints where it has several."""
    rows = []
    for name, each in result.traffic.items():
        rows.append(_row(name, each))
        if len(each.endpoints) > 1:
            rows += [_row(f"{name}: {entry}", part) for entry, part in each.endpoints.items()]
    columns = figures(
        "requests", "throughput", "goodput", "available", "mean", "p50", "p95", "p99", "max",
        "attempts per request",
    )  # fmt: skip
    return Grid(
        "Traffic",
        (*words("class"), *columns, *words("outcomes")),
        tuple(rows),
        "Available is the share of usable answers; goodput counts those that were right and in time. "
        "Latencies are of usable answers.",
    )


def _row(name: str, each: TrafficFigures) -> tuple[str, ...]:
    latency, attempts = each.latency, each.attempts_per_request
    return (
        name,
        count(each.started),
        rate(each.throughput),
        rate(each.goodput),
        share(each.availability),
        seconds(latency.mean),
        seconds(latency.p50),
        seconds(latency.p95),
        seconds(latency.p99),
        seconds(latency.max),
        MISSING if attempts is None else digits(attempts),
        outcome_shares(each.outcomes).plain,
    )
