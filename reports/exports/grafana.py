"""A dashboard for Grafana that shows what the export for Prometheus holds of a run.

All names of metrics and labels are those of `reports.exports.metrics`. Source: the classic JSON model
of dashboards (grafana.com/docs) in its version 39, of Grafana 10; later ones read it as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil
from typing import Any

from reports.exports.grid import Grid
from reports.exports.metrics import LEVELS, METRICS, PREFIX, sample
from reports.exports.openmetrics import name_of
from reports.stored import StoredRun
from simulator.experiment.result import Result

SCHEMA = 39
COLUMNS, HEIGHT = 24, 8
"""The width of Grafana's grid, and how much of its height a panel takes."""
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
RATE = "$__rate_interval"
"""Chosen by Grafana, so that it spans enough samples at each zoom."""
PERCENTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}

REQUESTS = f"{PREFIX}{LEVELS['traffic'][0]}s"
ATTEMPTS = f"{PREFIX}{LEVELS['service'][0]}s"
QUANTILES = f"{PREFIX}{LEVELS['traffic'][0]}_duration_quantile_seconds"
LATENCY = "aftershock_request_duration_seconds"
BUSY, QUEUE = "aftershock_instance_busy_requests", "aftershock_instance_queue_requests"
CPU = "aftershock_instance_cpu_seconds"
READY, WANTED = "aftershock_service_ready_instances", "aftershock_service_wanted_instances"
FAULT = "aftershock_fault_active"
"""Families, as `METRICS` has them."""

