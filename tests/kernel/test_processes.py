"""Processes, timeouts and events by hand, on SimPy's environment and on ours."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
import simpy
from simpy.util import start_delayed

Log = list[Any]
Steps = Generator[Any, Any, Any]


def test_clocks_tick_side_by_side(env: simpy.Environment, log: Log) -> None:
    """Processes take turns by time, and at one time by who asked first."""

    def clock(name: str, tick: float) -> Steps:
        for _ in range(3):
            yield env.timeout(tick)
            log.append((name, env.now))

    env.process(clock("fast", 0.5))
    env.process(clock("slow", 1))
    env.run()
    assert log == [
        ("fast", 0.5),
        ("slow", 1),
        ("fast", 1),
        ("fast", 1.5),
        ("slow", 2),
        ("slow", 3),
    ]


def test_a_timeout_carries_a_value(env: simpy.Environment, log: Log) -> None:
    """What a timeout was given is what its process gets."""

    def process() -> Steps:
        log.append((yield env.timeout(1, value="tea")))
        log.append((yield env.timeout(1)))

    env.process(process())
    env.run()
    assert log == ["tea", None]


def test_a_timeout_of_zero_lets_the_others_go_first(env: simpy.Environment, log: Log) -> None:
    """No time passes, but those who wait already have their turn before."""

    def process(name: str) -> Steps:
        log.append((name, env.now))
        yield env.timeout(0)
        log.append((name, env.now))

    env.process(process("a"))
    env.process(process("b"))
    env.run()
    assert log == [("a", 0), ("b", 0), ("a", 0), ("b", 0)]


def test_a_timeout_may_not_be_negative(env: simpy.Environment) -> None:
    """A negative delay is a mistake at once, not when its moment comes."""
    with pytest.raises(ValueError, match="Negative delay -1"):
        env.timeout(-1)


def test_a_process_starts_before_ordinary_events_of_its_moment(
    env: simpy.Environment, log: Log
) -> None:
    """The start of a process is urgent: it overtakes what is scheduled for now."""

    def process() -> Steps:
        log.append("started")
        yield env.timeout(0)

    bell = env.event()
    bell.callbacks.append(lambda event: log.append("bell"))
    bell.succeed()
    env.process(process())
    env.run()
    assert log == ["started", "bell"]


def test_waiting_for_a_process_gives_what_it_returned(env: simpy.Environment, log: Log) -> None:
    """A process is an event whose value is its return value."""

    def child(wait: float) -> Steps:
        yield env.timeout(wait)
        return wait * 10

    def parent() -> Steps:
        for wait in (2, 1):
            value = yield env.process(child(wait))
            log.append((env.now, value))

    env.process(parent())
    env.run()
    assert log == [(2, 20), (3, 10)]


def test_an_event_that_has_happened_is_not_waited_for(env: simpy.Environment, log: Log) -> None:
    """Yielding a processed event goes on at once with its value."""

    def process() -> Steps:
        early = env.timeout(1, "early")
        yield env.timeout(2)
        log.append((early.processed, (yield early), env.now))

    env.process(process())
    env.run()
    assert log == [(True, "early", 2)]


def test_one_bell_wakes_all_its_listeners_in_order(env: simpy.Environment, log: Log) -> None:
    """Those who wait for one event go on in the order in which they came to wait."""
    bell = env.event()

    def listener(name: str) -> Steps:
        value = yield bell
        log.append((name, value, env.now))

    def ringer() -> Steps:
        yield env.timeout(2)
        bell.succeed("ding")
        log.append((bell.triggered, bell.processed))

    for name in "abc":
        env.process(listener(name))
    env.process(ringer())
    env.run()
    assert log == [(True, False), ("a", "ding", 2), ("b", "ding", 2), ("c", "ding", 2)]


def test_an_event_happens_once(env: simpy.Environment) -> None:
    """Neither success nor failure can be declared twice."""
    bell = env.event().succeed()
    with pytest.raises(RuntimeError, match="already been triggered"):
        bell.succeed()
    with pytest.raises(RuntimeError, match="already been triggered"):
        bell.fail(ValueError())


def test_events_in_a_chain(env: simpy.Environment, log: Log) -> None:
    """An event may trigger another with its own value, from a callback."""
    first, second = env.event(), env.event()
    first.callbacks.append(second.trigger)
    second.callbacks.append(lambda event: log.append((event.value, env.now)))

    def process() -> Steps:
        yield env.timeout(3)
        first.succeed("passed on")

    env.process(process())
    env.run()
    assert log == [("passed on", 3)]


def test_the_active_process_is_the_one_that_acts(env: simpy.Environment, log: Log) -> None:
    """While a process acts it is the active one; between events none is."""

    def process() -> Steps:
        log.append(env.active_process is me)
        yield env.timeout(1)
        log.append(env.active_process is me)

    env.timeout(0.5).callbacks.append(lambda event: log.append(env.active_process))
    me = env.process(process())
    env.run()
    log.append(env.active_process)
    assert log == [True, None, True, None]


def test_a_process_knows_whether_it_lives_and_what_for(env: simpy.Environment, log: Log) -> None:
    """A process has a target while it waits, and dies with its generator."""

    def process() -> Steps:
        yield env.timeout(2)

    def watcher(watched: simpy.Process) -> Steps:
        yield env.timeout(1)
        log.append((watched.is_alive, type(watched.target).__name__, watched.name))
        yield env.timeout(2)
        log.append(watched.is_alive)

    env.process(watcher(env.process(process())))
    env.run()
    assert log == [(True, "Timeout", "process"), False]


def test_a_thousand_generations(env: simpy.Environment, log: Log) -> None:
    """Processes that start processes neither pile up on the stack nor lose their order."""

    def generation(number: int) -> Steps:
        yield env.timeout(1)
        if number < 1000:
            env.process(generation(number + 1))
        else:
            log.append((number, env.now))

    env.process(generation(1))
    env.run()
    assert log == [(1000, 1000)]


def test_started_after_a_delay(env: simpy.Environment, log: Log) -> None:
    """SimPy's own helpers work, since they only use what an environment offers."""

    def process() -> Steps:
        log.append(env.now)
        yield env.timeout(1)

    start_delayed(env, process(), delay=4)
    env.run()
    assert log == [4]


def test_what_is_no_event_cannot_be_waited_for(env: simpy.Environment) -> None:
    """Yielding something else is reported with the line that did it."""

    def process() -> Steps:
        yield "nonsense"

    env.process(process())
    with pytest.raises(RuntimeError, match='Invalid yield value "nonsense"'):
        env.run()


def test_only_a_generator_makes_a_process(env: simpy.Environment) -> None:
    """A function that was not called, or yields nothing, is refused."""
    with pytest.raises(ValueError, match="is not a generator"):
        env.process(lambda: None)  # type: ignore[arg-type]
