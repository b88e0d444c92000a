"""Events of the hot path and SimPy's processes on one kernel."""

from __future__ import annotations

from collections.abc import Callable, Generator
from fractions import Fraction
from math import inf, nan
from typing import Any

import numpy as np
import pytest
import simpy
from simpy.events import EventPriority

from simulator.kernel.environment import Environment
from simulator.kernel.event import LATE, NORMAL, URGENT, Event
from simulator.kernel.kernel import Kernel

Log = list[Any]
Steps = Generator[Any, Any, Any]


class Note(Event):
    """Writes its name into a log."""

    def __init__(self, log: Log, name: str) -> None:
        super().__init__()
        self.log = log
        self.name = name

    def fire(self) -> None:
        self.log.append(self.name)


class Once(Event):
    """Does what it is told to."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__()
        self.act = act

    def fire(self) -> None:
        self.act()


def simpy_note(env: Environment, log: Log, name: str, time: float, priority: int) -> None:
    """The same with an event of SimPy."""
    event = simpy.Event(env)
    event._ok, event._value = True, None
    event.callbacks.append(lambda event: log.append(name))
    env.schedule(event, EventPriority(priority), time - env.now)


def test_one_order_for_both_kinds_of_event(kernel: Kernel, log: Log) -> None:
    """By time, then by priority, then by who was scheduled first, whatever kind they are of."""
    env = Environment(kernel)
    expected = []
    sequence = 0
    for time in (2.0, 1.0, 2.0):
        for priority in (LATE, NORMAL, URGENT):
            for kind in ("hot", "simpy", "hot"):
                name = f"{kind} {sequence}"
                if kind == "hot":
                    kernel.schedule_at(Note(log, name), time, priority)
                else:
                    simpy_note(env, log, name, time, priority)
                expected.append((time, priority, sequence, name))
                sequence += 1
    assert kernel.run(3.0, 100)
    assert log == [name for *_, name in sorted(expected)]
    assert kernel.fired == 27


@pytest.mark.parametrize("crank", ["env.run", "env.step", "kernel.run", "kernel.run, sliced"])
def test_it_does_not_matter_who_turns_the_crank(kernel: Kernel, log: Log, crank: str) -> None:
    """Both loops fire both kinds of event, in the same order."""
    env = Environment(kernel)

    def process() -> Steps:
        for _ in range(3):
            yield env.timeout(1)
            log.append(("process", env.now))

    env.process(process())
    again = Once(lambda: None)

    def tick() -> None:
        log.append(("tick", kernel.now))
        kernel.schedule(again, 1.0)

    again.act = tick
    kernel.schedule(again, 0.5)
    if crank == "env.run":
        env.run(until=3.25)
    elif crank == "env.step":
        while env.peek() < 3.25:
            env.step()
    elif crank == "kernel.run":
        assert kernel.run(3.25, 1000)
    else:
        while not kernel.run(3.25, 2):
            pass
    ticks, turns = [("tick", 0.5 + n) for n in range(3)], [("process", 1.0 + n) for n in range(3)]
    assert log == [entry for pair in zip(ticks, turns, strict=True) for entry in pair]


def test_a_process_wakes_the_hot_path_and_is_woken_by_it(kernel: Kernel, log: Log) -> None:
    """Either kind schedules, cancels and triggers the other at the present moment."""
    env = Environment(kernel)
    bell = env.event()
    doomed = Note(log, "never")
    kernel.schedule(doomed, 2.0)

    def process() -> Steps:
        yield env.timeout(1)
        kernel.cancel(doomed)
        kernel.schedule(Once(lambda: bell.succeed("ding")), 2.0)
        log.append(((yield bell), env.now))

    env.process(process())
    kernel.run(10.0, 100)
    assert log == [("ding", 3.0)]


def test_a_failure_that_nobody_handles_leaves_the_main_loop(kernel: Kernel, log: Log) -> None:
    """The simulation's own loop does not swallow what goes wrong in a process, and can go on."""
    env = Environment(kernel)

    def fails() -> Steps:
        yield env.timeout(1)
        raise OSError("disk")

    env.process(fails())
    kernel.schedule(Note(log, "after"), 2.0)
    with pytest.raises(OSError, match="disk") as caught:
        kernel.run(5.0, 100)
    assert isinstance(caught.value.__cause__, OSError)
    assert (kernel.now, kernel.fired, env.active_process) == (1.0, 3, None)
    assert kernel.run(5.0, 100)
    assert log == ["after"]
    assert kernel.now == 5.0


