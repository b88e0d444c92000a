"""What a run leaves behind: plain figures, frozen, the same for a table, a file and a notebook.

Times are seconds, shares are parts of 1, rates are per second. A figure that does not apply (the
mean latency of nothing) is None, never 0. The summary is of requests that *started* at or after
the warm-up; the series shows everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.experiment.promises import DERIVED, ExpectationResult, SloFigures

SCHEMA = "aftershock.run/1"

Outcomes = Mapping[str, int]
"""How many ended in each outcome; outcomes that did not occur are left out."""


@dataclass(frozen=True, slots=True)
class Latency:
    """How long answers took, in seconds; percentiles within 1 % of the true value."""

    count: int
    mean: float | None
    p50: float | None
    p90: float | None
    p95: float | None
    p99: float | None
    p999: float | None
    max: float | None


@dataclass(frozen=True, slots=True)
class TrafficFigures:
    """What one class of users saw, or all of them, or those of one entry endpoint."""

    started: int
    finished: int
    in_flight: int
    outcomes: Outcomes
    availability: float | None
    """(ok + degraded) / finished."""
    throughput: float
    """Finished per second, whatever the outcome."""
    goodput: float
    """`ok` within the class's `slo` (every `ok` where it has none), per second."""
    attempts_per_request: float | None
    latency: Latency
    """Of requests that ended `ok` or `degraded`."""
    latency_all: Latency
    """Of every finished request."""
    failed_by: Mapping[str, int]
    """Who decided the failures, by name: an instance's service, or the caller's own policy."""
    endpoints: Mapping[str, TrafficFigures]
    """The same by entry endpoint (`service.endpoint`); empty inside an endpoint."""


@dataclass(frozen=True, slots=True)
class Queue:
    """Requests that waited for a place: the time-weighted mean and the most at once."""

    mean: float
    max: int


@dataclass(frozen=True, slots=True)
class EndpointFigures:
    """One endpoint, as its callers saw it."""

    calls: int
    attempts: int
    in_flight: int
    outcomes: Outcomes
    """Of the attempts."""
    latency: Latency


@dataclass(frozen=True, slots=True)
class InstanceFigures:
    """One instance of a service."""

    attempts: int
    outcomes: Outcomes
    latency: Latency
    utilization: float | None
    busy: float
    """Requests being worked on, time-weighted mean."""
    queue: Queue
    zone: str | None = None
    """Where it stood last; None for nowhere in particular."""


@dataclass(frozen=True, slots=True)
class ScalingFigures:
    """How many instances of a service were ready, where they come and go; times in seconds."""

    least: int | None
    most: int | None
    mean: float | None
    """Time-weighted."""
    last: int
    """At the end of the run."""
    started: int
    """How many were asked for since the warm-up."""
    stopped: int
    """How many were gone since the warm-up."""
    start_mean: float | None
    """From asking for one to its being ready."""
    start_max: float | None
    restarts: int
    """How often a process was started again in its place, since the instance was asked for."""


@dataclass(frozen=True, slots=True)
class CostFigures:
    """What it cost, from the warm-up to the end; in the currency of the prices."""

    instance_hours: Mapping[str, float]
    """By service, for those that have a price."""
    node_hours: Mapping[str, float]
    """By pool, for those that have a price."""
    services: Mapping[str, float]
    """What the instances of each service cost."""
    nodes: Mapping[str, float]
    """What the nodes of each pool cost."""
    total: float
    per_hour: float
    per_million_good: float | None
    """For a million answers that were right and in time; None if there was none."""
    wasted: float | None
    """The share of it that paid for capacity nobody used; None where no capacity has a limit."""


@dataclass(frozen=True, slots=True)
class ServiceFigures:
    """One service: all its instances and endpoints together, as callers saw it."""

    replicas: int
    """How many instances it has; where they come and go, at the end."""
    calls: int
    attempts: int
    in_flight: int
    outcomes: Outcomes
    """Of the attempts."""
    call_outcomes: Outcomes
    latency: Latency
    utilization: float | None
    """Share of its cores (where it has cores) or of its concurrency in use; None if it has neither."""
    utilization_peak: float | None
    """The same in the busiest interval of the series that began after the warm-up."""
    busy: float
    """Requests being worked on, all instances together, time-weighted mean."""
    queue: Queue
    """All instances together: the sum of means, and the longest queue of any one instance."""
    work: float
    """Seconds of work done."""
    wasted_work: float
    """Of these, seconds spent on requests whose caller had given up by the time they ended."""
    instances: Mapping[str, InstanceFigures]
    endpoints: Mapping[str, EndpointFigures]
    scaling: ScalingFigures | None = field(default=None, metadata=DERIVED)
    """None where its instances do not come and go."""


@dataclass(frozen=True, slots=True)
class EdgeFigures:
    """The calls from one caller (`shop.checkout`, or a traffic class) to one endpoint."""

    caller: str
    callee: str
    calls: int
    attempts: int
    outcomes: Outcomes
    """Of the calls."""
    latency: Latency


