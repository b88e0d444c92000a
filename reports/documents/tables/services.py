"""Services, their instances and their versions, as tables."""

from __future__ import annotations

from reports.documents.grid import Grid, figures, words
from reports.quantity import MISSING, count, digits, seconds, share
from reports.tables.scaling import changed
from reports.tables.services import replicas
from reports.tables.style import outcome_shares
from simulator.experiment.result import Result


def services(result: Result) -> Grid:
    """A row for each service; the bottleneck is named below."""
    rows = [
        (
            name,
            replicas(each),
            count(each.calls),
            share(each.utilization),
            share(each.utilization_peak),
            digits(each.queue.mean),
            count(each.queue.max),
            seconds(each.latency.p50),
            seconds(each.latency.p99),
            share(each.wasted_work / each.work if each.work else None),
            outcome_shares(each.call_outcomes).plain,
        )
        for name, each in result.services.items()
    ]
    columns = figures(
        "instances", "calls", "utilization", "in the busiest interval", "queue, mean",
        "queue, longest", "p50", "p99", "wasted work",
    )  # fmt: skip
    note = "" if result.bottleneck is None else f"The bottleneck was {result.bottleneck}. "
    return Grid(
        "Services",
        (*words("service"), *columns, *words("outcomes of calls")),
        tuple(rows),
        f"{note}Wasted is work for callers who had given up.",
    )


def instances(result: Result) -> Grid:
    """A row for each service whose instances came and went."""
    rows = [
        (
            name,
            count(each.least),
            MISSING if each.mean is None else digits(each.mean),
            count(each.most),
            count(each.started),
            count(each.stopped),
            seconds(each.start_mean),
            count(each.restarts),
        )
        for name, service in result.services.items()
        if (each := service.scaling) is not None and changed(each)
    ]
    columns = figures(
        "fewest", "mean", "most", "started", "stopped", "time to ready", "restarts"
    )  # fmt: skip
    return Grid("Ready instances", (*words("service"), *columns), tuple(rows))


def deployments(result: Result) -> Grid:
    """A row for each version that was rolled out."""
    rows = [
        (
            f"{each.service} {each.version}",
            each.strategy,
            seconds(each.start),
            seconds(each.end),
            each.outcome,
            count(each.requests),
            count(each.failed),
            each.why or MISSING,
        )
        for each in result.deployments
    ]
    columns = (
        *words("version", "strategy"),
        *figures("from", "to"),
        *words("outcome"),
        *figures("attempts on it", "failed"),
        *words("why it was taken back"),
    )
    return Grid("Deployments", columns, tuple(rows))
