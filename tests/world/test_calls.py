"""What callers see: timeouts, deadlines, cancellation, full queues, dead instances."""

from __future__ import annotations

import pytest

from simulator.experiment.result import Result
from simulator.experiment.run import Run, simulate
from simulator.scenario import parse


def play(text: str, *settings: str, seed: int | None = None) -> Result:
    """Play a scenario given as text, with the laws checked."""
    return simulate(parse(text, settings=settings).scenario, seed=seed, check=True)


SLOW = """
scenario: slow
duration: 10s
traffic: {users: {rate: 1/s, arrivals: constant, target: front.get}}
services:
  front: {endpoints: {get: [{work: 1ms}, {call: back.get}]}}
  back: {concurrency: 1, endpoints: {get: [{work: 500ms}]}}
"""


def test_timeout_ends_the_wait_and_not_the_work() -> None:
    """A caller gives up on time; the callee works on, and all of that is wasted."""
    result = play(SLOW, "services.back.policy.timeout=100ms")
    back = result.services["back"]
    assert back.outcomes == {"timeout": 9}
    assert back.work == pytest.approx(9 * 0.5)
    assert back.wasted_work == pytest.approx(9 * 0.5)
    assert result.total.outcomes == {"error": 9}
    assert result.total.failed_by == {"back": 9}
    assert result.total.latency_all.mean == pytest.approx(0.101)


def test_cancellation_reaches_the_callee() -> None:
    """With `cancel` the callee stops when the caller gives up, and wastes only what was done."""
    settings = ("services.back.policy.timeout=100ms", "services.back.policy.cancel=true")
    result = play(SLOW, *settings)
    back = result.services["back"]
    assert back.outcomes == {"timeout": 9}
    assert back.wasted_work == pytest.approx(9 * 0.1)
    assert back.instances["back-1"].busy == pytest.approx(9 * 0.1 / 10)


def test_cancellation_takes_its_time_over_the_network() -> None:
    """The message that stops the callee travels as long as any other."""
    settings = ("defaults.timeout=100ms", "defaults.cancel=true", "network.latency=20ms")
    result = play(SLOW, *settings)
    # Sent at 0, begun at 20 ms, given up at 100 ms, told at 120 ms: 100 ms of work; and the front
    # is itself cut off by its user, 100 ms after it was asked.
    back = result.services["back"]
    assert back.wasted_work == pytest.approx(9 * 0.099, rel=1e-6)


def test_network_latency_counts_both_ways_of_every_hop() -> None:
    """Two hops with 20 ms each way add 80 ms."""
    result = play(SLOW, "network.latency=20ms")
    assert result.total.latency.mean == pytest.approx(0.501 + 0.080)
    assert result.services["back"].latency.mean == pytest.approx(0.540)


def test_deadline_travels_down_and_stops_what_is_late() -> None:
    """What waits past its deadline is not begun; each hop sees what is left."""
    text = """
scenario: late
duration: 60s
traffic: {users: {rate: 130/s, target: front.get, deadline: 300ms}}
services:
  front: {endpoints: {get: [{call: back.get}]}}
  back: {concurrency: 4, endpoints: {get: [{work: {exponential: 40ms}}]}}
"""
    with_deadline = play(text)
    without = play(text, "traffic.users.deadline=null", "traffic.users.timeout=300ms")
    wasted, wasted_without = (
        each.services["back"].wasted_work for each in (with_deadline, without)
    )
    assert wasted < 0.9 * wasted_without
    assert with_deadline.total.goodput > 1.5 * without.total.goodput
    assert with_deadline.total.latency_all.max == pytest.approx(0.3)


def test_no_time_left_means_not_even_tried() -> None:
    """A call whose deadline has passed is denied, and reaches nobody."""
    text = """
scenario: denied
duration: 10s
traffic: {users: {rate: 1/s, arrivals: constant, target: front.get, deadline: 100ms}}
services:
  front: {endpoints: {get: [{call: slow.get, optional: true}, {call: fast.get}]}}
  slow: {endpoints: {get: [{work: 300ms}]}}
  fast: {endpoints: {get: [{work: 1ms}]}}
"""
    result = play(text)
    assert result.total.outcomes == {"timeout": 9}
    assert result.services["fast"].attempts == 0


def test_a_full_queue_answers_at_once() -> None:
    """Who finds all slots and places taken is told so in the same instant."""
    result = play(SLOW, "traffic.users.rate=10/s", "services.back.queue=1")
    back = result.services["back"]
    assert back.queue.max == 1
    assert back.call_outcomes["queue_full"] > 70
    fastest = result.total.latency_all.p50
    assert fastest is not None
    assert fastest == pytest.approx(0.001, rel=0.02)


def test_a_crash_resets_what_is_inside_and_refuses_what_comes() -> None:
    """Callers of a dead instance see resets, then refusals; the dead do no work."""
    text = """
scenario: crash
duration: 10s
traffic: {users: {rate: 10/s, arrivals: constant, target: api.get}}
services: {api: {concurrency: 2, endpoints: {get: [{work: 500ms}]}}}
"""
    run = Run(parse(text).scenario, check=True)
    kernel = run.world.kernel
    instance = run.world.services["api"].instances[0]
    kernel.run(5.05, 10_000)
    inside = len(instance.inside)
    instance.crash()
    assert not instance.inside
    kernel.run(8.05, 10_000)
    instance.restart()
    run.advance()
    outcomes = run.result().total.outcomes
    assert inside > 2
    assert outcomes["reset"] == inside
    assert outcomes["refused"] == 30


