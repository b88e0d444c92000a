"""The classes of users."""

from __future__ import annotations

from simulator.live.snapshot import Figures, TrafficView
from simulator.traffic.arrivals.arrivals import GapArrivals
from simulator.traffic.source import OpenSource, Source
from simulator.traffic.users import ClosedSource


def traffic_view(source: Source, now: float, finished: int, figures: Figures) -> TrafficView:
    """One class; `finished` are its requests that have ended so far."""
    started = sum(entry.count for entry in source.every_entry())
    return TrafficView(
        name=source.name,
        open=isinstance(source, OpenSource),
        rate=rate_of(source, now),
        users=len(source.users) if isinstance(source, ClosedSource) else None,
        started=started,
        in_flight=started - finished,
        figures=figures,
    )


def rate_of(source: Source, now: float) -> float | None:
    """What a class asks per second now, on average; None where nothing says so."""
    if not isinstance(source, OpenSource):
        return None
    arrivals = getattr(source.next_block, "__self__", None)
    return arrivals.curve.rate_at(now) if isinstance(arrivals, GapArrivals) else None
