"""Memory that fills up: the collector's part, the kill, the restart, and the end."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playing import play, run_of

from simulator.experiment.result import DeathFigures, Result
from simulator.fault.memory_leak import Leak
from simulator.scenario.building.world import World


def away(death: DeathFigures) -> float:
    """Seconds from a death to the start after it."""
    assert death.back is not None
    return death.back - death.died


def watched(text: str, *settings: str, at: dict[float, Callable[[World], None]]) -> World:
    """Play to the end, with a look at the world at some moments on the way."""
    run = run_of(text, *settings)
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
services: {shop: {concurrency: 1, queue: 1000, endpoints: {get: [work: 40ms]}}}
"""
"""Requests at 0.1 s, 0.2 s, ..., one after another for 40 ms each."""


def speeds(*settings: str, at: list[float]) -> list[float]:
    """The speed of the only instance at some moments."""
    seen: list[float] = []

    def look(world: World) -> None:
        seen.append(world.instances[0].speed)

    watched(ONE, *settings, at=dict.fromkeys(at, look))
    return seen


def deaths(result: Result) -> list[float]:
    return [each.died for each in result.deaths]


def leak(fields: str, schedule: str = "at: 10s, for: 30s") -> str:
    return f"faults=[{{{schedule}, memory_leak: {{service: shop, {fields}}}}}]"


@pytest.mark.parametrize("gc", [0.05, 0.2, 0.5])
def test_the_collector_takes_its_part_at_half_of_the_heap(gc: float) -> None:
    """`gc` is what is taken at x = 1/2; in general the cost is k x / (1 - x) for each unit of work."""
    model = Leak(0.0, 0.0, 0.0, 1000.0, gc, 1.0)
    k = gc / (1.0 - gc)
    assert model.speed(500.0) == pytest.approx(1.0 - gc)
    for x in (0.1, 0.75, 0.9, 0.99):
        assert model.speed(1000.0 * x) == pytest.approx(1.0 / (1.0 + k * x / (1.0 - x)))
    assert model.speed(0.0) == 1.0
    assert model.speed(1000.0) == 0.0


def test_a_leak_by_time_slows_and_kills_when_the_limit_is_reached() -> None:
    """1 kB/s into 10 kB: half full after 5 s, dead after 10 s and again 11 s later, until the end."""
    settings = [leak("rate: 1kB, limit: 10kB, gc: 20%", "at: 10.05s, for: 30s")]
    # Readings are 100 ms apart from 10.05 s on; 0 to 10 s of leaking, 1 s of restarting.
    seen = speeds(*settings, at=[10.0, 15.06, 19.06, 20.5, 21.06, 26.06, 40.1])
    half, nine_tenths = 0.8, 1.0 / (1.0 + 0.25 * 9.0)
    expected = [1.0, half, nine_tenths, 1.0, 1.0, half, 1.0]
    assert seen == pytest.approx(expected, abs=1e-9)
    assert deaths(play(ONE, *settings)) == pytest.approx([20.05, 31.05])


def test_a_leak_by_requests_counts_those_of_the_process_alone() -> None:
    """Ten requests a second of 100 B each fill 1 kB in a second; each process begins anew."""
    settings = [leak("per_request: 100B, limit: 1kB, restart: 2s", "at: 10.05s, for: 6s")]
    # The tenth since 10.05 s leaves at 11.04 s, and is seen at 11.05 s. Up again at 13.05 s: the
    # requests of 13.1, ..., 14.0 s have left at 14.05 s. The third life begins at 16.05 s: the end.
    assert deaths(play(ONE, *settings)) == pytest.approx([11.05, 14.05])


def test_a_pile_of_requests_slows_the_instance_that_it_waits_at() -> None:
    """Death spiral: a short pause piles up what the collector then never lets it work off."""
    pause = "{at: 10.05s, for: 1s, pause: {service: shop}}"
    fault = "{at: 5s, for: 40s, memory_leak: {service: shop, in_flight: 1kB, limit: 1MB, gc: 98%}}"
    alone = play(ONE, f"faults=[{pause}]")
    both = play(ONE, f"faults=[{fault}, {pause}]", "services.shop.queue=1000")
    # k = 49: with n of 1000 inside the speed is 1 / (1 + 49 n / (1000 - n)). At a load of 40 % it
    # keeps up while that is above 0.4, which is to n = 29; the pause leaves 10, and it drains slowly.
    assert both.total.outcomes == alone.total.outcomes
    assert both.total.latency.mean > alone.total.latency.mean
    long = "{at: 10.05s, for: 4s, pause: {service: shop}}"
    spiral = watched(ONE, f"faults=[{fault}, {long}]", at={44.9: lambda _: None})
    seen: list[int] = []

    def look(world: World) -> None:
        seen.append(len(world.instances[0].inside))

    watched(ONE, f"faults=[{fault}, {long}]", at={14.1: look, 44.9: look})
    # 40 wait after the pause, beyond 29: from there on the pile grows without further cause.
    assert seen[0] in (40, 41)
    assert seen[1] > 100
    assert spiral.instances[0].speed == 1.0


