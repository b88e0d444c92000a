"""From what was measured to the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulator.experiment.cost import cost_of
from simulator.experiment.deployment_figures import deployment_figures
from simulator.experiment.digest import digest_of
from simulator.experiment.error_bursts import error_bursts
from simulator.experiment.fault_figures import death_figures, fault_figures
from simulator.experiment.measurement import Measurement
from simulator.experiment.metastability import metastability
from simulator.experiment.policy_figures import policy_figures
from simulator.experiment.result import LogEntry, Result, ServiceFigures, Stopped
from simulator.experiment.series import series_of
from simulator.experiment.service_figures import edge_figures, service_figures
from simulator.experiment.traces import traces_of
from simulator.experiment.traffic_figures import all_traffic
from simulator.experiment.verdict import Verdict
from simulator.observe.event_log import MOST

TOLD_OF_FAULTS = ("fault", "errors")
"""Kinds of entries of the log that are only there in a scenario with faults."""


def summarize(
    measurement: Measurement,
    *,
    seed: int,
    replication: int,
    wall_seconds: float,
    warnings: Sequence[str],
    stopped: Stopped | None = None,
) -> Result:
    """The result of a run that is over."""
    world = measurement.world
    scenario = world.scenario
    total, traffic = all_traffic(measurement)
    services = {name: service_figures(measurement, each) for name, each in world.services.items()}
    edges = edge_figures(measurement)
    policies = policy_figures(measurement)
    faults, deaths = fault_figures(measurement), death_figures(world)
    begins = [each.start for each in faults if each.start is not None]
    slos = {name: each.figures(measurement, begins) for name, each in measurement.slos.items()}
    cost = cost_of(measurement, total, services)
    verdict = Verdict(measurement, faults, slos, cost)
    expectations = [
        verdict.of(each, given.weight)
        for each, given in zip(measurement.expectations, scenario.expected(), strict=True)
    ]
    series = series_of(measurement)
    log = event_log(measurement)
    # What a fault does is in the digest, and not that there is one: a fault that harms nobody
    # leaves the digest of the run without it.
    happened = [each for each in log if each.kind not in TOLD_OF_FAULTS]
    events = [each for each in (deaths, policies, happened, stopped, slos) if each]
    return Result(
        scenario=scenario.scenario,
        description=scenario.description,
        seed=seed,
        replication=replication,
        duration=scenario.duration,
        warmup=scenario.warmup,
        simulated=measurement.end,
        interval=measurement.interval,
        events=world.kernel.fired,
        wall_seconds=wall_seconds,
        digest=digest_of(total, traffic, services, edges, expectations, series, *events),
        total=total,
        traffic=traffic,
        services=services,
        edges=edges,
        policies=policies,
        faults=faults,
        deaths=deaths,
        log=log,
        metastability=metastability(measurement),
        expectations=tuple(expectations),
        bottleneck=bottleneck(services),
        warnings=tuple(warnings),
        series=series,
        traces=traces_of(world),
        stopped=stopped,
        slos=slos,
        cost=cost,
        deployments=deployment_figures(measurement.exposures),
    )


def event_log(measurement: Measurement) -> tuple[LogEntry, ...]:
    """What happened, in the order of time: what was found out later may have happened before."""
    world = measurement.world
    entries = list(world.ledger.events.entries)
    if world.faults:
        entries += error_bursts(measurement)
    entries.sort(key=lambda each: (each.time, each.kind != "fault"))
    return tuple(LogEntry(*each) for each in entries[:MOST])


def bottleneck(services: Mapping[str, ServiceFigures]) -> str | None:
    """The service that came nearest to having its capacity used up, in its busiest interval."""
    used = {
        name: figures.utilization_peak
        for name, figures in services.items()
        if figures.utilization_peak is not None
    }
    return max(used, key=lambda name: used[name]) if used else None
