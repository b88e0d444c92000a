"""Whole traces of a few requests, each request with the same chance to be among them."""

from __future__ import annotations

from collections.abc import Callable
from math import log
from typing import Final

NEVER: Final = 1 << 62


class OpenSpan:
    """One attempt of a sampled request, as it unfolds; moments are None until they come."""

    __slots__ = (
        "callee",
        "caller",
        "ended",
        "instance",
        "origin",
        "outcome",
        "parent",
        "sent",
        "served_from",
        "served_until",
    )

    def __init__(
        self, parent: OpenSpan | None, caller: str, callee: str, instance: str, sent: float
    ) -> None:
        self.parent = parent
        self.caller = caller
        self.callee = callee
        self.instance = instance
        self.sent = sent
        self.served_from: float | None = None
        self.served_until: float | None = None
        self.ended: float | None = None
        self.outcome: int | None = None
        self.origin = ""

    def close(self, now: float, outcome: int, origin: str) -> None:
        """The caller knows how it ended, or no longer cares."""
        self.ended = now
        self.outcome = outcome
        self.origin = origin


class OpenTrace:
    """One sampled request with the spans of all its attempts, in the order in which they were sent."""

    __slots__ = ("ended", "endpoint", "number", "outcome", "spans", "started", "traffic")

    def __init__(self, number: int, traffic: str, endpoint: str, started: float) -> None:
        self.number = number
        self.traffic = traffic
        self.endpoint = endpoint
        self.started = started
        self.ended: float | None = None
        self.outcome: int | None = None
        self.spans: list[OpenSpan] = []

    def open_span(
        self, parent: OpenSpan | None, caller: str, callee: str, instance: str, sent: float
    ) -> OpenSpan:
        """A span for one more attempt."""
        span = OpenSpan(parent, caller, callee, instance, sent)
        self.spans.append(span)
        return span

    def close(self, now: float, outcome: int) -> None:
        """The request has ended."""
        self.ended = now
        self.outcome = outcome


class Sampler:
    """A uniform sample of `size` requests out of however many there will be.

    Reservoir sampling that jumps to the next request to take: algorithm L of K.-H. Li, "Reservoir-
    Sampling Algorithms of Time Complexity O(n(1 + log(N/n)))", ACM TOMS 20(4), 1994. Requests that
    are not taken cost one comparison. `uniforms` gives a number in (0, 1) each time it is called.
    """

    __slots__ = ("next", "size", "taken", "threshold", "traces", "uniforms")

    def __init__(self, size: int, uniforms: Callable[[], float]) -> None:
        self.size = size
        self.uniforms = uniforms
        self.traces: list[OpenTrace] = []
        self.taken = 0
        self.threshold = 1.0
        self.next = 0 if size > 0 else NEVER

    def open_trace(self, number: int, traffic: str, endpoint: str, started: float) -> OpenTrace:
        """Take request `number`, perhaps in the place of an earlier one, and choose the next."""
        trace = OpenTrace(number, traffic, endpoint, started)
        if self.taken < self.size:
            self.traces.append(trace)
        else:
            self.traces[int(self.uniforms() * self.size)] = trace
        self.taken += 1
        if self.taken < self.size:
            self.next = number + 1
        else:
            self.threshold *= float(self.uniforms() ** (1.0 / self.size))
            self.next = number + 1 + int(log(self.uniforms()) / log(1.0 - self.threshold))
        return trace