RUN = 'run="$run"'
OF_CLASS = f'{{{RUN}, traffic=~"$traffic"}}'
OF_SERVICE = f'{{{RUN}, service=~"$service"}}'


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel: its title, how wide it is of `COLUMNS`, its unit, and its queries by their legends."""

    title: str
    width: int
    unit: str
    family: str
    """The metric whose description it bears."""
    queries: Mapping[str, str]
    stacked: bool = False


def pieces(run: StoredRun, start: datetime) -> Iterator[str]:
    """The file; the run begins at `start`."""
    yield json.dumps(dashboard(run.result, start), indent=2, ensure_ascii=False) + "\n"


def dashboard(result: Result, start: datetime) -> dict[str, Any]:
    """The dashboard: the same for each run of a scenario, but for the time and the run it opens with."""
    # Samples stand a step apart; where these differ, the longest is needed to have two of them.
    step = f"{ceil(1000.0 * float(Grid.of(result).lengths.max()))}ms"
    end = start + timedelta(seconds=result.simulated)
    return {
        "uid": uid_of(result.scenario),
        "title": f"Aftershock: {result.scenario}",
        "description": result.description,
        "tags": ["aftershock"],
        "schemaVersion": SCHEMA,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "timezone": "utc",
        "time": {"from": _moment(start), "to": _moment(end)},
        "refresh": "",
        "templating": {"list": _variables(result)},
        "annotations": {"list": [_faults(step)]},
        "panels": list(_placed(_panels(result), step)),
    }


def uid_of(scenario: str) -> str:
    """The same for each run of a scenario, so that a later import replaces the dashboard.

    Grafana takes 40 letters, digits, dashes and underscores at most.
    """
    plain = re.sub(r"[^a-z0-9]+", "-", scenario.lower()).strip("-")[:20]
    return f"aftershock-{plain}-{sha256(scenario.encode()).hexdigest()[:8]}".replace("--", "-")


def _panels(result: Result) -> Iterator[Panel]:
    """All panels that the run has metrics for, from the users to the instances."""
    by_outcome = f"sum by (outcome) ({_rate(REQUESTS, OF_CLASS)})"
    yield Panel("Requests by outcome", 12, "reqps", REQUESTS, {"{{outcome}}": by_outcome}, True)
    right = OF_CLASS.replace("}", ', outcome="ok"}')
    goodput = {
        "throughput": f"sum({_rate(REQUESTS, OF_CLASS)})",
        "goodput": f"sum({_rate(REQUESTS, right)})",
    }
    yield Panel("Throughput and goodput", 12, "reqps", REQUESTS, goodput)
    if "latency" in result.series:
        buckets = f"sum by (le) ({_rate(LATENCY, OF_CLASS)})"
        latency = {
            name: f"histogram_quantile({share}, {buckets})" for name, share in PERCENTILES.items()
        }
        yield Panel("Latency, all classes together", 12, "s", LATENCY, latency)
    p99 = OF_CLASS.replace("}", ', quantile="0.99"}')
    yield Panel("p99 by class", 12, "s", QUANTILES, {"{{traffic}}": QUANTILES + p99})
    if "gauge" in result.series:
        cores = f"sum by (service) ({_rate(CPU, OF_SERVICE)})"
        yield Panel("Utilisation: cores in use", 8, "short", CPU, {"{{service}}": cores})
        for title, family in (("Utilisation: requests in work", BUSY), ("Queue", QUEUE)):
            query = f"sum by (service) ({family}{OF_SERVICE})"
            yield Panel(title, 8, "short", family, {"{{service}}": query})
    if "replicas" in result.series:
        counts = {"ready": READY, "wanted": WANTED}
        queries = {f"{{{{service}}}} {n}": family + OF_SERVICE for n, family in counts.items()}
        yield Panel("Instances", 12, "short", READY, queries)
    if any(each.start is not None for each in result.faults):
        queries = {"{{fault}} ({{kind}})": f"{FAULT}{{{RUN}}}"}
        yield Panel("Faults", 12, "short", FAULT, queries)


def _rate(family: str, chosen: str) -> str:
    """How fast a counter of a family grows, per second."""
    return f"rate({sample(family)}{chosen}[{RATE}])"


def _placed(panels: Iterator[Panel], step: str) -> Iterator[dict[str, Any]]:
    """Panels beside each other as long as they fit a row, then below."""
    x = y = 0
    for number, panel in enumerate(panels, 1):
        if x + panel.width > COLUMNS:
            x, y = 0, y + HEIGHT
        yield _panel(panel, number, {"x": x, "y": y, "w": panel.width, "h": HEIGHT}, step)
        x += panel.width


def _panel(panel: Panel, number: int, place: Mapping[str, int], step: str) -> dict[str, Any]:
    stacking = {"mode": "normal" if panel.stacked else "none", "group": "A"}
    return {
        "id": number,
        "type": "timeseries",
        "title": panel.title,
        "description": METRICS[panel.family].about,
        "gridPos": dict(place),
        "datasource": SOURCE,
        # Without it Grafana takes samples to be 15 s apart, and averages over a minute.
        "interval": step,
        "fieldConfig": {
            "defaults": {
                "unit": panel.unit,
                "min": 0,
                "custom": {"fillOpacity": 40 if panel.stacked else 0, "stacking": stacking},
            },
            "overrides": [],
        },
        "options": {
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
        "targets": [
            {
                "refId": chr(ord("A") + letter),
                "datasource": SOURCE,
                "expr": query,
                "legendFormat": legend,
                "interval": step,
                "range": True,
            }
            for letter, (legend, query) in enumerate(panel.queries.items())
        ],
    }


def _variables(result: Result) -> list[dict[str, Any]]:
    """The data source, the run, and the classes and services of that run."""
    name = name_of(result)
    source = {
        "name": "datasource",
        "label": "data source",
        "type": "datasource",
        "query": "prometheus",
        "refresh": 1,
        "hide": 0,
    }
    # Any run of the scenario that lies in the same database can be chosen instead.
    scenario = json.dumps(result.scenario, ensure_ascii=False)
    runs = _query("run", f"label_values({sample('aftershock_run')}{{scenario={scenario}}}, run)")
    runs["current"] = {"text": name, "value": name, "selected": True}
    chosen: Sequence[tuple[str, str]] = (
        ("traffic", f"label_values({sample(REQUESTS)}{{{RUN}}}, traffic)"),
        ("service", f"label_values({sample(ATTEMPTS)}{{{RUN}}}, service)"),
    )
    everything = {"text": ["All"], "value": ["$__all"], "selected": True}
    several = {"multi": True, "includeAll": True, "allValue": ".*", "current": everything}
    return [source, runs, *(_query(label, query) | several for label, query in chosen)]


def _query(name: str, query: str) -> dict[str, Any]:
    """A variable whose values are those of a label."""
    return {
        "name": name,
        "label": {"traffic": "traffic class"}.get(name, name),
        "type": "query",
        "datasource": SOURCE,
        "definition": query,
        "query": {"query": query, "refId": "A"},
        "refresh": 2,
        "sort": 1,
        "hide": 0,
        "multi": False,
        "includeAll": False,
    }


def _faults(step: str) -> dict[str, Any]:
    """Faults as regions over all panels: as long as the metric is above 0."""
    return {
        "name": "Faults",
        "datasource": SOURCE,
        "enable": True,
        "iconColor": "red",
        "expr": f"{FAULT}{{{RUN}}} > 0",
        "step": step,
        "titleFormat": "{{fault}}",
        "textFormat": "{{kind}}",
        "tagKeys": "kind",
    }


def _moment(moment: datetime) -> str:
    """As Grafana keeps the ends of a time range: UTC, to the millisecond."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
