"""Faults that do nothing, faults that overlap, and what is left of them: nothing."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playing import play

from simulator.balancing.healthy import Healthy
from simulator.balancing.round_robin import RoundRobin
from simulator.call.breaker import CLOSED, DISABLED, FORCED_OPEN, Breaker
from simulator.experiment.result import Result
from simulator.experiment.run import Run, simulate
from simulator.scenario import parse

SYSTEM = """
scenario: system
seed: 13
duration: 16s
traffic:
  users: {rate: 40/s, target: shop.buy, key: {zipf: {items: 20, s: 1}}}
  crawlers: {users: 2, think: 100ms, target: shop.look}
registry: {kind: eureka, replicas: 2, registry_fetch: 1s, renewal_interval: 1s}
network: {latency: 1ms}
services:
  shop:
    replicas: 3
    zones: [a, b]
    threading: async
    concurrency: 4
    queue: 20
    endpoints:
      buy:
        - work: {exponential: 5ms}
        - together: [{call: pay.charge}, {call: stock.look}]
        - work: 2ms
      look: [{call: stock.look, cache: {ttl: 1s}, breaker: {minimum_calls: 5}}]
  pay:
    replicas: 2
    zones: [b, a]
    cores: 2
    endpoints: {charge: [work: {exponential: 10ms}]}
  stock:
    replicas: 2
    cores: 1
    sharing: fcfs
    endpoints: {look: [work: 3ms]}
defaults:
  timeout: 300ms
  cancel: true
  retry: {attempts: 2, backoff: 20ms}
  health_check: {interval: 1s, timeout: 300ms}
