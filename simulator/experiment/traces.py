"""The sampled traces of a run."""

from __future__ import annotations

from simulator.experiment.result import Span, Trace
from simulator.observe.trace import OpenTrace
from simulator.outcome import NAMES
from simulator.scenario.building.world import World


def traces_of(world: World) -> tuple[Trace, ...]:
    """Every sampled request with its spans, class by class, in the order in which they started."""
    return tuple(
        trace_of(each)
        for source in world.sources.values()
        for each in sorted(source.sampler.traces, key=lambda trace: trace.number)
    )


def trace_of(opened: OpenTrace) -> Trace:
    """One sampled request with its spans, as far as it has come."""
    numbers = {id(span): number for number, span in enumerate(opened.spans)}
    spans = tuple(
        Span(
            id=number,
            parent=None if span.parent is None else numbers[id(span.parent)],
            caller=span.caller,
            callee=span.callee,
            instance=span.instance,
            sent=span.sent,
            ended=span.ended,
            served_from=span.served_from,
            served_until=span.served_until,
            outcome=None if span.outcome is None else NAMES[span.outcome],
            origin=span.origin or None,
        )
        for number, span in enumerate(opened.spans)
    )
    return Trace(
        request=opened.number,
        traffic=opened.traffic,
        endpoint=opened.endpoint,
        started=opened.started,
        ended=opened.ended,
        outcome=None if opened.outcome is None else NAMES[opened.outcome],
        spans=spans,
    )
