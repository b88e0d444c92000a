"""Who turns the crank and when it stops, on SimPy's environment and on ours."""

from __future__ import annotations

from collections.abc import Generator
from math import inf
from typing import Any

import pytest
import simpy
from simpy.core import EmptySchedule
from simpy.events import EventPriority

Log = list[Any]
Steps = Generator[Any, Any, Any]


def clock(env: simpy.Environment, log: Log) -> Steps:
    """Write down the time, every second."""
    while True:
        log.append(env.now)
        yield env.timeout(1)


def test_run_until_a_time(env: simpy.Environment, log: Log) -> None:
    """What is due at the end itself waits for the next run."""
    env.process(clock(env, log))
    assert env.run(until=3) is None
    log.append(("stopped", env.now, env.peek()))
    env.run(until=4.5)
    log.append(("stopped", env.now))
    assert log == [0, 1, 2, ("stopped", 3, 3), 3, 4, ("stopped", 4.5)]


def test_the_end_comes_before_what_is_due_then(env: simpy.Environment, log: Log) -> None:
    """Even what was scheduled before the run began stays, if it is due at the end."""
    env.timeout(3).callbacks.append(lambda event: log.append(("due", env.now)))
    env.run(until=3)
    log.append(("stopped", env.now))
    env.run(until=4)
    assert log == [("stopped", 3), ("due", 3)]


def test_run_until_an_event_gives_its_value(env: simpy.Environment, log: Log) -> None:
    """The run ends when the event happens; asked again, it gives the value at once."""

    def work() -> Steps:
        yield env.timeout(1.5)
        return "done"

    env.process(clock(env, log))
    process = env.process(work())
    log.append((env.run(until=process), env.now))
    log.append((env.run(until=process), env.now))
    assert log == [0, 1, ("done", 1.5), ("done", 1.5)]


def test_run_until_nothing_is_left(env: simpy.Environment, log: Log) -> None:
    """The clock stays at the last event, and the environment can go on from there."""
    env.timeout(7)
    env.run()
    log.append((env.now, env.peek()))
    env.timeout(2)
    env.run()
    log.append((env.now, env.peek()))
    assert log == [(7, inf), (9, inf)]


def test_run_of_nothing_until_a_time(env: simpy.Environment) -> None:
    """The time is reached even where nothing happens."""
    env.run(until=10)
    assert env.now == 10


@pytest.mark.parametrize("until", [0, -1, 0.0, -0.5])
def test_the_end_must_lie_ahead(env: simpy.Environment, until: float) -> None:
    """Running until now or before is a mistake."""
    with pytest.raises(ValueError, match="must be greater than the current simulation time"):
        env.run(until=until)


def test_an_event_that_nobody_can_trigger(env: simpy.Environment) -> None:
    """Waiting for what can no longer happen is reported."""
    env.timeout(3)
    with pytest.raises(RuntimeError, match='No scheduled events left but "until" event was not'):
        env.run(until=env.event())
    assert env.now == 3


def test_run_until_a_failure_raises_it(env: simpy.Environment, log: Log) -> None:
    """The failure of the awaited event is that of the run."""

    def fails() -> Steps:
        yield env.timeout(1)
        raise KeyError("lost")

    with pytest.raises(KeyError, match="lost"):
        env.run(until=env.process(fails()))
    assert env.now == 1


def test_callbacks_after_the_stop_are_called_when_the_run_goes_on(
    env: simpy.Environment, log: Log
) -> None:
    """Whoever came to wait after the run did is not forgotten, and is first when it goes on."""
    bell = env.timeout(1, "ding")
    env.timeout(1).callbacks.append(lambda event: log.append("next"))
    bell.callbacks.append(lambda event: log.append("before"))

    def latecomer() -> Steps:
        log.append(("late", (yield bell), env.now))

    env.process(latecomer())
    log.append((env.run(until=bell), env.now))
    env.run()
    assert log == ["before", ("ding", 1), ("late", "ding", 1), "next"]


def test_step_by_step(env: simpy.Environment, log: Log) -> None:
    """One step is one event; where none is left it says so."""
    for delay in (2, 1, 1):
        env.timeout(delay).callbacks.append(lambda event: log.append(env.now))
    while env.peek() < inf:
        env.step()
        log.append(("stepped to", env.now))
    with pytest.raises(EmptySchedule):
        env.step()
    assert log == [1, ("stepped to", 1), 1, ("stepped to", 1), 2, ("stepped to", 2)]


def test_a_run_within_a_run(env: simpy.Environment, log: Log) -> None:
    """A callback may run the environment further, and the outer run goes on from there."""

    def inner(event: simpy.Event) -> None:
        env.run(until=3)
        log.append(("inner", env.now))

    env.process(clock(env, log))
    env.timeout(1.5).callbacks.append(inner)
    env.run(until=5)
    log.append(("outer", env.now))
    assert log == [0, 1, 2, ("inner", 3), 3, 4, ("outer", 5)]


def test_what_is_put_off_for_ever_comes_last(env: simpy.Environment, log: Log) -> None:
    """A timeout at infinity happens when nothing else is left."""
    env.timeout(inf).callbacks.append(lambda event: log.append(env.now))
    env.timeout(5).callbacks.append(lambda event: log.append(env.now))
    env.run()
    assert log == [5, inf]


def test_ends_that_fall_between_two_floats(env: simpy.Environment, log: Log) -> None:
    """The end of a run is reckoned as SimPy reckons it, to the last bit."""
    for until in (0.1, 0.3, 0.7, 1.1, 1.7, 2.3):
        env.run(until=until)
        log.append(env.now)
    now = 0.0
    for found, until in zip(log, (0.1, 0.3, 0.7, 1.1, 1.7, 2.3), strict=True):
        now += until - now
        assert found == now


def test_priorities_settle_ties(env: simpy.Environment, log: Log) -> None:
    """At one moment the lower number goes first, then the order of scheduling."""
    for name, priority in (("a", 2), ("b", 1), ("c", 0), ("d", 1), ("e", -1), ("f", 0)):
        event = env.event()
        event._ok, event._value = True, name
        event.callbacks.append(lambda event: log.append(event.value))
        env.schedule(event, EventPriority(priority), 1)
    env.run()
    assert log == ["e", "c", "f", "b", "d", "a"]


def test_a_run_that_failed_can_go_on(env: simpy.Environment, log: Log) -> None:
    """What nobody handled ends the run, but spoils neither the clock nor the queue."""

    def fails() -> Steps:
        yield env.timeout(1.5)
        raise OSError("disk")

    env.process(clock(env, log))
    env.process(fails())
    with pytest.raises(OSError, match="disk"):
        env.run()
    log.append(("failed", env.now, env.active_process))
    env.run(until=4)
    assert log == [0, 1, ("failed", 1.5, None), 2, 3]
