"""Sampled requests as OTLP, Zipkin and Jaeger have them."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from exported import played
from google.protobuf.json_format import Parse
from odd_traces import odd
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1 import trace_pb2

from reports.export import ExportError
from reports.exports import EPOCH, FORMATS, pieces
from reports.stored import StoredRun

START = EPOCH.timestamp()
RUNS = pytest.mark.parametrize("run", [played, odd], ids=["played", "odd"])

ZIPKIN: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["traceId", "id"],
        "additionalProperties": False,
        "properties": {
            "traceId": {"type": "string", "pattern": "^[a-f0-9]{16}([a-f0-9]{16})?$"},
            "id": {"type": "string", "pattern": "^[a-f0-9]{16}$"},
            "parentId": {"type": "string", "pattern": "^[a-f0-9]{16}$"},
            "name": {"type": "string", "pattern": "^[^A-Z]+$"},
            "kind": {"enum": ["CLIENT", "SERVER", "PRODUCER", "CONSUMER"]},
            "timestamp": {"type": "integer", "minimum": 1},
            "duration": {"type": "integer", "minimum": 1},
            "localEndpoint": {"$ref": "#/definitions/endpoint"},
            "remoteEndpoint": {"$ref": "#/definitions/endpoint"},
            "tags": {"type": "object", "additionalProperties": {"type": "string"}},
        },
    },
    "definitions": {
        "endpoint": {
            "type": "object",
            "required": ["serviceName"],
            "properties": {"serviceName": {"type": "string", "pattern": "^[^A-Z]+$"}},
        }
    },
}
"""The rules of zipkin2-api.yaml for a list of spans, with those that stand in its descriptions."""


def text_of(name: str, run: StoredRun, start: datetime = EPOCH) -> str:
    """The file of a format."""
    return b"".join(pieces(name, run, start)).decode()


def parsed(run: StoredRun) -> Iterator[tuple[dict[str, str], Any]]:
    """Every OTLP span with its resource, read by the official definitions.

    JSON for protobuf has bytes in base64, but OTLP wants its ids in hexadecimal: they are translated.
    """
    request = json.loads(text_of("otlp", run))
    for resource in request["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                for key in ("traceId", "spanId", "parentSpanId"):
                    if key in span:
                        span[key] = b64encode(bytes.fromhex(span[key])).decode()
    found = Parse(json.dumps(request), ExportTraceServiceRequest())
    for each in found.resource_spans:
        of = {pair.key: pair.value.string_value for pair in each.resource.attributes}
        for scoped in each.scope_spans:
            assert scoped.scope.name == "aftershock"
            for span in scoped.spans:
                yield of, span


def said(span: Any) -> dict[str, str]:
    """The attributes of a span that are texts."""
    return {pair.key: pair.value.string_value for pair in span.attributes}


@RUNS
def test_otlp_is_what_the_definitions_say(run: Any) -> None:
    """Each attempt is a client span, and below it a server span if it was served."""
    traces = run().result.traces
    spans = [span for _, span in parsed(run())]
    kinds = [span.kind for span in spans]
    attempts = [each for trace in traces for each in trace.spans]
    assert kinds.count(trace_pb2.Span.SPAN_KIND_INTERNAL) == len(traces)
    assert kinds.count(trace_pb2.Span.SPAN_KIND_CLIENT) == len(attempts)
    served = [each for each in attempts if each.served_from is not None]
    assert kinds.count(trace_pb2.Span.SPAN_KIND_SERVER) == len(served)
    assert {len(span.trace_id) for span in spans} == {16}
    assert {len(span.span_id) for span in spans} == {8}
    assert len({(span.trace_id, span.span_id) for span in spans}) == len(spans)
    assert all(
        START * 1e9 <= span.start_time_unix_nano <= span.end_time_unix_nano for span in spans
    )


@RUNS
def test_the_tree_of_otlp_is_that_of_the_attempts(run: Any) -> None:
    """Parents are there, in the same trace; a server's parent is the client that asked it."""
    by = {(span.trace_id, span.span_id): (of, span) for of, span in parsed(run())}
    roots = 0
    for of, span in by.values():
        if not span.parent_span_id:
            roots += 1
            assert span.kind == trace_pb2.Span.SPAN_KIND_INTERNAL
            continue
        owner, parent = by[span.trace_id, span.parent_span_id]
        assert parent.start_time_unix_nano <= span.start_time_unix_nano
        if span.kind == trace_pb2.Span.SPAN_KIND_SERVER:
            assert parent.kind == trace_pb2.Span.SPAN_KIND_CLIENT
            assert said(parent)["server.address"] == of["service.name"]
            assert said(parent)["aftershock.instance"] == of["service.instance.id"]
            assert span.name == parent.name == said(span)["rpc.method"]
        else:
            assert parent.kind != trace_pb2.Span.SPAN_KIND_CLIENT
            assert owner == of
    assert roots == len(run().result.traces)


