"""What a running simulation shows of itself: one frozen picture, complete in itself.

A snapshot needs no earlier one to be understood, so one that comes late may be left out, and one
from the past (after going back) is drawn like any other. Times are in seconds of the simulated
clock, latencies in seconds, rates per second of it, shares are parts of 1. What does not apply is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from simulator.experiment.result import Trace

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figures:
    """What ended within the last so many `seconds`: rates, and how long good answers took."""

    seconds: float
    throughput: float
    """Everything that ended, per second."""
    goodput: float
    """Right and in time, per second."""
    outcomes: Mapping[str, float]
    """Per second, by outcome; those that did not occur are left out."""
    p50: float | None
    p95: float | None
    p99: float | None

    @property
    def failed(self) -> float:
        """The share that ended neither `ok` nor `degraded`; 0 where nothing ended.

        What its caller took back (`cancelled`, such as the loser of a hedge) is no failure: it counts
        neither among them nor in the total.
        """
        ended = sum(rate for name, rate in self.outcomes.items() if name != "cancelled")
        good = self.outcomes.get("ok", 0.0) + self.outcomes.get("degraded", 0.0)
        return max(0.0, 1.0 - good / ended) if ended > 0.0 else 0.0


@dataclass(frozen=True, slots=True)
class History:
    """A run so far, in bins of equal simulated time, of which there are a few hundred at most.

    All arrays have one value for each bin, in the order of time; percentiles of a bin without good
    answers are not a number. When there are too many bins, neighbours become one: that is exact.
    """

    width: float
    """Seconds of a bin."""
    times: FloatArray
    """When each bin began."""
    throughput: FloatArray
    goodput: FloatArray
    p50: FloatArray
    p95: FloatArray
    p99: FloatArray
    outcomes: Mapping[str, FloatArray]
    """Per second, by outcome; those that never occurred are left out."""
    bands: FloatArray = field(default_factory=lambda: np.empty(0))
    """Upper edges, in seconds, of the latency bands of `heat`; ascending."""
    heat: FloatArray = field(default_factory=lambda: np.empty((0, 0)))
    """Rows by bin, columns by band: good answers per second within that band of latency. Empty
    where nobody asked for it."""


@dataclass(frozen=True, slots=True)
class ServiceView:
    """One service as the overview shows it."""

    name: str
    layer: int
    """How many calls it is away from the users at most: 1 for an entry service."""
    replicas: int
    """Instances that there are to be (dead ones included, places nobody has taken not)."""
    up: int
    """Of these, how many listen."""
    wanted: int | None
    """What the autoscaler or the user has asked for; None where instances do not come and go."""
    scaler: str | None
    """The kind of its autoscaler."""
    utilization: float | None
    """Over the last bit of time; None where it has neither cores nor a limit of concurrency."""
    busy: int
    queued: int
    state: str
    """`idle`, `ok`, `busy` (utilization of 80 % or more, or a queue), `failing` (5 % of answers or
    more are failures), `partial` (some instances are down), `down` (all are)."""
    figures: Figures
    """As its callers see it: attempts."""
    faults: tuple[str, ...]
    """The names of the active faults that hit it."""


@dataclass(frozen=True, slots=True)
class EdgeView:
    """The calls from one caller, a service or a traffic class, to one service."""

    caller: str
    callee: str
    figures: Figures
    breakers: Mapping[str, int]
    """How many of its callers' breakers are in which state (`closed`, `open`, `half_open`,
    `forced_open`, `disabled`, `metrics_only`); empty where there are none."""

    @property
    def name(self) -> str:
        """As a scenario names it: `caller > callee`."""
        return f"{self.caller} > {self.callee}"


@dataclass(frozen=True, slots=True)
class TrafficView:
    """One class of users."""

    name: str
    open: bool
    """Whether it is an open loop, which has a rate; else `users` think and ask."""
    rate: float | None
    """What the scenario has it ask now, per second; None for a closed loop."""
    users: int | None
    started: int
    in_flight: int
    figures: Figures


@dataclass(frozen=True, slots=True)
class FaultView:
    """One fault of the scenario, or of whoever watches."""

    name: str
    kind: str
    what: str
    """Its harm in a line, such as `payments, one instance, +200 ms`."""
    state: str
    """`waiting`, `active`, `over`."""
    begins: float | None
    """When it begins next, or began; None where that hangs on a condition."""
    ends: float | None
    """When it ends or ended; None for one that goes on to the end, or until it is undone."""
    targets: tuple[str, ...]
    """Whom it has hit so far."""
    mine: bool
    """Whether it was done in this session."""


@dataclass(frozen=True, slots=True)
class EventView:
    """One entry of the event log."""

    time: float
    kind: str
    """As in the log of a result, or `you` for what was done in this session."""
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class BreakerView:
    """One breaker: whose it is, towards whom, and its state."""

    caller: str
    callee: str
    state: str
    until: float | None
    """When an open one lets somebody try, if that is known."""


@dataclass(frozen=True, slots=True)
class InstanceView:
    """One instance in the table of its service."""

    name: str
    zone: str | None
    node: str | None
    state: str
    """`up`, `down`, `starting`, `draining`, `paused`, `slow`, `not ready`."""
    since: float
    """When it last started."""
    busy: int
    concurrency: int | None
    queued: int
    queue_limit: int | None
    utilization: float | None
    weight: float
    """Its share of the traffic for balancers that heed it, as configured."""
    callers: int
    """How many caller instances know it."""
    ejected: int
    """For how many of them outlier detection has put it aside, or a health check fails."""
    figures: Figures
    breakers: tuple[BreakerView, ...]
    """Of its own calls."""


@dataclass(frozen=True, slots=True)
class CallView:
    """How one caller asks one service, or the other way round: the policies between them."""

    caller: str
    callee: str
    figures: Figures
    balancer: str
    policies: tuple[str, ...]
    """One line each, such as `timeout 300 ms`, `retry 3 attempts, backoff 50 ms, budget 20 %`."""
    breakers: tuple[BreakerView, ...]


@dataclass(frozen=True, slots=True)
class ScalerView:
    """The autoscaler of one service."""

    kind: str
    least: int
    most: int
    wanted: int
    ready: int
    target: str
    """What it goes by, in words, such as `cpu at 60 %`."""
    decisions: tuple[EventView, ...]
    """The latest first."""


@dataclass(frozen=True, slots=True)
class ServiceDetail:
    """All about one service, for whoever looks at it."""

    name: str
    instances: tuple[InstanceView, ...]
    history: History
    """Of the attempts that its callers made, with `heat`."""
    endpoints: Mapping[str, Figures]
    callers: tuple[CallView, ...]
    callees: tuple[CallView, ...]
    scaler: ScalerView | None


@dataclass(frozen=True, slots=True)
class SeenBy:
    """What one caller instance thinks of one instance."""

    caller: str
    known: bool
    weight: float
    in_flight: int
    checked: bool
    ejected: bool


@dataclass(frozen=True, slots=True)
class InstanceDetail:
    """All about one instance, for whoever looks at it."""

    name: str
    service: str
    view: InstanceView
    inside: Mapping[str, int]
    """Requests that wait or are worked on here, by endpoint."""
    seen_by: tuple[SeenBy, ...]
    cores: float | None
    cores_used: float | None
    work: float
    """Seconds of work done so far."""
    wasted: float
    """Of these, for callers who had given up."""


@dataclass(frozen=True, slots=True)
class TraceView:
    """One sampled request in the list of them."""

    traffic: str
    number: int
    endpoint: str
    started: float
    latency: float | None
    """None while it is under way."""
    outcome: str | None
    attempts: int


@dataclass(frozen=True, slots=True)
class BranchView:
    """One line of what was done: the scenario itself, or where somebody went back and did otherwise."""

    number: int
    parent: int | None
    since: float
    """When it left its parent."""
    title: str
    """What was done first on it."""
    done: int
    """How many things were done on it in all."""
    reached: float
    """How far it has been played."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What a world shows of itself at one moment."""

    now: float
    figures: Figures
    """What users saw, all classes together, over the last bit of time."""
    history: History
    in_flight: int
    services: tuple[ServiceView, ...]
    edges: tuple[EdgeView, ...]
    traffic: tuple[TrafficView, ...]
    events: tuple[EventView, ...]
    """The last few hundred, in the order of time."""
    service: ServiceDetail | None = None
    instance: InstanceDetail | None = None
    traces: tuple[TraceView, ...] = ()
    trace: Trace | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot(Picture):
    """The simulation at one moment, with all that led there."""

    number: int
    """They count upwards, whatever the simulated clock does."""
    answered: int
    """The number of the last command that this snapshot is after."""
    scenario: str
    description: str
    seed: int
    duration: float
    warmup: float
    state: str
    """`playing`, `paused`, `replaying` (on the way to a time that was asked for), `ended`, `stopped`
    (by a condition of the scenario, or where what it asks for cannot go on)."""
    note: str
    """Why it is so, where that needs saying; empty otherwise."""
    speed: float
    """Simulated seconds for a second, as asked for; infinite for as fast as it goes."""
    pace: float
    """The same, as it is."""
    goal: float | None
    """The time that was asked for, while replaying."""
    branch: int
    branches: tuple[BranchView, ...]
    faults: tuple[FaultView, ...]
    verdict: str | None
    """`pass` or `fail` at the end; None before."""
    digest: str | None
    """Of the whole run, at the end."""