def test_slowdowns_multiply_and_each_ends_alone() -> None:
    """With another fault at half speed the instance has half of what the collector leaves."""
    faults = (
        "faults=[{at: 10s, for: 8s, memory_leak: {service: shop, rate: 1kB, limit: 10kB, gc: 20%}},"
        "{at: 12s, for: 10s, slow: {service: shop, speed: 50%}}]"
    )
    seen = speeds(faults, at=[15.01, 19.0, 23.0])
    assert seen == pytest.approx([0.4, 0.5, 1.0])
    assert seen[1:] == [0.5, 1.0]


def test_a_kill_of_another_fault_empties_the_heap() -> None:
    """Killed at 14.03 s and up at 16.03 s it is half full 5 s after that, not 5 s after the begin."""
    faults = (
        "faults=[{at: 10s, for: 20s, memory_leak: {service: shop, rate: 1kB, limit: 10kB, gc: 50%}},"
        "{at: 14.03s, for: 2s, kill: {service: shop}}]"
    )
    # Read at 21 s: 4.97 s after the start, x = 0.497, of which x / (1 - x) is taken once.
    assert speeds(faults, at=[15.05, 21.05]) == pytest.approx([1.0, 1.0 - 0.497])


def test_two_keep_it_dead_until_both_let_go() -> None:
    """Out of memory at 20 s, and killed meanwhile until 25 s: it is up at 25 s."""
    faults = (
        "faults=[{at: 10s, for: 30s, memory_leak: {service: shop, rate: 1kB, limit: 10kB}},"
        "{at: 20.5s, for: 4.5s, kill: {service: shop, instance: shop-1}}]"
    )
    up: list[bool] = []

    def look(world: World) -> None:
        up.append(world.instances[0].up)

    watched(ONE, faults, at=dict.fromkeys([20.1, 21.5, 24.9, 25.1], look))
    assert up == [False, False, False, True]


def test_the_end_gives_the_heap_back_and_starts_who_is_down() -> None:
    """A restart that would take 20 s is over with the fault."""
    settings = [leak("rate: 1kB, limit: 10kB, restart: 20s", "at: 10s, for: 15s")]
    (death,) = play(ONE, *settings).deaths
    assert death.died == pytest.approx(20.0)
    assert away(death) == pytest.approx(5.0)


def test_it_leaks_anew_each_time() -> None:
    """With `every` each time begins with an empty heap: 8 s never fill what takes 10 s."""
    settings = [leak("rate: 1kB, limit: 10kB", "at: 10s, for: 8s, every: 10s")]
    assert deaths(play(ONE, *settings)) == []


def test_a_leak_that_harms_nobody_changes_nothing() -> None:
    """Without a collector, below the limit, requests are served exactly as without the fault."""
    harmless = play(ONE, leak("rate: 1B, per_request: 1B, in_flight: 1B, limit: 1GB"))
    assert harmless.total == play(ONE).total


def test_others_that_watch_are_told_during_it_and_after_it() -> None:
    """Join-idle-queue hears of each request that leaves, while two leaks count too, and after both."""
    text = ONE.replace("concurrency: 1,", "replicas: 2, concurrency: 1,")
    text += "defaults: {balancer: join_idle_queue}\n"
    two = (
        "faults=[{at: 10s, for: 20s, memory_leak: {service: shop, mode: all, per_request: 1B, "
        "limit: 1GB}}, {at: 15s, for: 5s, memory_leak: {service: shop, mode: all, per_request: 1B, "
        "limit: 1GB}}, {at: 25s, for: 15s, memory_leak: {service: shop, mode: all, "
        "per_request: 1B, limit: 1GB}}]"
    )
    assert play(text, two).total == play(text).total
    plain = watched(text, at={1.0: lambda _: None})
    world = watched(text, two, at={1.0: lambda _: None})
    kinds = [type(each.watcher) for each in world.instances]
    assert kinds == [type(each.watcher) for each in plain.instances]
