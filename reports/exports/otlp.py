"""Sampled requests as OTLP/JSON: one `ExportTraceServiceRequest`, as an OTLP endpoint takes it.

Ids are hexadecimal, numbers of 64 bits are text, kinds and codes are numbers. Source: the OTLP
specification, "JSON Protobuf Encoding" (opentelemetry.io).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime

from reports.exports.moment import Calendar
from reports.exports.spans import Recorded, Recorder
from reports.stored import StoredRun
from simulator.experiment.result import Result

KINDS = {"INTERNAL": 1, "SERVER": 2, "CLIENT": 3}
STATUS_ERROR = 2
SAMPLED = 1
Json = dict[str, object]


def pieces(run: StoredRun, start: datetime) -> Iterator[str]:
    """The file, request by request: its spans are grouped by who recorded them."""
    calendar = Calendar(start)
    yield '{"resourceSpans":['
    before = "\n"
    for request in run.result.traces:
        by: dict[tuple[str, str | None], list[Recorded]] = {}
        for span in Recorder(run.result, request).spans():
            by.setdefault((span.service, span.instance), []).append(span)
        for (service, instance), spans in by.items():
            group = {
                "resource": {"attributes": _resource(run.result, service, instance)},
                "scopeSpans": [
                    {
                        "scope": {"name": "aftershock"},
                        "spans": [_span(each, calendar, run.result.simulated) for each in spans],
                    }
                ],
            }
            yield before + json.dumps(group, ensure_ascii=False, separators=(",", ":"))
            before = ",\n"
    yield "\n]}\n"


def _resource(result: Result, service: str, instance: str | None) -> list[Json]:
    of: dict[str, str | int] = {"service.name": service}
    if instance is not None:
        of["service.instance.id"] = instance
        zone = result.services[service].instances[instance].zone
        if zone is not None:
            of["cloud.availability_zone"] = zone
    of["aftershock.scenario"] = result.scenario
    of["aftershock.seed"] = result.seed
    return _attributes(of)


def _span(span: Recorded, calendar: Calendar, last: float) -> Json:
    """One span. OTLP wants an end: what the run cut off ends with it, and says so."""
    attributes = span.described()
    found: Json = {"traceId": span.trace, "spanId": span.id, "flags": SAMPLED}
    if span.parent is not None:
        found["parentSpanId"] = span.parent
    found |= {
        "name": span.name,
        "kind": KINDS[span.kind],
        "startTimeUnixNano": str(calendar.nanoseconds(span.start)),
        "endTimeUnixNano": str(calendar.nanoseconds(last if span.end is None else span.end)),
        "attributes": _attributes(attributes)
        + ([_attribute("aftershock.unfinished", {"boolValue": True})] if span.end is None else []),
    }
    if span.failed:
        found["status"] = {"code": STATUS_ERROR, "message": span.outcome}
    return found


def _attributes(of: Mapping[str, str | int]) -> list[Json]:
    return [
        _attribute(
            key, {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}
        )
        for key, value in of.items()
    ]


def _attribute(key: str, value: Json) -> Json:
    return {"key": key, "value": value}