def test_failures_have_a_status() -> None:
    """A failure is an error with its type at the caller's end; what the instance knew is its own."""
    found = {}
    for of, span in parsed(odd()):
        kind = trace_pb2.Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_")
        status = trace_pb2.Status.StatusCode.Name(span.status.code).removeprefix("STATUS_CODE_")
        key = (kind, of["service.name"], said(span).get("aftershock.outcome"))
        found[key] = (
            status,
            said(span).get("error.type"),
            said(span).get("rpc.response.status_code"),
        )
    assert found["CLIENT", "web", "refused"] == ("ERROR", "refused", "UNAVAILABLE")
    assert found["CLIENT", "web", "no_instance"] == ("ERROR", "no_instance", "UNAVAILABLE")
    assert found["CLIENT", "web", "timeout"] == ("ERROR", "timeout", "DEADLINE_EXCEEDED")
    assert found["CLIENT", "web", "ok"] == ("UNSET", None, "OK")
    assert found["SERVER", "web", "error"] == ("ERROR", "error", "INTERNAL")
    assert found["SERVER", "stock", None] == ("UNSET", None, None)
    assert found["INTERNAL", "buyers", "error"] == ("ERROR", "error", None)


def test_what_was_not_over_ends_with_the_run() -> None:
    """It is marked, and Zipkin, which can leave a duration out, does."""
    marked = [
        span for _, span in parsed(odd())
        if any(pair.key == "aftershock.unfinished" and pair.value.bool_value for pair in span.attributes)
    ]  # fmt: skip
    assert len(marked) == 4
    assert {span.end_time_unix_nano for span in marked} == {int(START + 30) * 10**9}
    zipkin = json.loads(text_of("zipkin", odd()))
    assert len([each for each in zipkin if "duration" not in each]) == 4
    jaeger = json.loads(text_of("jaeger", odd()))
    warned = [each for trace in jaeger["data"] for each in trace["spans"] if each["warnings"]]
    assert len(warned) == 4


@RUNS
def test_zipkin_keeps_its_schema(run: Any) -> None:
    """Every span has what it must, in the form that it must have, and says what OTLP says."""
    spans = json.loads(text_of("zipkin", run()))
    jsonschema.validate(spans, ZIPKIN)
    otlp = {span.span_id.hex(): (of, span) for of, span in parsed(run())}
    assert len(spans) == len(otlp)
    for each in spans:
        of, span = otlp[each["id"]]
        assert each["traceId"] == span.trace_id.hex()
        assert each.get("parentId", "") == span.parent_span_id.hex()
        assert each["localEndpoint"]["serviceName"] == of["service.name"]
        assert each["timestamp"] == pytest.approx(span.start_time_unix_nano / 1000, abs=1)
        assert ("error" in each["tags"]) == (span.status.code == trace_pb2.Status.STATUS_CODE_ERROR)


@RUNS
def test_jaeger_is_what_its_ui_takes(run: Any) -> None:
    """Traces with spans and processes; references lead to spans of the same trace."""
    data = json.loads(text_of("jaeger", run()))["data"]
    assert len(data) == len(run().result.traces)
    otlp = {span.span_id.hex(): (of, span) for of, span in parsed(run())}
    for trace in data:
        ids = {each["spanID"] for each in trace["spans"]}
        assert len(ids) == len(trace["spans"])
        for each in trace["spans"]:
            of, span = otlp[each["spanID"]]
            assert each["traceID"] == trace["traceID"] == span.trace_id.hex()
            assert trace["processes"][each["processID"]]["serviceName"] == of["service.name"]
            assert [ref["spanID"] for ref in each["references"]] == [
                parent for parent in [span.parent_span_id.hex()] if parent
            ]
            assert {ref["spanID"] for ref in each["references"]} <= ids
            assert isinstance(each["startTime"], int)
            assert each["duration"] >= 0
            tags = {tag["key"]: tag["value"] for tag in each["tags"]}
            assert tags["span.kind"] in ("internal", "client", "server")
            assert (tags.get("error") is True) == (span.status.code == 2)


@pytest.mark.parametrize("name", [name for name, each in FORMATS.items() if each.traces])
def test_formats_of_traces_want_traces(name: str) -> None:
    """Without any there is nothing to write, and the message says how to get some."""
    empty = replace(played(), result=replace(played().result, traces=()))
    with pytest.raises(
        ExportError, match=rf"small-shop: no traces in it.*`{name}`.*--set traces=100"
    ):
        text_of(name, empty)


@pytest.mark.parametrize("name", [name for name, each in FORMATS.items() if not each.folder])
def test_the_same_run_gives_the_same_text(name: str) -> None:
    """Nothing in a file comes from elsewhere than from the run."""
    assert text_of(name, played()) == text_of(name, played())


@pytest.mark.parametrize(
    "name",
    # The dashboard has dates in letters: its own tests read them.
    [name for name, each in FORMATS.items() if each.dated and name != "grafana"],
)
def test_the_start_moves_a_file(name: str) -> None:
    """`--start` is where the run begins."""
    moved = text_of(name, played(), datetime(2030, 1, 1, tzinfo=UTC))
    assert str(int(START))[:5] in text_of(name, played())
    assert str(int(START))[:5] not in moved
    assert "18934" in moved


@RUNS
def test_attributes_are_documented(run: Any) -> None:
    """docs/exports.md says of each attribute, of spans and of resources, what it means."""
    page = (Path(__file__).parents[2] / "docs" / "exports.md").read_text()
    rows = re.findall(r"^\| (`[^|]*) \|", page.split("| attribute | on |")[1], re.MULTILINE)
    known = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    found = {pair.key for _, span in parsed(run()) for pair in span.attributes}
    found |= {key for of, _ in parsed(run()) for key in of}
    assert "rpc.method" in found
    assert found <= known
