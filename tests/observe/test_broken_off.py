"""A span says until when the instance was at work, whatever made it stop."""

from __future__ import annotations

import pytest

from simulator.experiment.result import Span
from simulator.experiment.run import simulate
from simulator.scenario import parse


def _spans(calls: str, faults: str = "[]", steps: str = "work: 500ms") -> list[Span]:
    """The attempts of two requests, one a second, that ask a service whose work takes 500 ms."""
    result = simulate(
        parse(f"""
scenario: broken-off
duration: 3s
traffic: {{users: {{rate: 1/s, arrivals: constant, target: shop.page}}}}
services:
  shop: {{concurrency: 8, endpoints: {{page: [{{call: stock.read, {calls}, optional: true}}]}}}}
  stock: {{concurrency: 8, endpoints: {{read: [{steps}]}}}}
faults: {faults}
""").scenario
    )
    return [span for trace in result.traces for span in trace.spans if span.callee == "stock.read"]


@pytest.mark.parametrize(
    ("cancel", "worked"),
    [
        pytest.param("true", 0.2, id="cancelled"),
        pytest.param("false", 0.5, id="left alone"),
    ],
)
def test_work_ends_when_the_cancellation_arrives(cancel: str, worked: float) -> None:
    """Who cancels ends the work with the timeout; who does not lets it go on to its end."""
    first = _spans(f"timeout: 200ms, cancel: {cancel}")[0]
    assert first.outcome == "timeout"
    assert first.served_from is not None
    assert first.served_until is not None
    assert first.served_until - first.served_from == pytest.approx(worked)


def test_work_ends_with_the_instance() -> None:
    """What an instance was working on when it died ended then."""
    spans = _spans("timeout: 2s", "[{at: 1300ms, kill: {service: stock, mode: one}}]")
    assert [span.served_until for span in spans if span.outcome == "reset"] == [1.3]


def test_work_ends_with_the_step_that_fails() -> None:
    """It has worked for 500 ms when it fails, and does not come to the work after that."""
    spans = _spans("timeout: 2s", steps="work: 500ms, fail: 100%, work: 500ms")
    assert [span.outcome for span in spans] == ["error", "error"]
    for span in spans:
        assert span.served_from is not None
        assert span.served_until is not None
        assert span.served_until - span.served_from == pytest.approx(0.5)
