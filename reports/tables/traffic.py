"""What users saw."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from reports.quantity import count, digits, rate, seconds, share
from reports.tables.style import is_tight, is_wide, name_column, new_table, outcome_shares
from simulator.experiment.result import Result, TrafficFigures


def traffic_table(result: Result, width: int) -> Table:
    """A row for each traffic class, with its entry endpoints below where there are several."""
    names = [f"  {name}" for each in result.traffic.values() for name in each.endpoints]
    names += result.traffic
    wide, tight = is_wide(names, width), is_tight(names, width)
    table = new_table("Traffic")
    name_column(table, "class", names, width)
    if wide:
        table.add_column("requests", justify="right")
    table.add_column("throughput" if wide else "thru", justify="right", no_wrap=True)
    if wide:
        table.add_column("goodput", justify="right")
    table.add_column("available" if wide else "avail", justify="right", no_wrap=True)
    usual = ("p99",) if tight else ("p50", "p95", "p99")
    for name in ("mean", "p50", "p95", "p99", "max") if wide else usual:
        table.add_column(name, justify="right", no_wrap=True)
    if wide:
        table.add_column("attempts", justify="right")
    table.add_column("outcomes", overflow="fold")
    for name, figures in result.traffic.items():
        table.add_row(*_row(name, figures, wide, tight), style="bold")
        if len(figures.endpoints) > 1:
            for endpoint, part in figures.endpoints.items():
                table.add_row(*_row(f"  {endpoint}", part, wide, tight))
    return table


def _row(name: str, figures: TrafficFigures, wide: bool, tight: bool) -> list[str | Text]:
    latency = figures.latency
    outcomes = outcome_shares(figures.outcomes)
    if not wide:
        times = [seconds(latency.p99)]
        if not tight:
            times = [seconds(latency.p50), seconds(latency.p95), *times]
        return [name, rate(figures.throughput), share(figures.availability), *times, outcomes]
    attempts = figures.attempts_per_request
    return [
        name,
        count(figures.started),
        rate(figures.throughput),
        rate(figures.goodput),
        share(figures.availability),
        seconds(latency.mean),
        seconds(latency.p50),
        seconds(latency.p95),
        seconds(latency.p99),
        seconds(latency.max),
        "-" if attempts is None else digits(attempts),
        outcomes,
    ]


def failures_line(result: Result) -> Text | None:
    """Who decided the failures of requests, most first; None if there were none."""
    failed_by = sorted(((n, origin) for origin, n in result.total.failed_by.items()), reverse=True)
    total = sum(number for number, _ in failed_by)
    if not total:
        return None
    shown = ", ".join(f"{origin} {share(number / total)}" for number, origin in failed_by[:5])
    return Text(f"{count(total)} requests failed, decided by: {shown}\n")
