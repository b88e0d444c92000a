"""Sampled requests of every shape, made by hand, laid over the run of `exported.py`."""

from __future__ import annotations

from dataclasses import replace

from exported import played

from reports.stored import StoredRun
from simulator.experiment.result import Span, Trace


def span(id: int, parent: int | None, caller: str, callee: str, **more: object) -> Span:
    """An attempt that was not answered."""
    found = Span(id, parent, caller, callee, None, 0.0, None, None, None, None, None)
    return replace(found, **more)  # type: ignore[arg-type]


def odd() -> StoredRun:
    """A run whose requests were hedged, given up, refused, cut off, or are not over when it ends."""
    home, look, pay = "web.home", "stock.look", "bank.pay"
    hedged = (
        span(0, None, "shoppers", home, instance="web-1", sent=1.0, served_from=1.1, served_until=2.0,
             ended=2.1, outcome="ok"),
        # Two at once, of which one outlives the other, and both the one who asked.
        span(1, 0, home, look, instance="stock-1", sent=1.2, served_from=1.3, served_until=2.5,
             ended=2.0, outcome="cancelled", origin=home),
        span(2, 0, home, look, instance="stock-1", sent=1.3, served_from=1.35, served_until=1.5,
             ended=1.6, outcome="ok"),
        span(3, 0, home, look, instance="stock-1", sent=1.9, served_from=2.2, served_until=2.4,
             ended=2.6, outcome="timeout", origin=home),
    )  # fmt: skip
    failed = (
        span(0, None, "buyers", home, instance="web-1", sent=1.0, served_from=1.0, served_until=1.4,
             ended=1.5, outcome="error", origin="bank"),
        span(1, 0, home, pay, sent=1.1, ended=1.1, outcome="no_instance", origin=home),
        span(2, 0, home, pay, instance="bank-1", sent=1.1, ended=1.2, outcome="refused", origin="bank"),
    )  # fmt: skip
    unfinished = (
        span(0, None, "buyers", home, instance="web-1", sent=29.0, served_from=29.1),
        span(1, 0, home, pay, instance="bank-1", sent=29.5),
    )
    traces = (
        Trace(7, "shoppers", home, 1.0, 2.1, "ok", hedged),
        Trace(8, "buyers", home, 1.0, 1.5, "error", failed),
        Trace(9, "buyers", home, 29.0, None, None, unfinished),
    )
    return replace(played(), result=replace(played().result, traces=traces))