def test_what_a_hot_event_raises_leaves_env_run(kernel: Kernel) -> None:
    """An error on the hot path ends the environment's run like any other."""
    env = Environment(kernel)

    def fail() -> None:
        raise ZeroDivisionError

    kernel.schedule(Once(fail), 1.0)
    with pytest.raises(ZeroDivisionError):
        env.run()
    assert env.now == 1.0


def test_a_stop_leaves_the_rest_of_the_moment(kernel: Kernel, log: Log) -> None:
    """What stands behind the awaited event in its own moment fires when the run goes on."""
    env = Environment(kernel)
    kernel.schedule(Note(log, "before"), 1.0)
    bell = env.timeout(1, "ding")
    kernel.schedule(Note(log, "behind"), 1.0)
    assert env.run(until=bell) == "ding"
    assert log == ["before"]
    assert kernel.run(2.0, 100)
    assert log == ["before", "behind"]


def test_the_environment_starts_at_the_clock_of_its_kernel(kernel: Kernel) -> None:
    """An environment may come to a kernel that has run already."""
    kernel.run(7.5, 0)
    env = Environment(kernel)
    assert env.now == 7.5
    assert env.run(until=env.timeout(1, "value")) == "value"
    assert env.now == kernel.now == 8.5


def test_two_environments_share_a_kernel(kernel: Kernel, log: Log) -> None:
    """The queue is the kernel's, so environments on it take turns like processes."""

    def process(env: Environment, name: str) -> Steps:
        for _ in range(2):
            yield env.timeout(1)
            log.append((name, env.now))

    for name in "ab":
        env = Environment(kernel)
        env.process(process(env, name))
    kernel.run(9.0, 100)
    assert log == [("a", 1.0), ("b", 1.0), ("a", 2.0), ("b", 2.0)]


def test_an_environment_of_its_own() -> None:
    """Without a kernel it makes one, starting where it is told to."""
    env = Environment(initial_time=3)
    assert env.now == env.kernel.now == 3.0
    env.run(until=4)
    assert env.now == 4.0


def test_a_kernel_has_but_one_start(kernel: Kernel) -> None:
    """A start for a kernel that has its own clock is a mistake."""
    with pytest.raises(ValueError, match=r"initial_time \(2\) is for an environment without a"):
        Environment(kernel, initial_time=2)


@pytest.mark.parametrize("delay", [3, np.float64(3.0), np.int64(3), Fraction(3)], ids=repr)
def test_time_is_a_float(kernel: Kernel, delay: Any) -> None:
    """Whatever number a delay is, the clock is the same in the interpreted build and compiled."""
    env = Environment(kernel)
    env.timeout(delay)
    assert env.peek() == 3.0
    assert type(env.peek()) is float
    env.run(until=delay + 1)
    assert type(env.now) is float


@pytest.mark.parametrize("delay", [-1.0, nan])
@pytest.mark.parametrize("priority", [URGENT, NORMAL])
def test_time_never_runs_backwards(kernel: Kernel, delay: float, priority: int) -> None:
    """Where SimPy would put an event into the past, or nowhere, it is refused."""
    env = Environment(kernel)
    with pytest.raises(ValueError, match="never runs backwards"):
        env.schedule(env.event(), EventPriority(priority), delay)
    assert env.peek() == inf


def test_simpys_own_queue_is_not_there(kernel: Kernel) -> None:
    """Code that reaches into SimPy's queue or clock hears of it, instead of finding them empty."""
    env = Environment(kernel)
    assert not hasattr(env, "_queue")
    assert not hasattr(env, "_now")


def test_finished_processes_leave_nothing_behind(kernel: Kernel) -> None:
    """The queue of a long run of processes holds what is to come and no more."""
    env = Environment(kernel)
    longest = 0

    def brief() -> Steps:
        yield env.timeout(0.5)

    def spawner() -> Steps:
        nonlocal longest
        for _ in range(2000):
            yield env.process(brief())
            longest = max(longest, len(kernel))

    env.process(spawner())
    env.run()
    assert longest <= 2
    assert len(kernel) == 0
