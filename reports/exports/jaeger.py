"""Sampled requests as the JSON that the Jaeger UI downloads, and takes back under "JSON File".

Source: model/json/model.go (github.com/jaegertracing/jaeger).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from reports.exports.moment import Calendar
from reports.exports.spans import Recorded, Recorder
from reports.stored import StoredRun

SAMPLED = 1
Json = dict[str, object]


def pieces(run: StoredRun, start: datetime) -> Iterator[str]:
    """The file, request by request."""
    calendar = Calendar(start)
    before = '{"data":[\n'
    for request in run.result.traces:
        spans = Recorder(run.result, request).spans()
        yield before + json.dumps(
            _trace(spans, calendar, run.result.simulated), ensure_ascii=False, separators=(",", ":")
        )
        before = ",\n"
    yield "\n]}\n"


def _trace(spans: Sequence[Recorded], calendar: Calendar, last: float) -> Json:
    """One request; a process is an instance, or whoever else recorded spans."""
    owners = list(dict.fromkeys((each.service, each.instance) for each in spans))
    processes = {owner: f"p{number}" for number, owner in enumerate(owners, 1)}
    return {
        "traceID": spans[0].trace,
        "spans": [_span(each, processes[each.service, each.instance], calendar, last) for each in spans],
        "processes": {
            name: {
                "serviceName": service,
                "tags": [] if instance is None else _tags({"service.instance.id": instance}),
            }
            for (service, instance), name in processes.items()
        },
    }  # fmt: skip


def _span(span: Recorded, process: str, calendar: Calendar, last: float) -> Json:
    """One span; what the run cut off ends with it, with a warning."""
    begun = calendar.microseconds(span.start)
    ended = calendar.microseconds(last if span.end is None else span.end)
    tags = _tags({"span.kind": span.kind.lower()} | span.described())
    if span.failed:
        tags.append({"key": "error", "type": "bool", "value": True})
    references = []
    if span.parent is not None:
        references = [{"refType": "CHILD_OF", "traceID": span.trace, "spanID": span.parent}]
    return {
        "traceID": span.trace,
        "spanID": span.id,
        "flags": SAMPLED,
        "operationName": span.name,
        "references": references,
        "startTime": begun,
        "duration": ended - begun,
        "tags": tags,
        "logs": [],
        "processID": process,
        "warnings": None if span.end is not None else ["the run ended before this did"],
    }


def _tags(of: Mapping[str, str | int]) -> list[Json]:
    return [
        {"key": key, "type": "int64" if isinstance(value, int) else "string", "value": value}
        for key, value in of.items()
    ]
