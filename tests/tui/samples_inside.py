"""A service, an instance and requests made by hand, for the views that go into depth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from samples import figures, graph, history

from simulator.experiment.result import Span, Trace
from simulator.live.snapshot import (
    BreakerView,
    CallView,
    EventView,
    History,
    InstanceDetail,
    InstanceView,
    ScalerView,
    SeenBy,
    ServiceDetail,
    Snapshot,
    TraceView,
)


def instance(name: str, state: str = "up", **changes: object) -> InstanceView:
    """One of several, moderately busy."""
    usual = InstanceView(
        name=name,
        zone="a",
        node=None,
        state=state,
        since=0.0,
        busy=3,
        concurrency=16,
        queued=0,
        queue_limit=16,
        utilization=0.19,
        weight=1.0,
        callers=3,
        ejected=0,
        figures=figures(10.0),
        breakers=(BreakerView(name, "bank", "closed", None),),
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def heat(seconds: int) -> History:
    """Answers of 10 to 40 ms, and from 12 to 18 s of about 1 s beside them."""
    bands = np.geomspace(0.001, 10.0, 41)
    counts = np.zeros((seconds, 41))
    counts[:, 10:16] = (2.0, 8.0, 16.0, 12.0, 6.0, 1.0)
    counts[12:18, 30:32] = 3.0
    return replace(history(seconds), bands=bands, heat=counts)


PAYMENTS = ServiceDetail(
    name="payments",
    instances=(
        instance("payments-1"),
        instance(
            "payments-2",
            "slow",
            busy=16,
            queued=7,
            utilization=1.0,
            ejected=2,
            figures=figures(8.0, failed=0.12, p50=0.2),
            breakers=(BreakerView("payments-2", "bank", "open", 34.2),),
        ),
        instance("payments-10", "down", busy=0, utilization=0.0, figures=figures(0.0), callers=0),
    ),
    history=heat(30),
    endpoints={"charge": figures(26.0), "refund": figures(2.0, failed=0.5)},
    callers=(
        CallView(
            "orders",
            "payments",
            figures(28.0, failed=0.03),
            "least_request",
            ("timeout 800 ms", "breaker 50 % of 20 calls, wait 5 s", "fallback constant 1 ms"),
            (
                BreakerView("orders-1", "payments", "closed", None),
                BreakerView("orders-2", "payments", "half_open", None),
                BreakerView("orders-3", "payments", "open", 34.2),
            ),
        ),
    ),
    callees=(
        CallView("payments", "bank", figures(27.0), "least_request", ("timeout 700 ms",), ()),
    ),
    scaler=ScalerView(
        kind="hpa",
        least=2,
        most=8,
        wanted=4,
        ready=2,
        target="cpu at 60 %",
        decisions=(
            EventView(28.0, "scale", "payments", "3 to 4: cpu at 81 %"),
            EventView(13.0, "scale", "payments", "2 to 3: cpu at 77 %"),
        ),
    ),
)

PAYMENTS_2 = InstanceDetail(
    name="payments-2",
    service="payments",
    view=PAYMENTS.instances[1],
    inside={"charge": 20, "refund": 3},
    seen_by=(
        SeenBy("orders-1", True, 1.0, 6, True, True),
        SeenBy("orders-2", True, 1.0, 10, True, False),
        SeenBy("orders-3", False, 0.0, 0, False, False),
    ),
    cores=1.0,
    cores_used=0.97,
    work=21.4,
    wasted=3.2,
)


def span(
    number: int,
    parent: int | None,
    callee: str,
    times: tuple[float | None, float | None, float | None, float | None],
    outcome: str | None = "ok",
    origin: str | None = None,
    caller: str = "web.checkout",
) -> Span:
    """One attempt: sent, served from, served until, ended."""
    sent, since, until, ended = times
    assert sent is not None
    return Span(
        id=number,
        parent=parent,
        caller=caller,
        callee=callee,
        instance=f"{callee.partition('.')[0]}-1",
        sent=sent,
        ended=ended,
        served_from=since,
        served_until=until,
        outcome=outcome,
        origin=origin,
    )


def trace(*spans: Span, ended: float | None, outcome: str | None = "ok") -> Trace:
    """A request that started at 0."""
    return Trace(45, "buyers", "web.checkout", 0.0, ended, outcome, spans)


CHECKOUT = trace(
    span(0, None, "web.checkout", (0.0, 0.01, 0.49, 0.5), caller="buyers"),
    span(1, 0, "cart.get", (0.02, 0.04, 0.08, 0.1)),
    span(2, 0, "payments.charge", (0.1, 0.12, 0.6, 0.3), "timeout", "web.checkout"),
    span(3, 2, "bank.authorize", (0.14, 0.16, 0.58, 0.6), caller="payments.charge"),
    span(4, 0, "payments.charge", (0.32, 0.34, 0.46, 0.48)),
    ended=0.5,
)
"""A checkout whose first charge is given up on, goes on all the same, and is asked again."""

REQUESTS = (
    TraceView("buyers", 45, "web.checkout", 1.4, 0.5, "ok", 5),
    TraceView("shoppers", 7, "web.home", 0.1, 0.012, "ok", 2),
    TraceView("shoppers", 112, "web.search", 2.2, 3.0, "timeout", 4),
    TraceView("members", 9, "web.login", 29.9, None, None, 1),
    TraceView("buyers", 46, "web.checkout", 2.0, 0.2, "error", 3),
)

SMALL = {"users": ["web"], "web": ["orders"], "orders": ["payments"], "payments": ["bank"]}


def looking(**details: object) -> Snapshot:
    """A small system at 0:30, with details of what is looked at."""
    return replace(graph(SMALL, {"payments": "failing"}), **details)  # type: ignore[arg-type]
