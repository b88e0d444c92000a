"""What an instance's own defences do for its users: whole scenarios, with the laws checked."""

from __future__ import annotations

import re
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.experiment.result import Result
from simulator.experiment.run import Run, simulate
from simulator.scenario import parse

from .test_laws import conserved, worlds


def play(text: str, *settings: str, seed: int | None = None) -> Result:
    """Play a scenario given as text, with the laws checked."""
    result = simulate(parse(text, settings=settings).scenario, seed=seed, check=True)
    conserved(result)
    return result


OVERLOAD = """
scenario: overload
duration: 60s
warmup: 5s
traffic: {users: {rate: 200/s, target: api.get, timeout: 200ms}}
services: {api: {concurrency: 4, queue: {capacity: 1000}, endpoints: {get: [{work: {exponential: 40ms}}]}}}
"""
"""Twice what four slots can do, which is 100/s, asked by users who wait for 200 ms."""


def test_without_a_defence_goodput_collapses() -> None:
    """The queue is ten seconds long; the instance is busy, and every answer is for nobody."""
    result = play(OVERLOAD)
    api = result.services["api"]
    assert result.total.goodput < 1
    assert api.utilization == pytest.approx(1.0, abs=0.01)
    assert api.wasted_work == pytest.approx(api.work, rel=0.01)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    ("defence", "least"),
    [
        ("shedding={queue: 4}", 90),
        ("shedding={codel: {}}", 90),
        ("queue.order=adaptive_lifo", 85),
        ("concurrency_limit={algorithm: fixed, limit: 8}", 90),
        ("concurrency_limit={algorithm: vegas}", 90),
    ],
)
def test_with_one_it_does_not(defence: str, least: float, seed: int) -> None:
    """Of the 100/s that can be done nearly all are done for somebody who still waits."""
    result = play(OVERLOAD, f"services.api.{defence}", seed=seed)
    assert least < result.total.goodput < 102
    assert result.services["api"].wasted_work < 0.2 * result.services["api"].work


def test_time_left_is_worth_more_than_a_deadline() -> None:
    """A deadline alone lets those begin who cannot be done in time; a bound on what is left does not."""
    deadline = play(OVERLOAD, "traffic.users.deadline=200ms")
    left = play(
        OVERLOAD,
        "traffic.users.deadline=200ms",
        "services.api.shedding.deadline_left=100ms",
    )
    assert deadline.total.goodput < 40
    assert left.total.goodput > 85
    # Nobody is begun with less than 100 ms left, so nobody waits for more than 100.
    assert left.total.outcomes["shed"] > 90 * 55


def test_adaptive_lifo_is_fair_when_there_is_time() -> None:
    """At 60 % load its tail is that of first come, first served, and far from that of LIFO."""
    quiet = ("traffic.users.rate=60/s", "traffic.users.timeout=null")
    played = {
        order: play(OVERLOAD, *quiet, f"services.api.queue={{order: {order}{more}}}")
        for order, more in (("fifo", ""), ("adaptive_lifo", ", threshold: 50"), ("lifo", ""))
    }
    assert played["adaptive_lifo"].digest == played["fifo"].digest
    assert (played["lifo"].total.latency.max or 0) > (played["fifo"].total.latency.max or 0)


CLASSES = """
scenario: classes
duration: 60s
warmup: 5s
traffic:
  users: {rate: 60/s, target: front.get, priority: 10}
  batch: {rate: 140/s, target: front.get}
services:
  front: {endpoints: {get: [{call: api.get}]}}
  api:
    concurrency: 4
    queue: 16
    shedding: {priority: {levels: {0: 50%}}}
    endpoints: {get: [{work: {exponential: 40ms}}]}
"""


def test_the_important_sail_through() -> None:
    """Twice the load, two calls deep: those of high priority find a place, the others pay for it."""
    shed, plain = play(CLASSES), play(CLASSES, "services.api.shedding=null")
    assert plain.traffic["users"].availability == pytest.approx(0.5, abs=0.05)
    users, batch = shed.traffic["users"], shed.traffic["batch"]
    assert users.availability is not None
    assert users.availability > 0.995
    # What is left of 100/s.
    assert batch.goodput == pytest.approx(40, abs=5)
    assert set(batch.outcomes) <= {"ok", "error"}
    assert set(shed.services["api"].outcomes) <= {"ok", "shed", "queue_full"}
    assert shed.services["api"].utilization == pytest.approx(1.0, abs=0.01)


