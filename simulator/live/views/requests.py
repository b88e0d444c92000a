"""Sampled requests: a list of them, and one as it went."""

from __future__ import annotations

from typing import Final

from simulator.experiment.result import Trace
from simulator.experiment.traces import trace_of
from simulator.live.snapshot import TraceView
from simulator.outcome import NAMES
from simulator.scenario.building.world import World

LATEST: Final = 200
"""Requests in the list."""


def latest_requests(world: World) -> tuple[TraceView, ...]:
    """The sampled requests that started last, the latest first."""
    traces = [each for source in world.sources.values() for each in source.sampler.traces]
    traces.sort(key=lambda each: (each.started, each.number), reverse=True)
    return tuple(
        TraceView(
            traffic=each.traffic,
            number=each.number,
            endpoint=each.endpoint,
            started=each.started,
            latency=None if each.ended is None else each.ended - each.started,
            outcome=None if each.outcome is None else NAMES[each.outcome],
            attempts=len(each.spans),
        )
        for each in traces[:LATEST]
    )


def one_request(world: World, traffic: str, number: int) -> Trace | None:
    """One of them with its spans; None where it is not, or no longer, among those that are kept."""
    source = world.sources.get(traffic)
    if source is None:
        return None
    found = (each for each in source.sampler.traces if each.number == number)
    opened = next(found, None)
    return None if opened is None else trace_of(opened)
