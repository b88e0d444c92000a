"""The bulkhead's permits and its line, against resilience4j's tests."""

from __future__ import annotations

from math import inf

from simulator.call.bulkhead import Bulkhead
from simulator.experiment.run import simulate
from simulator.scenario import parse


def test_permits_are_taken_and_given() -> None:
    """Two permits: the third call is turned away until one comes back (C2-19)."""
    bulkhead = Bulkhead(2, 0, 0.0)
    assert [bulkhead.take() for _ in range(3)] == [True, True, False]
    bulkhead.give()
    assert bulkhead.permits - bulkhead.in_use == 1
    bulkhead.give()
    assert bulkhead.permits - bulkhead.in_use == 2
    assert bulkhead.take()


def test_no_permits_let_nobody_through() -> None:
    """A bulkhead of 0 is a call that is switched off (C2-20)."""
    bulkhead = Bulkhead(0, 10, inf)
    assert not bulkhead.take()
    off = TIME_LIMIT.format(cancel="false").replace("bulkhead: {}", "bulkhead: {concurrency: 0}")
    result = simulate(parse(off).scenario, check=True)
    assert result.services["back"].attempts == 0
    assert set(result.services["back"].call_outcomes) == {"bulkhead_full"}


TIME_LIMIT = """
scenario: time-limit
duration: 10s
traffic: {{users: {{rate: 1/s, arrivals: constant, target: front.get}}}}
services:
  front: {{endpoints: {{get: [{{call: back.get, timeout: 1s, cancel: {cancel}, bulkhead: {{}}}}]}}}}
  back: {{endpoints: {{get: [{{work: 2s}}]}}}}
"""


def test_a_time_limiter_ends_the_wait_and_cancels_if_told_to() -> None:
    """An answer that takes 2 s ends at 1.000 s, and is broken off only with `cancel` (C2-22)."""
    for cancel, work in (("true", 1.0), ("false", 2.0)):
        result = simulate(parse(TIME_LIMIT.format(cancel=cancel)).scenario, check=True)
        back = result.services["back"]
        assert set(back.outcomes) == {"timeout"}
        assert result.total.latency_all.max == 1.0
        finished = back.outcomes["timeout"] if cancel == "true" else 7
        assert back.work == finished * work
