"""Sampled requests as spans of distributed tracing, from which each format of traces is written.

A request is a trace. Its root is the user's own span. Each attempt is a client span of the caller, and
below it, where an instance began to work on it, a server span of the instance; what that instance
asked in turn is below its server span. Ids come from the digest: the same run has the same ids.

Names and attributes are those of OpenTelemetry's semantic conventions for RPC (release candidate);
`rpc.response.status_code` is what gRPC would answer. What they have no word for begins with `aftershock.`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from simulator.experiment.result import Result, Span, Trace
from simulator.outcome import GRPC, NAMES, USABLE

BY_THE_CALLER = ("timeout", "deadline", "cancelled", "unreachable")
"""Outcomes at the caller's end that do not tell how the instance's own work ended."""

Attributes = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Recorded:
    """One span; times are seconds of the run, ids lower-case hexadecimal."""

    trace: str
    id: str
    parent: str | None
    kind: str
    """`INTERNAL`, `CLIENT` or `SERVER`."""
    name: str
    service: str
    instance: str | None
    peer: str | None
    """The service at the other end."""
    start: float
    end: float | None
    """None if the run ended first."""
    outcome: str | None
    """How it ended, as far as this end knows."""
    attributes: Attributes

    @property
    def failed(self) -> bool:
        """Whether it is known to have come to no use."""
        return self.outcome is not None and self.outcome not in USABLE

    def described(self) -> dict[str, str | int]:
        """All attributes: its own, and those that say how it ended."""
        found = dict(self.attributes)
        if self.outcome is not None:
            found["aftershock.outcome"] = self.outcome
            if self.kind != "INTERNAL":
                found["rpc.response.status_code"] = GRPC[NAMES.index(self.outcome)]
            if self.failed:
                found["error.type"] = self.outcome
        return found


class Recorder:
    """Makes the spans of one request."""

    def __init__(self, result: Result, request: Trace) -> None:
        self.request = request
        self.trace = _hex(f"{result.digest}/{request.traffic}/{request.request}", 32)
        self.attempts = {each.id: each for each in request.spans}

    def spans(self) -> list[Recorded]:
        """The root, and the spans of each attempt; parents before their children."""
        found = [self.root()]
        for each in self.request.spans:
            found.append(self.client(each))
            if each.served_from is not None:
                found.append(self.server(each, each.served_from))
        return found

    def root(self) -> Recorded:
        """The user's request."""
        request = self.request
        return Recorded(
            trace=self.trace,
            id=self.id_of("root"),
            parent=None,
            kind="INTERNAL",
            name=_method(request.endpoint),
            service=request.traffic,
            instance=None,
            peer=None,
            start=request.started,
            end=request.ended,
            outcome=request.outcome,
            attributes={"aftershock.request": request.request},
        )

    def client(self, span: Span) -> Recorded:
        """An attempt, as its caller saw it."""
        more: dict[str, str | int] = {}
        if span.instance is not None:
            more["aftershock.instance"] = span.instance
        if span.origin is not None:
            more["aftershock.origin"] = span.origin
        return Recorded(
            trace=self.trace,
            id=self.id_of("client", span.id),
            parent=self.parent_of(span),
            kind="CLIENT",
            name=_method(span.callee),
            service=_service(span.caller),
            instance=None if span.parent is None else self.attempts[span.parent].instance,
            peer=_service(span.callee),
            start=span.sent,
            end=span.ended,
            outcome=span.outcome,
            attributes=_called(span) | more,
        )

    def server(self, span: Span, begun: float) -> Recorded:
        """What the instance did for an attempt; that may go on when the caller has given up."""
        return Recorded(
            trace=self.trace,
            id=self.id_of("server", span.id),
            parent=self.id_of("client", span.id),
            kind="SERVER",
            name=_method(span.callee),
            service=_service(span.callee),
            instance=span.instance,
            peer=_service(span.caller),
            start=begun,
            end=span.served_until,
            outcome=None if span.outcome in BY_THE_CALLER else span.outcome,
            attributes=_called(span),
        )

    def parent_of(self, span: Span) -> str:
        """The span in which a call was made."""
        if span.parent is None:
            return self.id_of("root")
        served = self.attempts[span.parent].served_from is not None
        return self.id_of("server" if served else "client", span.parent)

    def id_of(self, end: str, attempt: int = 0) -> str:
        """The id of a span: which attempt it is, and which end of it."""
        return _hex(f"{self.trace}/{end}/{attempt}", 16)


def _hex(text: str, digits: int) -> str:
    return sha256(text.encode()).hexdigest()[:digits]


def _service(endpoint: str) -> str:
    return endpoint.partition(".")[0]


def _method(endpoint: str) -> str:
    """`service/endpoint`, as gRPC and the conventions write a method."""
    return endpoint.replace(".", "/", 1)


def _called(span: Span) -> dict[str, str | int]:
    return {
        "rpc.system.name": "aftershock",
        "rpc.method": _method(span.callee),
        "server.address": _service(span.callee),
    }