def test_as_full_as_a_share_says() -> None:
    """With one class only, half of the twenty slots and places are ever taken."""
    result = play(CLASSES, "traffic.users.rate=0/s", "traffic.batch.rate=400/s")
    assert result.services["api"].queue.max == 6


STEADY = """
scenario: steady
duration: 10s
traffic: {users: {rate: 200/s, arrivals: constant, target: api.get}}
services: {api: {endpoints: {get: [{work: 1ms}]}}}
"""
"""1,999 requests: one every 5 ms, the first at 5 ms."""


@pytest.mark.parametrize(
    ("limit", "let_in"),
    [
        # The 1st, the 5th and so on: 499 intervals of 20 ms fit between the first and the last.
        ("{rate: 50/s, burst: 1}", 500),
        ("{algorithm: leaky_bucket, rate: 50/s}", 500),
        ("{algorithm: fixed_window, limit: 30, period: 1s}", 300),
        ("{algorithm: sliding_window, limit: 30, period: 1s}", 300),
    ],
)
def test_a_rate_limit_lets_in_exactly_its_rate(limit: str, let_in: int) -> None:
    """Of arrivals as even as these it is known which; the others are told so at once."""
    result = play(STEADY, f"services.api.rate_limit={limit}")
    outcomes = result.total.outcomes
    assert outcomes == {"ok": let_in, "rate_limited": 1999 - let_in}
    assert result.services["api"].work == pytest.approx(let_in * 0.001)
    assert result.total.latency.max == pytest.approx(0.001)


def test_each_instance_has_a_limit_of_its_own() -> None:
    """Two replicas let in twice as many."""
    result = play(
        STEADY, "services.api.rate_limit={rate: 50/s, burst: 1}", "services.api.replicas=2"
    )
    assert result.total.outcomes == {"ok": 1000, "rate_limited": 999}


def test_a_concurrency_limit_is_a_loss_system() -> None:
    """Eight may be inside, whatever the slots and the queue: the losses are those of M/M/4/8."""
    scenario = parse(
        OVERLOAD,
        settings=[
            "traffic.users.timeout=null",
            "traffic.users.rate=120/s",
            "services.api.concurrency_limit={algorithm: fixed, limit: 8}",
        ],
    ).scenario
    offered = 4.8
    weights = [1.0]
    for inside in range(1, 9):
        weights.append(weights[-1] * offered / min(inside, 4))
    loss = weights[8] / sum(weights)
    losses = []
    for replication in range(10):
        result = simulate(scenario, replication=replication, check=True)
        losses.append(result.total.outcomes["shed"] / result.total.finished)
        assert result.services["api"].queue.max == 4
    assert abs(mean(losses) - loss) < 3.3 * stdev(losses) / 10**0.5


RETRY_AFTER = """
scenario: come-again
duration: 10s
traffic:
  users:
    {rate: 4/s, arrivals: constant, target: api.get, retry: {attempts: 2, backoff: 10ms, jitter: none}}
services: {api: {endpoints: {get: [{work: 1ms}]}}}
"""
"""39 requests, one every 250 ms."""


@pytest.mark.parametrize(
    ("defence", "outcome"),
    [
        ("rate_limit={algorithm: fixed_window, limit: 2, period: 1s}", "rate_limited"),
        ("shedding={deadline_left: 1h}", "shed"),
    ],
)
def test_those_turned_away_wait_as_long_as_they_are_asked(defence: str, outcome: str) -> None:
    """Who tries again has waited for `retry_after` first, or for its own backoff if that is longer."""
    asked = ("traffic.users.deadline=1m", f"services.api.{defence}")
    for retry_after, again in (("0s", 0.010), ("300ms", 0.300)):
        result = play(RETRY_AFTER, *asked, f"services.api.retry_after={retry_after}")
        attempts = result.services["api"].outcomes
        assert attempts[outcome] > 20
        slowest = result.total.latency_all.max
        assert slowest == pytest.approx(again, abs=0.0011)


def counters(run: Run, service: str) -> dict[str, float]:
    """The counters of all gates of a service, added up."""
    total: dict[str, float] = {}
    for instance in run.world.services[service].instances:
        assert instance.gate is not None
        for key, value in instance.gate.counters(run.now).items():
            total[key] = total.get(key, 0.0) + value
    return total