"""
"""Two tiers with most of what there is: both threadings, cores, fan-out, caches, retries, probes,
a breaker."""


# Faults of no strength.

IDLE = {
    "latency": "for: 8s, latency: {service: pay, add: 0s}",
    "no latency drawn": "for: 8s, latency: {service: pay, toxicity: 0%, add: {exponential: 1s}}",
    "loss": "for: 8s, loss: {service: pay, share: 0%}",
    "correlated loss": "for: 8s, loss: {service: pay, share: 0%, correlation: 25%}",
    "blackhole": "for: 8s, blackhole: {service: pay, toxicity: 0%}",
    "bandwidth": "for: 8s, bandwidth: {service: pay, toxicity: 0%, rate: 1B, message: 1MB}",
    "abort": "for: 8s, abort: {service: pay, toxicity: 0%}",
    "reset": "for: 8s, reset: {service: pay, toxicity: 0%, after: 10ms}",
    "dns_error": "for: 8s, dns_error: {service: pay, toxicity: 0%}",
    "certificate_expiry": "for: 8s, certificate_expiry: {service: pay, toxicity: 0%}",
    "no jitter": "for: 8s, latency: {service: pay, add: 0s, jitter: 0s}",
    "jitter of none": "for: 8s, latency: {service: pay, add: 9ms, jitter: 9ms, toxicity: 0%}",
    "a huge rate": "for: 8s, bandwidth: {service: pay, rate: 1000000000TB, message: 1B}",
    "corrupt": "for: 8s, corrupt: {service: pay, share: 0%}",
    "correlated corrupt": "for: 8s, corrupt: {service: pay, share: 0%, correlation: 25%}",
    "duplicate": "for: 8s, duplicate: {service: pay, share: 0%}",
    "correlated duplicate": "for: 8s, duplicate: {service: pay, share: 0%, correlation: 25%}",
    "duplicate of none": "for: 8s, duplicate: {service: pay, share: 100%, toxicity: 0%}",
    "reorder": "for: 8s, reorder: {service: pay, delay: 1s, share: 100%}",
    "reorder by nothing": "for: 8s, reorder: {service: pay, delay: 0s, share: 20%, gap: 3}",
    "an instance that does not call": "for: 8s, abort: {service: pay, from: [stock-1]}",
    "zones that do not call": "for: 8s, abort: {service: stock, from: [pay], from_zones: [a]}",
    "slow": "for: 8s, slow: {service: shop, mode: all, speed: 100%}",
    "surge": "for: 8s, surge: {traffic: users, times: 1}",
    "kill of none": "for: 8s, kill: {service: pay, mode: {percent: 0%}}",
    "monkey among none": "for: 8s, monkey: {service: pay, mode: {percent: 0%}, interval: 1s}",
    "pause of none": "for: 8s, pause: {service: pay, mode: {percent: 0%}}",
    "hang of none": "for: 8s, hang: {service: pay, mode: {percent: 0%}}",
    "callers that do not call": "for: 8s, partition: {service: pay, mode: all, from: [crawlers]}",
    "no wrong clock": "for: 8s, clock_skew: {service: pay, by: 4m}",
    "a heap without end": "for: 8s, memory_leak: {service: pay, rate: 1B, limit: 1000TB}",
    "a bad deploy of a good version": "for: 8s, bad_deploy: {service: pay, errors: 0%}",
    "a deploy as quick": "for: 8s, bad_deploy: {service: pay, speed: 100%}",
    "a third party that is well": "for: 8s, dependency_outage: {service: pay, share: 0%}",
    "a secret that is good": "for: 8s, secret_expiry: {service: pay, from: [shop], toxicity: 0%}",
    "a breaker that is closed": "for: 8s, force_breaker: {service: shop, state: closed}",
    "flush of no caches": "cache_flush: {service: users}",
}


@pytest.fixture(scope="module")
def undisturbed() -> Result:
    """The system without any fault."""
    return play(SYSTEM)


@pytest.mark.parametrize("idle", IDLE)
def test_a_fault_of_no_strength_leaves_all_figures_as_they_are(
    idle: str, undisturbed: Result
) -> None:
    """It is noted in the result, and changes no other figure, to the last digit; nor the digest."""
    result = play(SYSTEM, f"faults=[{{at: 4s, {IDLE[idle]}}}]")
    assert result.faults[0].start == 4.0
    assert result.digest == undisturbed.digest
    assert result.total == undisturbed.total
    assert result.traffic == undisturbed.traffic
    assert result.services == undisturbed.services
    assert result.edges == undisturbed.edges
    assert result.policies == undisturbed.policies
    assert result.series.keys() == undisturbed.series.keys()
    for level, table in result.series.items():
        for column, values in table.columns.items():
            np.testing.assert_array_equal(values, undisturbed.series[level].columns[column])


def test_a_fault_that_never_starts_leaves_all_figures_as_they_are(undisturbed: Result) -> None:
    """One that comes once in a hundred thousand hours does not come in 16 s."""
    result = play(
        SYSTEM, "faults=[{at: 1s, random: {mtbf: 100000h, mttr: 1s}, kill: {service: pay}}]"
    )
    assert result.faults[0].start is None
    assert result.digest == undisturbed.digest
    assert result.total == undisturbed.total
    assert result.traffic == undisturbed.traffic
    assert result.services == undisturbed.services
    assert result.edges == undisturbed.edges


def test_the_system_has_something_to_lose(undisturbed: Result) -> None:
    """The same faults at full strength do change the figures: the test above can fail."""
    for fault in (
        "latency: {service: pay, add: 1s}",
        "loss: {service: pay, share: 50%}",
        "abort: {service: pay}",
        "corrupt: {service: pay, share: 20%}",
        "duplicate: {service: pay, share: 50%}",
        "reorder: {service: pay, delay: 100ms, share: 50%}",
        "slow: {service: shop, mode: all, speed: 10%}",
        "surge: {traffic: users, times: 2}",
    ):
        result = play(SYSTEM, f"faults=[{{at: 4s, for: 8s, {fault}}}]")
        assert result.total != undisturbed.total


# Faults that overlap.

WHOM: list[dict[str, Any]] = [
    {"service": service, "mode": mode}
    for service in ("shop", "pay", "stock")
    for mode in ("one", "all")
]
ON_THE_WAY: list[dict[str, Any]] = [
    {"latency": {"add": "30ms"}},
    {"latency": {"add": {"exponential": "50ms"}, "direction": "from"}},
    {"loss": {"share": "20%"}},
    {"loss": {"share": "50%", "correlation": "30%", "direction": "to"}},
    {"blackhole": {"direction": "from"}},
    {"bandwidth": {"rate": "40kB", "message": "1kB"}},
    {"abort": {"toxicity": "50%", "after": "400ms"}},
    {"abort": {"outcome": "shed"}},
    {"reset": {"after": "10ms"}},
    {"dns_error": {"toxicity": "30%"}},
    {"certificate_expiry": {}},
    {"corrupt": {"share": "20%"}},
    {"corrupt": {"share": "50%", "correlation": "30%", "direction": "from"}},
    {"duplicate": {"share": "30%"}},
    {"duplicate": {"share": "50%", "correlation": "50%", "from": ["shop-2"]}},
    {"reorder": {"delay": "40ms", "share": "25%", "correlation": "50%"}},
    {"latency": {"add": "30ms", "jitter": "40ms", "correlation": "25%", "from_zones": ["a"]}},
    {"partition": {"from": ["shop-1", "users-1"], "from_zones": ["a"]}},
    {"partition": {"from": ["shop"]}},
    {"partition": {"from": ["users", "crawlers"], "direction": "to"}},
    {"kill": {}},
    {"kill": {"grace": "150ms"}},
    {"monkey": {"interval": "500ms", "max_down": 2, "restart": "700ms"}},
    {"monkey": {"interval": "900ms", "max_down": "50%", "restart": "3s"}},
    {"pause": {}},
    {"hang": {}},
    {"slow": {"speed": "30%"}},
    {"slow": {"speed": "70%"}},
]
ELSEWHERE: list[dict[str, Any]] = [
    {"zone_outage": {"zone": "a"}},
    {"zone_outage": {"zone": "b"}},
    {"registry_outage": {}},
    {"cache_flush": {"service": "shop"}},
    {"surge": {"traffic": "users", "times": 3}},
    {"force_breaker": {"service": "shop", "state": "open"}},
    {"force_breaker": {"service": "shop", "to": "stock", "state": "disabled"}},
    {"config_push": {"service": "shop", "to": "stock", "policy": {"balancer": "least_request"}}},
    {"config_push": {"service": "shop", "policy": {"balancer": "peak_ewma"}}},
    {"slow": {"service": "registry", "mode": "all", "add": "100ms"}},
    {"slow": {"service": "registry", "mode": "all", "add": "700ms"}},
    {"kill": {"service": "registry"}},
    {"partition": {"service": "registry", "mode": "all", "from": ["shop", "users"]}},
]


@st.composite
def schedules(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Up to eight faults at once, all of which are over two seconds before the end."""
    faults: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(2, 8))):
        start = draw(st.integers(0, 60)) / 10
        lasts = draw(st.integers(2, 70)) / 10
        if draw(st.integers(0, 3)):
            ((kind, how),) = draw(st.sampled_from(ON_THE_WAY)).items()
            harm = {kind: {**draw(st.sampled_from(WHOM)), **how}}
        else:
            harm = draw(st.sampled_from(ELSEWHERE))
        faults.append({"at": f"{start}s", "for": f"{lasts}s", **harm})
    return faults


