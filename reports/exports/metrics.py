"""The metrics that a run becomes for Prometheus: their names, labels and units.

The names follow the rules of Prometheus ("Metric and label naming"): the application's name first,
base units at the end, `_total` for what only grows. Where OpenTelemetry has a word for the same
thing (`duration`, in seconds, of what it counts) it is taken. The conventional names themselves,
such as `rpc.server.call.duration`, are left to real measurements, so that a rehearsal beside
production in one database is never added to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

PREFIX = "aftershock_"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric family."""

    kind: str
    """As OpenMetrics has it: `counter`, `gauge`, `histogram`, `summary` or `info`."""
    unit: str
    """With which its name ends; empty for what is counted."""
    labels: tuple[str, ...]
    about: str


LEVELS: Mapping[str, tuple[str, tuple[str, ...], str]] = {
    "traffic": ("request", ("traffic",), "Requests of users, by class"),
    "service": ("service_attempt", ("service",), "Attempts at instances of a service"),
    "endpoint": ("endpoint_attempt", ("service", "endpoint"), "Attempts at an endpoint"),
    "instance": ("instance_attempt", ("service", "instance"), "Attempts at an instance"),
    "edge": ("call", ("caller", "callee"), "Calls from a caller to an endpoint"),
}
"""What is counted, by the kind of series: the name, the labels, and whose it is."""


def _counted() -> dict[str, Metric]:
    """Of each level: how many ended, how, and how long the usable answers took."""
    found: dict[str, Metric] = {}
    for noun, labels, whose in LEVELS.values():
        name = f"{PREFIX}{noun}"
        count = f"{whose}: how many ended, by outcome"
        found[f"{name}s"] = Metric("counter", "", (*labels, "outcome"), count)
        quantiles = f"{whose}: percentiles of how long usable answers took, in the last interval"
        found[f"{name}_duration_quantile_seconds"] = Metric(
            "summary", "seconds", (*labels, "quantile"), quantiles
        )
    return found


METRICS: Mapping[str, Metric] = {
    "aftershock_run": Metric(
        "info", "", ("scenario", "seed", "replication", "digest"), "Which run this is"
    ),
    **_counted(),
    "aftershock_request_duration_seconds": Metric(
        "histogram", "seconds", ("traffic",),
        "Requests of users, by class: how long usable answers took",
    ),
    "aftershock_instance_busy_requests": Metric(
        "gauge", "requests", ("service", "instance"),
        "Requests being worked on, mean of the last interval",
    ),
    "aftershock_instance_queue_requests": Metric(
        "gauge", "requests", ("service", "instance"),
        "Requests that wait for a place, mean of the last interval",
    ),
    "aftershock_instance_queue_max_requests": Metric(
        "gauge", "requests", ("service", "instance"),
        "The most requests that waited at once in the last interval",
    ),
    "aftershock_instance_cpu_seconds": Metric(
        "counter", "seconds", ("service", "instance"), "Core-seconds in use, of services that have cores",
    ),
    "aftershock_instance_work_seconds": Metric(
        "counter", "seconds", ("service", "instance"), "Core-seconds of work done",
    ),
    "aftershock_instance_wasted_work_seconds": Metric(
        "counter", "seconds", ("service", "instance"),
        "Core-seconds of work for callers who had given up",
    ),
    "aftershock_service_ready_instances": Metric(
        "gauge", "instances", ("service",),
        "Instances that were ready, mean of the last interval",
    ),
    "aftershock_service_wanted_instances": Metric(
        "gauge", "instances", ("service",), "Instances that were asked for",
    ),
    "aftershock_fault_active": Metric(
        "gauge", "", ("fault", "kind"), "1 from the first begin of a fault to its last end, else 0",
    ),
    "aftershock_events": Metric(
        "counter", "", ("kind",), "Entries of the log, by kind",
    ),
}  # fmt: skip
"""All of them, by the name of the family. Samples of counters end in `_total`, those of the one `info`
in `_info`. Each sample has the label `run` as well."""


ENDINGS = {"counter": "_total", "info": "_info", "histogram": "_bucket"}
"""What the names of samples end in, by the kind of the family."""


def sample(family: str) -> str:
    """The name of a family's samples; a histogram and a summary have `_count` and `_sum` beside theirs."""
    return family + ENDINGS.get(METRICS[family].kind, "")