def test_whatever_is_turned_away_is_counted_once() -> None:
    """The gate's own counts are those of the answers, where everybody waits for theirs."""
    text = OVERLOAD.replace("warmup: 5s", "warmup: 0s").replace(", timeout: 200ms", "")
    asked = (
        "traffic.users.deadline=1m",
        "services.api.replicas=2",
        "traffic.users.rate=400/s",
        "services.api.queue.capacity=12",
        "services.api.shedding={queue: 11, codel: {}, deadline_left: 1s}",
        "services.api.rate_limit={rate: 190/s, burst: 1}",
        "services.api.concurrency_limit={algorithm: fixed, limit: 13}",
    )
    run = Run(parse(text, settings=asked).scenario, check=True)
    run.advance()
    found = counters(run, "api")
    outcomes = run.result().total.outcomes
    assert set(outcomes) == {"ok", "shed", "rate_limited"}
    assert outcomes["rate_limited"] == found["rate_limited"]
    assert outcomes["shed"] == found["limit_rejected"] + found["shed_queue"] + found["shed_codel"]
    assert found["limit_rejected"] > 0
    assert found["shed_codel"] > 0
    assert found["shed_queue"] == found["shed_deadline"] == 0


@st.composite
def defences(draw: st.DrawFn) -> dict[str, Any]:
    """Any of the defences, alone or together."""
    shedding: dict[str, Any] = {}
    if draw(st.booleans()):
        shedding["queue"] = draw(st.integers(0, 2))
    if draw(st.booleans()):
        shedding["codel"] = draw(st.sampled_from([{}, {"target": "1ms", "interval": "5ms"}]))
    if draw(st.booleans()):
        shedding["priority"] = {"levels": draw(st.sampled_from([{0: "50%"}, {0: "0%", 5: "70%"}]))}
    if draw(st.booleans()):
        shedding["deadline_left"] = draw(st.sampled_from(["1ms", "15ms"]))
    return {
        "shedding": shedding,
        "rate_limit": draw(st.sampled_from([None, {"rate": "50/s", "burst": 2}])),
        "concurrency_limit": draw(
            st.sampled_from([None, {"algorithm": "fixed", "limit": 2}, {"algorithm": "vegas"}])
        ),
        "retry_after": draw(st.sampled_from(["0s", "10ms"])),
    }


@st.composite
def defended(draw: st.DrawFn) -> dict[str, Any]:
    """A random world whose services defend themselves."""
    world = draw(worlds())
    world["traffic"]["open"]["priority"] = draw(st.sampled_from([0, 5, 6]))
    for service in world["services"].values():
        service |= draw(defences())
        service["concurrency"] = draw(st.sampled_from([1, 3]))
        service["queue"] = {
            "capacity": draw(st.sampled_from([0, 2, 5])),
            "order": draw(st.sampled_from(["fifo", "adaptive_lifo", "random"])),
        }
    return world


@settings(max_examples=60)
@given(defended())
def test_random_defences_obey_the_laws(world: dict[str, Any]) -> None:
    """Nothing is lost at a gate or counted twice by it, and two plays are alike."""
    scenario = parse(yaml.safe_dump(world)).scenario
    result = simulate(scenario, check=True)
    conserved(result)
    assert simulate(scenario).digest == result.digest


@settings(max_examples=25)
@given(defended(), st.integers(1, 30))
def test_crashes_behind_a_gate_obey_the_laws(world: dict[str, Any], tenths: int) -> None:
    """A gate whose instance dies forgets whom it let in."""
    run = Run(parse(yaml.safe_dump(world)).scenario, check=True)
    run.world.kernel.run(tenths / 10, 1 << 30)
    for service in run.world.services.values():
        service.instances[0].crash()
    run.world.kernel.run(tenths / 10 + 0.2, 1 << 30)
    for service in run.world.services.values():
        service.instances[0].restart()
    run.advance()
    conserved(run.result())


PAGE = (Path(__file__).parents[2] / "docs" / "shedding.md").read_text("utf-8")
EXAMPLE = re.findall(r"```yaml\n(scenario: .*?)```", PAGE, re.DOTALL)[0]


@pytest.mark.parametrize(
    ("setting", "goodput"), re.findall(r"^\| `(.+=.+)` \| (\d+)/s \|$", PAGE, re.MULTILINE)
)
def test_the_page_tells_the_truth(setting: str, goodput: str) -> None:
    """The example of docs/shedding.md has the goodput that its table promises."""
    result = play(EXAMPLE, setting)
    assert round(result.total.goodput) == int(goodput)
