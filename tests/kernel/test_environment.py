"""Programs that use every part of SimPy give the same log on SimPy's own environment and on ours."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import pytest
import simpy

from simulator.kernel.environment import Environment
from simulator.kernel.event import LATE, URGENT, Event
from simulator.kernel.native_heap import NativeHeapKernel
from simulator.kernel.tuple_heap import TupleHeapKernel

Log = list[tuple[Any, ...]]
Steps = Generator[Any, Any, Any]
Program = Callable[[simpy.Environment, Log], None]

PROGRAMS: list[Program] = []


def program(function: Program) -> Program:
    PROGRAMS.append(function)
    return function


@program
def timeouts_in_order(env: simpy.Environment, log: Log) -> None:
    def clock(name: str, tick: float) -> Steps:
        for _ in range(4):
            yield env.timeout(tick)
            log.append((name, env.now))

    env.process(clock("fast", 0.5))
    env.process(clock("slow", 1.0))
    env.run()


@program
def run_until_a_time(env: simpy.Environment, log: Log) -> None:
    def clock() -> Steps:
        while True:
            log.append(("tick", env.now))
            yield env.timeout(1)

    env.process(clock())
    env.run(until=3)
    log.append(("stopped", env.now, env.peek()))
    env.run(until=5)
    log.append(("stopped", env.now))


@program
def run_until_an_event_returns_its_value(env: simpy.Environment, log: Log) -> None:
    def work() -> Steps:
        yield env.timeout(2)
        return "done"

    process = env.process(work())
    log.append((env.run(until=process), env.now))
    log.append((env.run(until=process), env.now))


@program
def run_until_an_event_that_cannot_happen(env: simpy.Environment, log: Log) -> None:
    never = env.event()
    with pytest.raises(RuntimeError, match="No scheduled events left"):
        env.run(until=never)
    with pytest.raises(ValueError, match="must be greater"):
        env.run(until=0)
    log.append(("now", env.now))


@program
def resource_with_queue(env: simpy.Environment, log: Log) -> None:
    resource = simpy.Resource(env, capacity=2)

    def user(name: int) -> Steps:
        with resource.request() as request:
            yield request
            log.append(("got", name, env.now, resource.count, len(resource.queue)))
            yield env.timeout(1 + name)
        log.append(("left", name, env.now))

    for name in range(5):
        env.process(user(name))
    env.run()


@program
def priority_resource(env: simpy.Environment, log: Log) -> None:
    resource = simpy.PriorityResource(env, capacity=1)

    def user(name: str, wait: float, priority: int) -> Steps:
        yield env.timeout(wait)
        with resource.request(priority=priority) as request:
            yield request
            log.append((name, env.now))
            yield env.timeout(3)

    for name, wait, priority in (("a", 0, 0), ("b", 1, 2), ("c", 2, 1), ("d", 2, 0)):
        env.process(user(name, wait, priority))
    env.run()


@program
def preemptive_resource(env: simpy.Environment, log: Log) -> None:
    resource = simpy.PreemptiveResource(env, capacity=1)

    def user(name: str, wait: float, priority: int) -> Steps:
        yield env.timeout(wait)
        with resource.request(priority=priority) as request:
            yield request
            log.append((name, "in", env.now))
            try:
                yield env.timeout(3)
                log.append((name, "done", env.now))
            except simpy.Interrupt as interrupt:
                assert isinstance(interrupt.cause, simpy.resources.resource.Preempted)
                log.append((name, "out", env.now, interrupt.cause.usage_since))

    for name, wait, priority in (("low", 0, 1), ("high", 2, 0), ("mid", 2, 1)):
        env.process(user(name, wait, priority))
    env.run()


@program
def container(env: simpy.Environment, log: Log) -> None:
    tank = simpy.Container(env, capacity=10, init=2)

    def producer() -> Steps:
        for _ in range(4):
            yield env.timeout(1)
            yield tank.put(3)
            log.append(("put", env.now, tank.level))

    def consumer() -> Steps:
        for _ in range(3):
            yield tank.get(4)
            log.append(("got", env.now, tank.level))

    env.process(producer())
    env.process(consumer())
    env.run()


@program
def store_and_filter_store(env: simpy.Environment, log: Log) -> None:
    store = simpy.Store(env, capacity=2)
    chosen = simpy.FilterStore(env)

    def producer() -> Steps:
        for item in range(5):
            yield store.put(item)
            log.append(("put", item, env.now))
            yield chosen.put(item)

    def consumer() -> Steps:
        while True:
            yield env.timeout(1)
            item = yield store.get()
            log.append(("got", item, env.now))

    def picky() -> Steps:
        item = yield chosen.get(lambda item: item == 3)
        log.append(("picked", item, env.now))

    for steps in (producer(), consumer(), picky()):
        env.process(steps)
    env.run(until=9)


@program
def conditions(env: simpy.Environment, log: Log) -> None:
    def waiter() -> Steps:
        first, second = env.timeout(1, "one"), env.timeout(2, "two")
        found = yield first | second
        log.append(("any", env.now, list(found.values())))
        found = yield first & second
        log.append(("all", env.now, list(found.values())))
        yield env.all_of([env.timeout(1), env.timeout(2)])
        yield env.any_of([])
        log.append(("end", env.now))

    env.process(waiter())
    env.run()


@program
def interrupts(env: simpy.Environment, log: Log) -> None:
    def sleeper() -> Steps:
        while True:
            try:
                yield env.timeout(10)
                log.append(("slept", env.now))
                return
            except simpy.Interrupt as interrupt:
                log.append(("woken", env.now, interrupt.cause))

    def alarm(victim: simpy.Process) -> Steps:
        yield env.timeout(3)
        victim.interrupt("fire")
        yield env.timeout(3)
        victim.interrupt("drill")

    env.process(alarm(env.process(sleeper())))
    env.run()


@program
def failures_are_caught_or_raised(env: simpy.Environment, log: Log) -> None:
    def fails(wait: float) -> Steps:
        yield env.timeout(wait)
        raise KeyError("broken")

    def guard() -> Steps:
        try:
            yield env.process(fails(1))
        except KeyError as error:
            log.append(("caught", env.now, error.args))

    env.process(guard())
    env.process(fails(2))
    with pytest.raises(KeyError):
        env.run()
    log.append(("raised", env.now))
    env.run()


@program
def events_by_hand(env: simpy.Environment, log: Log) -> None:
    bell = env.event()

    def listener(name: str) -> Steps:
        value = yield bell
        log.append((name, value, env.now, env.active_process is not None))

    def ringer() -> Steps:
        yield env.timeout(2)
        bell.succeed("ding")

    for name in ("a", "b"):
        env.process(listener(name))
    env.process(ringer())
    while env.peek() < float("inf"):
        env.step()
    log.append(("end", env.now, env.active_process))


@pytest.mark.parametrize("kernel", [NativeHeapKernel, TupleHeapKernel])
@pytest.mark.parametrize("play", PROGRAMS, ids=lambda play: play.__name__)
def test_same_log_as_simpy(play: Program, kernel: type) -> None:
    """A SimPy program cannot tell our environment from SimPy's."""
    expected: Log = []
    play(simpy.Environment(), expected)
    found: Log = []
    play(Environment(kernel()), found)
    assert expected
    assert found == expected