@dataclass(frozen=True, slots=True)
class LogEntry:
    """Something that happened in the run, and is worth telling by itself."""

    time: float
    kind: str
    """`fault`, `instance`, `registry`, `choice` (of a caller among instances), `gslb`, `breaker`, `scale`,
    `deploy` or `platform`."""
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class PolicyFigures:
    """What one policy did, all of a caller's instances together."""

    caller: str | None
    """A service or a traffic class; `*` for a policy that all share; None for the callee's own."""
    callee: str
    policy: str
    endpoints: tuple[str, ...]
    """Those of the callee that it guards."""
    parts: int
    """How many of it there are: one for each caller instance, as a rule."""
    counters: Mapping[str, float]
    """What it counted; `limit` and `balance` are the mean of all parts at the end of the run."""


@dataclass(frozen=True, slots=True)
class Metastability:
    """What became of the system once its triggers (faults, surges of load) were over."""

    metastable: bool
    """Whether it stayed down: goodput below half of what it was, to the end of the run."""
    trigger_from: float
    trigger_to: float
    goodput_before: float
    """Between the warm-up and the first trigger, per second."""
    goodput_after: float
    """In the last quarter of the time after the last trigger."""
    attempts_before: float | None
    """Attempts at all hops for each request that ended, in the same times."""
    attempts_after: float | None


@dataclass(frozen=True, slots=True)
class Stopped:
    """Why a run ended before its time: which condition of `stop_when` held."""

    condition: str
    time: float
    """When, in seconds: nothing was played after that."""
    value: float
    """In the unit of the measure."""


@dataclass(frozen=True, slots=True)
class Span:
    """One attempt in a trace."""

    id: int
    parent: int | None
    """The span that made the call; None for the request's entry call."""
    caller: str
    callee: str
    instance: str | None
    sent: float
    ended: float | None
    """When the caller had its answer or gave up; None if the run ended first."""
    served_from: float | None
    """When the instance began to work on it; None if it never did."""
    served_until: float | None
    outcome: str | None
    origin: str | None


@dataclass(frozen=True, slots=True)
class SteadyState:
    """What users saw before a fault, from `since` to `until`; means and spreads over intervals.

    A spread is a standard deviation. Here every `ok` is goodput, since the series knows no `slo`;
    `failures` is a share of what ended; `latency` is the p99 of each class, its geometric mean.
    """

    since: float
    until: float
    goodput: float
    goodput_spread: float
    failures: float | None
    failures_spread: float | None
    latency: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class AffectedService:
    """One service in the blast radius of a fault, as its callers saw it."""

    service: str
    parent: str | None
    """From whom the trouble came; None for the one that the fault hit."""
    departed_after: float | None
    """When it first left its steady state; None if only others did."""
    departed_by: str | None
    """`failures` or `latency`."""
    endpoints: Mapping[str, float]
    """Its endpoints that left their steady states, and when."""


@dataclass(frozen=True, slots=True)
class FaultFigures:
    """One fault: whom it hit, from when to when, and how the system took it.

    What ends in `_after` counts in seconds from its start. None stands for what did not come; where
    there was no steady state before the fault to compare with, `steady` and all below are None.
    """

    name: str
    kind: str
    start: float | None
    end: float | None
    targets: tuple[str, ...]
    times: int = 1
    """How often it began: `start` is its first begin, `end` its last end."""
    detected_after: float | None = None
    detected_by: str | None = None
    """Who noticed first: `outlier`, `health_check`, `breaker`, `registry`, `autoscaler` or the last
    of `callers`."""
    recovered_after: float | None = None
    """When users were back in their steady state for good; None if they never were, or never left."""
    lost_requests: int | None = None
    """Users' requests that failed, beyond the usual, while it was on or until the recovery."""
    departed_after: float | None = None
    departed_by: str | None = None
    """The measure that left its band first: `goodput`, `failures` or `latency`."""
    stayed_down: bool | None = None
    """Whether users never came back although the fault was over."""
    depth: float | None = None
    """The lowest goodput until the recovery, as a part of what was to be expected."""
    lost_goodput: float | None = None
    """Right answers that were missing until the recovery."""
    amplification_before: float | None = None
    """Attempts at all hops for each request, in the steady state."""
    amplification_peak: float | None = None
    """The same in the worst interval."""
    steady: SteadyState | None = None
    blast_radius: tuple[AffectedService, ...] = ()
    error_budget_spent: Mapping[str, float] | None = field(default=None, metadata=DERIVED)
    """By objective, the share of its budget that went, beyond the usual, while it was on or until the
    recovery; None without objectives."""

    @property
    def unharmed(self) -> bool:
        """Whether users are known never to have left their steady state."""
        return self.steady is not None and self.departed_after is None


@dataclass(frozen=True, slots=True)
class DeploymentFigures:
    """A new version of a service: how it was rolled out, and what became of it; times in seconds.

    `requests` are the attempts that instances with the new version have ended until the end of the
    rollout, `failed` those of them that came to no use.
    """

    service: str
    version: str
    strategy: str
    start: float
    end: float | None
    """None if something was still to be done at the end of the run."""
    outcome: str
    """`complete`, `rolled back` or `under way`."""
    why: str | None
    """For what reason it was taken back; None if it was not."""
    requests: int
    failed: int


