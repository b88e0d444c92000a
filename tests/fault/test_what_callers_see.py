"""What a caller sees of each fault of its calls, and when: nobody is told what they cannot know."""

from __future__ import annotations

import pytest
from playing import play

ONE = """
scenario: one
seed: 3
duration: 10.05s
network: {latency: 5ms}
traffic:
  users:
    rate: 10/s
    arrivals: constant
    target: shop.get
    timeout: 100ms
    profile: [{at: 9s, rate: 0/s}]
services: {shop: {endpoints: {get: [work: 20ms]}}}
"""
"""89 requests of 5 ms there, 20 ms of work, and 5 ms back; their callers wait for 100 ms."""

SEEN: list[tuple[str, str, float, int]] = [
    # Slow: an answer if it comes in time, else a timeout, and the callee has worked.
    ("latency: {service: shop, add: 10ms}", "ok", 0.05, 1),
    ("latency: {service: shop, add: 10ms, direction: to}", "ok", 0.04, 1),
    ("latency: {service: shop, add: 60ms}", "timeout", 0.1, 1),
    ("reorder: {service: shop, delay: 10ms, share: 0%}", "ok", 0.05, 1),
    ("bandwidth: {service: shop, rate: 100kB, message: 1kB}", "ok", 0.05, 1),
    ("bandwidth: {service: shop, rate: 10kB, message: 1kB, direction: from}", "timeout", 0.1, 1),
    ("pause: {service: shop}", "timeout", 0.1, 0),
    # Silent: nobody says anything, and so it takes as long as the caller's patience.
    ("loss: {service: shop, share: 100%, direction: to}", "unreachable", 0.1, 0),
    ("loss: {service: shop, share: 100%, direction: from}", "unreachable", 0.1, 1),
    ("blackhole: {service: shop}", "unreachable", 0.1, 0),
    ("partition: {service: shop, mode: all, from: [users]}", "unreachable", 0.1, 0),
    ("partition: {service: shop, mode: all, from: [users-1]}", "unreachable", 0.1, 0),
    # Said by the callee, or by its host: once there and back.
    ("kill: {service: shop}", "refused", 0.01, 0),
    ("corrupt: {service: shop, share: 100%}", "error", 0.01, 0),
    ("corrupt: {service: shop, share: 100%, direction: from}", "error", 0.03, 1),
    ("duplicate: {service: shop, share: 100%}", "ok", 0.03, 2),
    # Said by somebody next to the caller: at once, or at its moment.
    ("abort: {service: shop}", "error", 0.0, 0),
    ("abort: {service: shop, outcome: rate_limited, after: 7ms}", "rate_limited", 0.007, 0),
    ("abort: {service: shop, after: 200ms}", "timeout", 0.1, 0),
    ("reset: {service: shop}", "reset", 0.0, 0),
    ("reset: {service: shop, after: 7ms}", "reset", 0.007, 0),
    ("dns_error: {service: shop}", "no_instance", 0.0, 0),
    ("certificate_expiry: {service: shop}", "unauthorized", 0.0, 0),
]


@pytest.mark.parametrize(("fault", "outcome", "after", "runs"), SEEN)
def test_a_caller_sees_this_then(fault: str, outcome: str, after: float, runs: int) -> None:
    """Every call has the same outcome at the same time after its sending, for so much work."""
    result = play(ONE, f"faults=[{{at: 0s, {fault}}}]")
    assert result.total.outcomes == {outcome: 89}
    assert result.total.latency_all.mean == pytest.approx(after, abs=1e-9)
    assert result.total.latency_all.max == pytest.approx(after, abs=1e-9)
    assert result.services["shop"].work == pytest.approx(89 * 0.02 * runs, abs=1e-6)


@pytest.mark.parametrize(
    "fault",
    [fault for fault, outcome, _, _ in SEEN if outcome == "unreachable"],
)
def test_whoever_has_no_timeout_is_never_told_of_silence(fault: str) -> None:
    """All requests are still under way when the run is over, whatever the callee did."""
    total = play(ONE, "traffic.users.timeout=null", f"faults=[{{at: 0s, {fault}}}]").total
    assert (total.started, total.finished) == (89, 0)