@pytest.mark.parametrize("threading", ["blocking", "async"])
def test_threads_wait_and_event_loops_do_not(threading: str) -> None:
    """A blocking instance is full of requests that wait for another; an asynchronous one is not."""
    text = f"""
scenario: threads
duration: 60s
warmup: 5s
traffic: {{users: {{rate: 50/s, target: front.get}}}}
services:
  front: {{concurrency: 4, threading: {threading}, endpoints: {{get: [{{work: 1ms}}, {{call: back.get}}, {{work: 1ms}}]}}}}
  back: {{endpoints: {{get: [{{work: 100ms}}]}}}}
"""
    result = play(text)
    used = result.services["front"].utilization
    assert used is not None
    assert result.total.throughput == pytest.approx(50 if threading == "async" else 39.2, rel=0.05)
    assert used == pytest.approx(0.025 if threading == "async" else 1.0, rel=0.1)


def test_together_waits_for_the_slowest_branch() -> None:
    """Branches run at the same time; the first failure ends it at once with `fail_fast` only."""
    text = """
scenario: together
duration: 10s
traffic: {users: {rate: 1/s, arrivals: constant, target: api.get}}
services:
  api:
    endpoints:
      get: [{together: [{work: 300ms}, {steps: [{work: 100ms}, {fail: 100%}]}]}]
"""
    patient, hasty = play(text), play(text, "services.api.endpoints.get.0.fail_fast=true")
    assert patient.total.outcomes == hasty.total.outcomes == {"error": 9}
    assert patient.total.latency_all.mean == pytest.approx(0.3)
    assert hasty.total.latency_all.mean == pytest.approx(0.1)
    assert hasty.services["api"].work == pytest.approx(9 * 0.2)


def test_steps_add_up() -> None:
    """Loops, chances, branches and groups take the time that they should on average."""
    text = """
scenario: steps
duration: 400s
traffic: {users: {rate: 100/s, target: api.get}}
services:
  api:
    endpoints:
      get:
        - repeat: 3
          steps: [{work: 1ms}, {repeat: {uniform: {low: 0, high: 2}}, steps: [{work: 2ms}]}]
        - maybe: 25%
          steps: [{work: 4ms}]
        - either:
            - {weight: 3, steps: [{work: 1ms}]}
            - {weight: 1, steps: [{steps: [{work: 2ms}, {work: 3ms}]}]}
        - fail: 10%
"""
    result = play(text)
    # 3 (1 + 1 x 2) + 0.25 x 4 + (3 x 1 + 1 x 5) / 4 = 12 ms; the variance is below 30 ms^2.
    mean = result.total.latency.mean
    finished = result.total.latency.count
    assert mean is not None
    assert abs(mean - 0.012) < 4.5 * (30e-6 / finished) ** 0.5
    available = result.total.availability
    assert available is not None
    assert abs(available - 0.9) < 4.5 * (0.09 / result.total.finished) ** 0.5


ORDERS = """
scenario: orders
duration: 400s
warmup: 10s
traffic:
  gold: {rate: 40/s, target: api.get, priority: 1}
  iron: {rate: 50/s, target: api.get}
services: {api: {concurrency: 1, queue: {order: fifo}, endpoints: {get: [{work: {exponential: 10ms}}]}}}
"""


def test_orders_of_service_share_the_mean_and_differ_in_the_tail() -> None:
    """FIFO, LIFO and random order have one mean wait; LIFO has the longest tail, priority splits it."""
    results = {
        order: play(ORDERS, f"services.api.queue.order={order}")
        for order in ("fifo", "lifo", "random", "priority")
    }
    fifo, lifo, random = (results[name].total.latency for name in ("fifo", "lifo", "random"))
    assert fifo.mean is not None
    assert fifo.p999 is not None
    assert lifo.p999 is not None
    assert random.p999 is not None
    # The same arrivals and the same work: the number in the system is the same at every moment.
    assert lifo.mean == pytest.approx(fifo.mean, rel=0.02)
    assert random.mean == pytest.approx(fifo.mean, rel=0.02)
    assert fifo.p999 < random.p999 < lifo.p999
    gold = results["priority"].traffic["gold"].latency.mean
    iron = results["priority"].traffic["iron"].latency.mean
    assert gold is not None
    assert iron is not None
    assert gold < fifo.mean < iron


def test_fcfs_cores_hold_up_the_short_behind_the_long() -> None:
    """One core first come first served is M/M/1; shared it treats every size alike on average."""
    text = """
scenario: cores
duration: 300s
traffic: {users: {rate: 70/s, target: api.get}}
services: {api: {cores: 1, sharing: fcfs, endpoints: {get: [{work: 10ms}]}}}
"""
    fcfs, shared = play(text), play(text, "services.api.sharing=processor")
    # M/D/1: 10 + 0.7/0.3 x 10/2 = 21.7 ms first come first served, 33.3 ms shared.
    assert fcfs.total.latency.mean == pytest.approx(0.02167, rel=0.05)
    assert shared.total.latency.mean == pytest.approx(0.03333, rel=0.08)
    assert fcfs.services["api"].utilization == pytest.approx(0.7, rel=0.03)