def undone(run: Run) -> None:
    """Nothing is left of any fault."""
    for instance in run.world.instances:
        assert instance.disturbed is None
        assert instance.slowed == []
        assert instance.speed == instance.full_speed == 1.0
        assert instance.up
        assert instance.kept_down == 0
        assert instance.death is None
    registry = run.world.registry
    assert registry is not None
    for server in registry.servers:
        assert server.up
        assert server.kept_down == 0
        assert server.delay == 0.0
        assert server.reaches("shop")
        assert server.reaches("users")
    assert all(each.ended is not None for each in run.world.faults)
    breakers = [
        part for group in run.world.policies for part in group.parts if isinstance(part, Breaker)
    ]
    assert len(breakers) == 3
    for breaker in breakers:
        assert breaker.initial == CLOSED
        assert breaker.state not in (FORCED_OPEN, DISABLED)
    for instance in run.world.services["shop"].instances:
        for route in instance.routes:
            assert isinstance(route.balancer, Healthy)
            assert isinstance(route.balancer.inner, RoundRobin)


@settings(max_examples=12, deadline=None)
@given(schedules())
def test_everything_is_undone_whatever_overlaps(faults: list[dict[str, Any]]) -> None:
    """Any faults in any order: the laws hold all along, and at the end all is as it was."""
    scenario = parse(SYSTEM, settings=[f"faults={json.dumps(faults)}"]).scenario
    run = Run(scenario, check=True)
    assert run.audit is not None
    kernel = run.world.kernel
    for second in range(1, 16):
        while not kernel.run(float(second), 10_000):
            pass
        run.audit.check()
    undone(run)
    run.advance()
    result = run.result()
    assert result.complete
    for traffic in result.traffic.values():
        assert traffic.started == traffic.finished + traffic.in_flight
        assert sum(traffic.outcomes.values()) == traffic.finished
    for service in result.services.values():
        assert service.wasted_work <= service.work + 1e-6
        assert sum(each.attempts for each in service.instances.values()) <= service.attempts


@settings(max_examples=4, deadline=None)
@given(schedules())
def test_a_schedule_of_faults_is_played_the_same_again(faults: list[dict[str, Any]]) -> None:
    """Whatever is drawn for faults comes from the seed."""
    scenario = parse(SYSTEM, settings=[f"faults={json.dumps(faults)}", "duration=14s"]).scenario
    assert simulate(scenario, check=True).digest == simulate(scenario).digest
