"""Processes that die after each start, and the ever longer waits between."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simulator.experiment.result import DeathFigures, Result
from simulator.experiment.run import Run, simulate
from simulator.scenario import parse
from simulator.scenario.building.world import World

ONE = """
scenario: one
seed: 4
duration: 200s
traffic: {users: {rate: 1/s, arrivals: constant, target: shop.get}}
services: {shop: {concurrency: 1, queue: 1000, endpoints: {get: [work: 40ms]}}}
"""


def away(death: DeathFigures) -> float:
    """Seconds from a death to the start after it."""
    assert death.back is not None
    return death.back - death.died


def play(*settings: str) -> Result:
    return simulate(parse(ONE, settings=settings).scenario, check=True)


def lives(result: Result) -> list[tuple[float, float]]:
    """When it died, and after how long it was back."""
    return [(each.died, away(each)) for each in result.deaths]


def ups(*settings: str, at: list[float]) -> list[bool]:
    """Whether the only instance is up at some moments."""
    seen: list[bool] = []

    def look(world: World) -> None:
        seen.append(world.instances[0].up)

    run = Run(parse(ONE, settings=settings).scenario, check=True)
    looks: dict[float, Callable[[World], None]] = dict.fromkeys(at, look)
    for moment, each in sorted(looks.items()):
        while not run.world.kernel.run(moment, 10_000):
            pass
        each(run.world)
    run.advance()
    return seen


def test_it_dies_after_each_start_and_waits_twice_as_long_each_time() -> None:
    """Lives of 5 s, starts of 1 s: dead for 1, 11, 21 and 41 s, and up at the end at once."""
    result = play("faults=[{at: 10.5s, for: 120s, crash_loop: {service: shop, lives: 5s}}]")
    dead = [1.0, 11.0, 21.0, 41.0]
    expected: list[tuple[float, float]] = []
    moment = 10.5
    for each in dead:
        expected.append((moment, each))
        moment += each + 5.0
    # The fifth would be for 81 s, from 104.5 s on; the fault is over at 130.5 s.
    expected.append((moment, 130.5 - moment))
    assert moment == 104.5
    seen = lives(result)
    assert [at for at, _ in seen] == pytest.approx([at for at, _ in expected])
    assert [back for _, back in seen] == pytest.approx([back for _, back in expected])
    # Requests come at whole seconds: those between a death and the start are refused.
    refused = 1 + 11 + 21 + 41 + 26
    assert result.total.outcomes == {"ok": 199 - refused, "refused": refused}


def test_waits_are_capped() -> None:
    """With `max: 12s` all later waits are 12 s; the end at 70.5 s cuts the last short."""
    fault = "crash_loop: {service: shop, lives: 2s, backoff: 10s, max: 12s, start: 0s}"
    seen = lives(play(f"faults=[{{at: 10.5s, for: 60s, {fault}}}]"))
    assert [back for _, back in seen] == pytest.approx([0.0, 10.0, 12.0, 12.0, 12.0, 4.0])


def test_ten_minutes_of_running_are_forgiving() -> None:
    """Whatever lives for 10 min is started at once each time."""
    loop = "crash_loop: {service: shop, lives: 600s}"
    seen = lives(play("duration=40m", f"faults=[{{at: 10.5s, for: 30m, {loop}}}]"))
    assert [at for at, _ in seen] == pytest.approx([10.5, 611.5, 1212.5])
    assert [back for _, back in seen] == pytest.approx([1.0, 1.0, 1.0])
    short = "crash_loop: {service: shop, lives: 599s}"
    seen = lives(play("duration=40m", f"faults=[{{at: 10.5s, for: 30m, {short}}}]"))
    assert [back for _, back in seen] == pytest.approx([1.0, 11.0, 21.0])


def test_another_fault_that_keeps_it_dead_has_its_way() -> None:
    """Killed from 12 s to 20 s it is up at 20 s, although the loop would have it up at 16.5 s."""
    faults = (
        "faults=[{at: 10.5s, for: 100s, crash_loop: {service: shop, lives: 5s}},"
        "{at: 12s, for: 8s, kill: {service: shop}}]"
    )
    # Up at 11.5 s; killed at 12 s. At 16.5 s it is dead all the same, and crashes: 11 s more, to
    # 27.5 s, from where it lives for 5 s.
    at = [11.0, 11.9, 12.1, 19.0, 21.0, 27.4, 27.6, 32.4, 32.6]
    assert ups(faults, at=at) == [False, True, False, False, False, False, True, True, False]


def test_a_start_by_somebody_else_gives_it_a_whole_life() -> None:
    """Killed at 12 s and up at 13 s, it dies 5 s after that start."""
    faults = (
        "faults=[{at: 10.5s, for: 100s, crash_loop: {service: shop, lives: 5s}},"
        "{at: 12s, for: 1s, kill: {service: shop}}]"
    )
    assert ups(faults, at=[12.5, 13.1, 17.9, 18.1]) == [False, True, True, False]


def test_each_time_begins_with_a_first_crash() -> None:
    """With `every` the waits begin anew."""
    loop = "crash_loop: {service: shop, lives: 5s}"
    seen = lives(play(f"faults=[{{at: 10.5s, for: 10s, every: 50s, {loop}}}]"))
    # Dead at once for 1 s, and 6 s later until the end, 4 s after that.
    assert [back for _, back in seen] == pytest.approx([1.0, 4.0] * 4)