@dataclass(frozen=True, slots=True)
class DeathFigures:
    """How the death of an instance became known; times in seconds, None for what never came.

    `registry_knew_after` and `callers_knew_after` count from the death, to the moment at which the
    registry no longer listed it and the last caller no longer sent to it; `sent_meanwhile` are the
    attempts that reached it while it was dead, `lost` those that were inside when it died.
    """

    instance: str
    died: float
    back: float | None
    registry_knew_after: float | None
    callers_knew_after: float | None
    sent_meanwhile: int
    lost: int


@dataclass(frozen=True, slots=True)
class Trace:
    """One sampled request with every attempt it caused."""

    request: int
    traffic: str
    endpoint: str
    started: float
    ended: float | None
    outcome: str | None
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class SeriesTable:
    """Figures per interval of one kind of thing (`traffic`, `service`, `instance`, ...), as columns.

    Every column has one entry per (time, name); `time` is the start of the interval in seconds. A
    row is there for each interval in which something happened to that name, and for services and
    instances for every interval.
    """

    kind: str
    columns: Mapping[str, NDArray[np.float64] | NDArray[np.int64] | list[str]]


@dataclass(frozen=True, slots=True)
class Result:
    """Everything that one run has to say."""

    scenario: str
    description: str
    seed: int
    replication: int
    duration: float
    warmup: float
    simulated: float
    """How far the clock came: `duration`, unless the run was stopped before."""
    interval: float
    events: int
    wall_seconds: float
    digest: str
    total: TrafficFigures
    """All traffic together."""
    traffic: Mapping[str, TrafficFigures]
    services: Mapping[str, ServiceFigures]
    edges: tuple[EdgeFigures, ...]
    policies: tuple[PolicyFigures, ...]
    faults: tuple[FaultFigures, ...]
    deaths: tuple[DeathFigures, ...]
    log: tuple[LogEntry, ...]
    """The events of note, in the order of time; the first 10,000."""
    metastability: Metastability | None
    """None where no trigger came and went, or too little time was left to tell."""
    expectations: tuple[ExpectationResult, ...]
    bottleneck: str | None
    """The service that came nearest to having its capacity used up; None if none has a capacity."""
    warnings: tuple[str, ...]
    series: Mapping[str, SeriesTable]
    traces: tuple[Trace, ...]
    stopped: Stopped | None = None
    """Where a condition of the scenario has ended the run; None where none has."""

    slos: Mapping[str, SloFigures] = field(default_factory=dict)
    """The objectives of the scenario, by name."""

    cost: CostFigures | None = None
    """None where nothing has a price."""

    deployments: tuple[DeploymentFigures, ...] = ()
    """Every rollout of a version, in the order of time."""

    @property
    def score(self) -> float | None:
        """From 0 to 100: the weight of the expectations that are met, as a part of all.

        None where nothing is expected, or the run was stopped from outside. Source: the resilience
        score of LitmusChaos, the mean of the probe success percentages, by the weights of the faults.
        """
        total = sum(each.weight for each in self.expectations)
        if not total or self.verdict == "incomplete":
            return None
        return 100.0 * sum(each.weight for each in self.expectations if each.met) / total

    @property
    def complete(self) -> bool:
        return self.simulated >= self.duration

    @property
    def verdict(self) -> str:
        """`pass`, `fail`, or `incomplete` for a run that was stopped from outside."""
        if self.stopped is not None:
            return "fail"
        if not self.complete:
            return "incomplete"
        return "pass" if all(each.met for each in self.expectations) else "fail"

    def to_json(self) -> dict[str, object]:
        """The object that `--json` prints and `result.json` holds, in the order of its schema."""
        return {
            "schema": SCHEMA,
            "scenario": self.scenario,
            "description": self.description,
            "seed": self.seed,
            "replication": self.replication,
            "duration": self.duration,
            "warmup": self.warmup,
            "simulated": self.simulated,
            "complete": self.complete,
            "stopped": plain(self.stopped),
            "interval": self.interval,
            "events": self.events,
            "wall_seconds": self.wall_seconds,
            "digest": self.digest,
            "total": plain(self.total),
            "traffic": plain(self.traffic),
            "services": plain(self.services),
            "edges": plain(self.edges),
            "policies": plain(self.policies),
            "faults": plain(self.faults),
            "deaths": plain(self.deaths),
            "log": plain(self.log),
            "metastability": plain(self.metastability),
            "bottleneck": self.bottleneck,
            "warnings": list(self.warnings),
            "slos": plain(self.slos),
            "cost": plain(self.cost),
            "deployments": plain(self.deployments),
            "expectations": plain(self.expectations),
            "score": self.score,
            "verdict": self.verdict,
        }


def plain(value: object) -> object:
    """`value` as JSON has it: dataclasses and mappings as objects, tuples as arrays."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value
