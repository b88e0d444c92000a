"""Snapshots made by hand, for what is drawn whatever the simulation does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from simulator.live.snapshot import (
    BranchView,
    EdgeView,
    EventView,
    FaultView,
    Figures,
    History,
    ServiceView,
    Snapshot,
    TrafficView,
)


def figures(rate: float, failed: float = 0.0, p50: float = 0.02) -> Figures:
    """So many answers a second, of which a share are errors."""
    outcomes = {"ok": rate * (1.0 - failed), "error": rate * failed}
    return Figures(
        seconds=1.0,
        throughput=rate,
        goodput=outcomes["ok"],
        outcomes={name: each for name, each in outcomes.items() if each},
        p50=p50 if rate else None,
        p95=3.0 * p50 if rate else None,
        p99=5.0 * p50 if rate else None,
    )


def history(seconds: int, rate: float = 100.0) -> History:
    """One bin a second, of an even load with a dip in the middle."""
    times = np.arange(float(seconds))
    dip = (times > seconds * 0.4) & (times < seconds * 0.6)
    good = np.where(dip, 0.7 * rate, rate)
    slow = np.where(dip, 0.3, 0.02)
    return History(
        width=1.0,
        times=times,
        throughput=np.full(seconds, rate),
        goodput=good,
        p50=slow,
        p95=2.0 * slow,
        p99=4.0 * slow,
        outcomes={"ok": good, "error": rate - good},
    )


def service(name: str, layer: int, state: str = "ok", rate: float = 100.0) -> ServiceView:
    """A service of three instances."""
    up = {"down": 0, "partial": 2}.get(state, 3)
    failed = {"failing": 0.2, "down": 1.0}.get(state, 0.0)
    return ServiceView(
        name=name,
        layer=layer,
        replicas=3,
        up=up,
        wanted=None,
        scaler=None,
        utilization=0.4,
        busy=2,
        queued=0,
        state=state,
        figures=figures(rate, failed),
        faults=(),
    )


def edge(caller: str, callee: str, rate: float = 50.0, failed: float = 0.0) -> EdgeView:
    """Calls without breakers."""
    return EdgeView(caller, callee, figures(rate, failed), {})


def traffic(name: str, rate: float = 100.0) -> TrafficView:
    """An open loop."""
    return TrafficView(name, True, rate, None, 1000, 3, figures(rate))


def snapshot(
    services: Sequence[ServiceView],
    edges: Sequence[EdgeView],
    classes: Sequence[TrafficView] = (),
    faults: Sequence[FaultView] = (),
    events: Sequence[EventView] = (),
    **changes: object,
) -> Snapshot:
    """A system at 0:30 of a minute."""
    picture = Snapshot(
        number=1,
        answered=0,
        scenario="sample",
        description="A sample.",
        seed=7,
        now=30.0,
        duration=60.0,
        warmup=5.0,
        state="playing",
        note="",
        speed=1.0,
        pace=1.0,
        goal=None,
        branch=0,
        branches=(BranchView(0, None, 0.0, "the scenario", 0, 30.0),),
        figures=figures(100.0),
        history=history(30),
        in_flight=5,
        services=tuple(services),
        edges=tuple(edges),
        traffic=tuple(classes),
        faults=tuple(faults),
        events=tuple(events),
        verdict=None,
        digest=None,
    )
    return replace(picture, **changes)  # type: ignore[arg-type]


def graph(calls: Mapping[str, Sequence[str]], states: Mapping[str, str] | None = None) -> Snapshot:
    """A system by who calls whom; `users` is the only traffic class."""
    depth = {"users": 0}
    for _ in calls:
        for caller, callees in calls.items():
            for callee in callees:
                if caller in depth:
                    depth.setdefault(callee, depth[caller] + 1)
    names = [name for name in depth if name != "users"]
    states = states or {}
    return snapshot(
        [service(name, depth[name], states.get(name, "ok")) for name in names],
        [edge(caller, callee) for caller, callees in calls.items() for callee in callees],
        [traffic("users")],
    )


def fault(
    name: str, kind: str, *targets: str, state: str = "active", mine: bool = True
) -> FaultView:
    """A fault that began ten seconds ago."""
    return FaultView(name, kind, f"{kind} of {targets[0]}", state, 20.0, None, targets, mine)


def with_breakers(picture: Snapshot) -> Snapshot:
    """The same, where the calls of orders to payments and to shipping have breakers."""
    edges = [
        replace(each, breakers={"closed": 3})
        if (each.caller, each.callee) in {("orders", "payments"), ("orders", "shipping")}
        else each
        for each in picture.edges
    ]
    return replace(picture, edges=tuple(edges))


STORE: Mapping[str, Sequence[str]] = {
    "users": ["web"],
    "web": ["catalogue", "cart", "orders", "users-service", "inventory"],
    "catalogue": ["database"],
    "users-service": ["database"],
    "orders": ["inventory", "payments", "shipping", "database"],
    "payments": ["bank"],
}