class Note(Event):
    """Writes its name into a log."""

    def __init__(self, log: Log, name: str, kernel: Any) -> None:
        super().__init__()
        self.log, self.name, self.kernel = log, name, kernel

    def fire(self) -> None:
        self.log.append((self.name, self.kernel.now))


@pytest.mark.parametrize("kernel_class", [NativeHeapKernel, TupleHeapKernel])
def test_one_order_for_both_kinds_of_event(kernel_class: type) -> None:
    """Events and processes at one moment go by priority, then by when they were scheduled."""
    kernel = kernel_class()
    env = Environment(kernel)
    log: Log = []

    def process() -> Steps:
        yield env.timeout(1)
        log.append(("process", env.now))

    kernel.schedule_at(Note(log, "late", kernel), 1.0, LATE)
    kernel.schedule(Note(log, "first", kernel), 1.0)
    env.process(process())
    kernel.schedule(Note(log, "second", kernel), 1.0)
    kernel.schedule_at(Note(log, "urgent", kernel), 1.0, URGENT)
    kernel.run(2.0, 100)
    # The process starts at 0 and only then asks for its timeout, after the others.
    assert [name for name, _ in log] == ["urgent", "first", "second", "process", "late"]


@pytest.mark.parametrize("kernel_class", [NativeHeapKernel, TupleHeapKernel])
def test_a_failure_nobody_caught_leaves_the_kernel(kernel_class: type) -> None:
    """The main loop of a simulation does not swallow what goes wrong in a process."""
    env = Environment(kernel_class())

    def fails() -> Steps:
        yield env.timeout(1)
        raise OSError("disk")

    env.process(fails())
    with pytest.raises(OSError, match="disk"):
        env.kernel.run(5.0, 100)
