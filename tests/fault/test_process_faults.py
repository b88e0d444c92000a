"""Faults of processes on small worlds: paused, hung, slowed and killed, second by second."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playing import play

from simulator.experiment.run import Run
from simulator.scenario import parse
from simulator.scenario.building.world import World
from simulator.service.instance import Instance


def watched(text: str, *settings: str, at: dict[float, Callable[[World], None]]) -> World:
    """Play to the end, with a look at the world at some moments on the way."""
    scenario = parse(text, settings=settings).scenario
    run = Run(scenario, check=True)
    for moment, look in sorted(at.items()):
        while not run.world.kernel.run(moment, 10_000):
            pass
        look(run.world)
    run.advance()
    return run.world


ONE = """
scenario: one
seed: 4
duration: 60s
traffic: {users: {rate: 10/s, arrivals: constant, target: shop.get}}
services: {shop: {concurrency: 1, queue: 1000, endpoints: {get: [work: 80ms]}}}
"""
"""Requests at 0.1 s, 0.2 s, ..., one after another for 80 ms each: a load of 80 %."""

SHARINGS = {
    "slots": [],
    "shared": ["services.shop.cores=1"],
    "fcfs": ["services.shop.cores=1", "services.shop.sharing=fcfs"],
}
"""Three ways to compute, which are the same for one request at a time."""


# Pauses.


@pytest.mark.parametrize("sharing", SHARINGS)
def test_what_is_under_way_takes_as_much_longer_as_the_pause(sharing: str) -> None:
    """A request that is interrupted for 2 s takes 2.08 s instead of 80 ms."""
    latency = play(
        ONE,
        *SHARINGS[sharing],
        "traffic.users.rate=0.2/s",
        "faults=[{at: 10.05s, for: 2s, pause: {service: shop}}]",
    ).total.latency
    assert latency.count == 11
    assert latency.max == pytest.approx(2.08, abs=1e-8)
    assert latency.mean == pytest.approx(0.08 + 2.0 / 11, abs=1e-8)


@pytest.mark.parametrize("sharing", SHARINGS)
def test_a_pause_drains_in_the_time_of_the_fluid_limit(sharing: str) -> None:
    """2 s at a load of 80 % leave 1.6 s of work, which the free 20 % work off in 8 s.

    The request in service waits 2 s; those after it 1.98 s, 1.96 s, ..., 20 ms, and then none.
    """
    result = play(ONE, *SHARINGS[sharing], "faults=[{at: 10.05s, for: 2s, pause: {service: shop}}]")
    latency = result.total.latency
    waits = [2.0, *(0.02 * k for k in range(1, 100))]
    mean = 0.08 + sum(waits) / latency.count
    assert latency.max == pytest.approx(2.08, abs=1e-8)
    assert latency.mean == pytest.approx(mean, abs=1e-8)
    # One in a hundred of 599 is slower than the sixth of them.
    assert latency.p99 == pytest.approx(2.08 - 5 * 0.02, rel=0.02)


def test_a_queue_rises_and_falls_as_the_fluid_limit_has_it() -> None:
    """During a pause and after it the queue is as long as the fluid limit has it, on the way up and down."""
    seen: dict[float, int] = {}

    def look(world: World) -> None:
        seen[round(world.kernel.now, 3)] = world.instances[0].queued

    moments = [11.05, 12.04, 16.05, 19.75, 20.05]
    watched(
        ONE,
        "faults=[{at: 10.05s, for: 2s, pause: {service: shop}}]",
        at=dict.fromkeys(moments, look),
    )
    # It rises by 10/s from 10.05 to 12.05 s, and falls by 12.5/s - 10/s: 8 s later it is empty.
    fluid = [10.0, 19.9, 10.0, 0.75, 0.0]
    for moment, expected in zip(moments, fluid, strict=True):
        assert abs(seen[moment] - expected) <= 1


def test_a_pause_refuses_nobody_and_callers_time_out() -> None:
    """With a timeout of 510 ms, those who came early in the pause give up; the work is for nobody."""
    result = play(
        ONE, "defaults.timeout=510ms", "faults=[{at: 10.05s, for: 2s, pause: {service: shop}}]"
    )
    # The wait, 2 s and then 1.98 s, 1.96 s, ..., exceeds 430 ms for 1 + 78 of them. All of them are
    # worked on in vain, and the first has its slot for 2 s more.
    assert result.total.outcomes == {"ok": 599 - 79, "timeout": 79}
    shop = result.services["shop"]
    assert shop.wasted_work == pytest.approx(79 * 0.08 + 2.0, abs=1e-6)


# Hangs.


@pytest.mark.parametrize("sharing", SHARINGS)
def test_what_is_inside_a_hung_process_is_reset_at_its_end(sharing: str) -> None:
    """Nobody is answered from 10.05 s to 12.05 s; then the 1 + 20 who are inside are, by a reset."""
    result = play(ONE, *SHARINGS[sharing], "faults=[{at: 10.05s, for: 2s, hang: {service: shop}}]")
    assert result.total.outcomes == {"ok": 599 - 21, "reset": 21}
    assert result.total.latency_all.max == pytest.approx(2.05)
    assert result.total.latency.max == pytest.approx(0.08)
    assert result.deaths == ()


def test_a_hung_process_holds_its_callers_up_to_their_timeouts() -> None:
    """With a timeout they leave before the reset, all but those of the last half second."""
    result = play(
        ONE,
        "defaults.timeout=510ms",
        "faults=[{at: 10.05s, for: 2s, hang: {service: shop}}]",
    )
    # 10.0, ..., 11.5 s have given up by 12.05 s; 11.6, ..., 12.0 s are reset.
    assert result.total.outcomes == {"ok": 599 - 21, "timeout": 16, "reset": 5}


# Slowness.


@pytest.mark.parametrize("sharing", SHARINGS)
def test_slow_and_paused_multiply(sharing: str) -> None:
    """Half speed from 5 ms on, frozen for 1 s at 25 ms: 70 ms of work take 5 + 20 + 1000 + 130 ms."""
    settings = [
        *SHARINGS[sharing],
        "traffic.users.rate=1/s",
        "duration=5.5s",
        "faults=[{at: 2.005s, for: 2.6s, slow: {service: shop, speed: 50%}}, "
        "{at: 2.025s, for: 1s, pause: {service: shop}}]",
    ]
    # 2 s: 5 ms at full speed, 10 ms of work in 20 ms, nothing in 1 s, 65 ms of work in 130 ms.
    # 3 s waits until then (155 ms), and 4 s is served at half speed; 1 s and 5 s are not touched.
    latencies = [0.08, 1.155, 0.155 + 0.16, 0.16, 0.08]
    latency = play(ONE, *settings).total.latency
    assert latency.count == 5
    assert latency.max == pytest.approx(1.155, abs=1e-8)
    assert latency.mean == pytest.approx(sum(latencies) / 5, abs=1e-8)


def test_speeds_are_exact_again_whatever_the_order_in_which_faults_end() -> None:
    """Three slowdowns with factors that binary fractions cannot hold, and a pause, crosswise."""
    speeds: list[float] = []

    def look(world: World) -> None:
        speeds.append(world.instances[0].speed)

    world = watched(
        ONE,
        "faults=[{at: 1s, for: 4s, slow: {service: shop, speed: 30%}}, "
        "{at: 2s, for: 5s, slow: {service: shop, speed: 70%}}, "
        "{at: 3s, for: 1s, pause: {service: shop}}, "
        "{at: 4.5s, for: 1s, slow: {service: shop, speed: 10%}}]",
        at=dict.fromkeys([0.5, 1.5, 2.5, 4.25, 4.75, 5.25, 6.0, 7.5], look),
    )
    expected = [1.0, 0.3, 0.3 * 0.7, 0.3 * 0.7, 0.3 * 0.7 * 0.1, 0.7 * 0.1, 0.7, 1.0]
    assert speeds == expected
    assert world.instances[0].slowed == []


def test_a_pause_in_a_pause_ends_with_the_later_one_and_costs_no_digits() -> None:
    """Two pauses at once are one: the work under way is accounted for as in one that long."""
    one = play(ONE, "faults=[{at: 10.05s, for: 2s, pause: {service: shop}}]")
    two = play(
        ONE,
        "faults=[{at: 10.05s, for: 1.5s, pause: {service: shop}}, "
        "{at: 10.5s, for: 1.55s, pause: {service: shop}}, "
        "{at: 10.75s, for: 0.25s, slow: {service: shop, speed: 1%}}]",
    )
    assert two.total.latency.mean == pytest.approx(one.total.latency.mean, abs=1e-8)
    assert one.services["shop"].work == pytest.approx(598 * 0.08 + 0.08 + 2.0, abs=0.08)
    assert two.services["shop"].work == pytest.approx(one.services["shop"].work, abs=1e-6)


# Kills.

FOUR = """
scenario: four
seed: 2
duration: 60s
traffic: {users: {rate: 100/s, arrivals: constant, target: shop.get}}
services: {shop: {replicas: 4, concurrency: 4, endpoints: {get: [work: 20ms]}}}
defaults: {balancer: round_robin}
faults: [{at: 10.005s, for: 30s, kill: {service: shop}}]
"""


@pytest.mark.parametrize("threshold", [1, 3, 6])
def test_a_kill_loses_what_comes_until_it_is_noticed(threshold: int) -> None:
    """A quarter of 100/s, for as long as callers do not know, and again until they know it is back."""
    check = f"{{interval: 2s, timeout: 1s, unhealthy_threshold: {threshold}, healthy_threshold: 1}}"
    for seed in range(3):
        result = play(FOUR, f"defaults.health_check={check}", seed=seed)
        (death,) = result.deaths
        knew = death.callers_knew_after
        assert knew is not None
        # The last of `threshold` checks, 2 s apart, of which the first comes within 2 s.
        assert (threshold - 1) * 2.0 <= knew <= threshold * 2.0
        assert abs(death.sent_meanwhile - 25 * knew) <= 1
        assert result.total.outcomes["refused"] == death.sent_meanwhile
        assert result.total.outcomes.get("reset", 0) == death.lost <= 1


def test_what_a_dead_process_had_inside_is_lost() -> None:
    """Each of four instances has one or two requests inside: all of them see a reset."""
    seen: list[int] = []

    def look(world: World) -> None:
        seen.append(sum(len(each.inside) for each in world.instances))

    settings = ["faults=[{at: 10.005s, for: 1s, kill: {service: shop, mode: all}}]"]
    watched(FOUR, *settings, "services.shop.endpoints.get=[work: 50ms]", at={10.004: look})
    result = play(FOUR, *settings, "services.shop.endpoints.get=[work: 50ms]")
    assert seen == [5]
    assert result.total.outcomes["reset"] == 5
    assert result.total.outcomes["refused"] == 100
    assert sum(each.lost for each in result.deaths) == 5


def test_a_killed_process_comes_back_at_its_full_speed_with_nothing_inside() -> None:
    """A restart in the middle of a slowdown is still slow, and afterwards as fast as ever."""
    instances: list[tuple[bool, float, int]] = []

    def look(world: World) -> None:
        each: Instance = world.instances[0]
        instances.append((each.up, each.speed, len(each.inside)))

    watched(
        ONE,
        "faults=[{at: 1.05s, for: 2s, kill: {service: shop}}, "
        "{at: 2s, for: 3s, slow: {service: shop, instance: shop-1, speed: 50%}}]",
        at=dict.fromkeys([1.04, 2.5, 3.06, 10.09], look),
    )
    assert instances == [(True, 1.0, 1), (False, 0.5, 0), (True, 0.5, 0), (True, 1.0, 0)]
