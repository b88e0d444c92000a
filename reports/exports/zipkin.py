"""Sampled requests as Zipkin's JSON v2: the list of spans that `POST /api/v2/spans` takes.

Source: zipkin2-api.yaml (github.com/openzipkin/zipkin-api).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from reports.exports.moment import Calendar
from reports.exports.spans import Recorded, Recorder
from reports.stored import StoredRun


def pieces(run: StoredRun, start: datetime) -> Iterator[str]:
    """The file, span by span."""
    calendar = Calendar(start)
    before = "[\n"
    for request in run.result.traces:
        for span in Recorder(run.result, request).spans():
            yield before + json.dumps(
                _span(span, calendar), ensure_ascii=False, separators=(",", ":")
            )
            before = ",\n"
    yield "\n]\n"


def _span(span: Recorded, calendar: Calendar) -> dict[str, object]:
    """One span; names are in lower case, tags are text, and what the run cut off has no duration."""
    begun = calendar.microseconds(span.start)
    tags = {key: str(value) for key, value in span.described().items()}
    if span.instance is not None:
        tags["service.instance.id"] = span.instance
    if span.failed:
        tags["error"] = tags["error.type"]
    found: dict[str, object] = {
        "traceId": span.trace,
        "id": span.id,
        "name": span.name.lower(),
        "timestamp": begun,
        "localEndpoint": {"serviceName": span.service.lower()},
        "tags": tags,
    }
    if span.parent is not None:
        found["parentId"] = span.parent
    if span.kind != "INTERNAL":
        found["kind"] = span.kind
    if span.peer is not None:
        found["remoteEndpoint"] = {"serviceName": span.peer.lower()}
    if span.end is not None:
        found["duration"] = max(1, calendar.microseconds(span.end) - begun)
    return found