@pytest.mark.parametrize("kind", ["partition", "blackhole"])
def test_a_cut_in_the_middle_of_a_call_is_not_noticed_but_by_waiting(kind: str) -> None:
    """Who asked before the cut, and is not answered before it, waits for the whole timeout."""
    whom = ", mode: all, from: [users]" if kind == "partition" else ""
    total = play(
        ONE,
        "services.shop.endpoints.get=[work: 60ms]",
        # Question 20 arrives at 2.005 s and is answered at 2.065 s, into the cut.
        f"faults=[{{at: 2.03s, for: 40ms, {kind}: {{service: shop{whom}}}}}]",
    ).total
    assert total.outcomes == {"ok": 88, "unreachable": 1}
    assert total.latency_all.max == pytest.approx(0.1)


def test_a_process_that_dies_resets_its_connections_in_that_moment() -> None:
    """Who is inside at 2.03 s knows it 5 ms later; who comes after is refused."""
    total = play(
        ONE,
        "services.shop.endpoints.get=[work: 60ms]",
        "faults=[{at: 2.03s, for: 100ms, kill: {service: shop}}]",
    ).total
    assert total.outcomes == {"ok": 87, "reset": 1, "refused": 1}
    others = 87 * 0.07
    mean = (others + 0.035 + 0.01) / 89
    assert total.latency_all.mean == pytest.approx(mean)


# Two faults on one message: they stand on the way in the order in which they began.

TWO: list[tuple[str, str, str, float]] = [
    ("latency: {service: shop, add: 20ms}", "abort: {service: shop, after: 7ms}", "error", 0.047),
    (
        "latency: {service: shop, add: 20ms, direction: to}",
        "abort: {service: shop, after: 7ms}",
        "error",
        0.027,
    ),
    ("abort: {service: shop, after: 7ms}", "latency: {service: shop, add: 20ms}", "error", 0.007),
    ("latency: {service: shop, add: 60ms}", "reset: {service: shop}", "timeout", 0.1),
    (
        "loss: {service: shop, share: 100%, direction: from}",
        "abort: {service: shop}",
        "unreachable",
        0.1,
    ),
    ("blackhole: {service: shop}", "abort: {service: shop}", "unreachable", 0.1),
    ("abort: {service: shop}", "blackhole: {service: shop}", "error", 0.0),
    ("abort: {service: shop}", "reset: {service: shop}", "error", 0.0),
    (
        "latency: {service: shop, add: 20ms}",
        "certificate_expiry: {service: shop}",
        "unauthorized",
        0.04,
    ),
    # A name that does not resolve is found out before anything is sent.
    ("latency: {service: shop, add: 20ms}", "dns_error: {service: shop}", "no_instance", 0.0),
    ("blackhole: {service: shop}", "dns_error: {service: shop}", "no_instance", 0.0),
    (
        "corrupt: {service: shop, share: 100%}",
        "latency: {service: shop, add: 20ms}",
        "error",
        0.05,
    ),
    (
        "corrupt: {service: shop, share: 100%, direction: from}",
        "abort: {service: shop, outcome: shed, after: 7ms}",
        "error",
        0.007,
    ),
    (
        "corrupt: {service: shop, share: 100%, direction: from}",
        "abort: {service: shop, outcome: reset}",
        "reset",
        0.0,
    ),
    ("corrupt: {service: shop, share: 100%}", "kill: {service: shop}", "refused", 0.01),
    ("duplicate: {service: shop, share: 100%}", "abort: {service: shop}", "error", 0.0),
    ("duplicate: {service: shop, share: 100%}", "latency: {service: shop, add: 10ms}", "ok", 0.05),
]


@pytest.mark.parametrize(("first", "second", "outcome", "after"), TWO)
def test_two_faults_on_one_message_compose(
    first: str, second: str, outcome: str, after: float
) -> None:
    """What somebody on the way answers goes back through what stands before it."""
    total = play(ONE, f"faults=[{{at: 0s, {first}}}, {{at: 1ms, {second}}}]").total
    assert total.outcomes == {outcome: 89}
    assert total.latency_all.mean == pytest.approx(after, abs=1e-9)
    assert total.latency_all.max == pytest.approx(after, abs=1e-9)


def test_the_end_of_one_leaves_the_other() -> None:
    """Latency until 3 s and an abort until 6 s: each as long as it is on, in whatever order they end."""
    total = play(
        ONE,
        "faults=[{at: 1.05s, for: 2s, latency: {service: shop, add: 20ms}}, "
        "{at: 2.05s, for: 4s, abort: {service: shop}}]",
    ).total
    # 11 to 20 are late, 21 to 30 are turned back late, 31 to 60 at once.
    assert total.outcomes == {"ok": 49, "error": 40}
    spent = 39 * 0.03 + 10 * 0.07 + 10 * 0.04
    assert total.latency_all.mean == pytest.approx(spent / 89)
