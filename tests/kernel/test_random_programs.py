"""Programs made at random: SimPy's environment and ours, over either queue, write the same log."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from typing import Any

import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.kernel.environment import Environment
from simulator.kernel.native_heap import NativeHeapKernel
from simulator.kernel.tuple_heap import TupleHeapKernel

Log = list[Any]
Steps = Generator[Any, Any, Any]
Action = tuple[str, int]
Script = list[Action]

ACTIONS = (
    "sleep",
    "use",
    "use by priority",
    "preempt",
    "put",
    "get",
    "fill",
    "drain",
    "first of two",
    "both",
    "interrupt",
    "spawn",
    "fail",
    "ring",
    "listen",
)
SCRIPTS = st.lists(
    st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 4)), max_size=8),
    min_size=1,
    max_size=6,
)


class Program:
    """Processes that each follow a script and write down how every step of it ends."""

    def __init__(self, env: simpy.Environment, scripts: list[Script]) -> None:
        self.env = env
        self.log: Log = []
        self.resource = simpy.Resource(env, 2)
        self.priority = simpy.PriorityResource(env, 1)
        self.preemptive = simpy.PreemptiveResource(env, 1)
        self.store = simpy.FilterStore(env, 2)
        self.tank = simpy.Container(env, 6, init=2)
        self.bell = env.event()
        self.processes = [env.process(self.follow(n, script)) for n, script in enumerate(scripts)]

    def follow(self, name: int, script: Script) -> Steps:
        for action, number in script:
            try:
                found = yield from self.step(name, action, number)
                self.log.append((name, action, self.env.now, found))
            except simpy.Interrupt as interrupt:
                cause = interrupt.cause if isinstance(interrupt.cause, int) else "preempted"
                self.log.append((name, action, self.env.now, "interrupted", cause))
            except KeyError as error:
                self.log.append((name, action, self.env.now, "failed", error.args))
        return name

    def step(self, name: int, action: str, number: int) -> Steps:
        env = self.env
        match action:
            case "sleep":
                return (yield env.timeout(number / 2, number))
            case "use":
                with self.resource.request() as request:
                    yield request
                    return (yield env.timeout(number))
            case "use by priority" | "preempt":
                shared = self.priority if action == "use by priority" else self.preemptive
                with shared.request(priority=number) as request:
                    yield request
                    return (yield env.timeout(2))
            case "put":
                yield self.store.put(number)
            case "get":
                return (yield self.store.get(lambda item: item >= number))
            case "fill":
                yield self.tank.put(number + 1)
                return self.tank.level
            case "drain":
                yield self.tank.get(number + 1)
                return self.tank.level
            case "first of two":
                found = yield env.timeout(1, "a") | env.timeout(number, "b")
                return list(found.values())
            case "both":
                found = yield env.timeout(1, "a") & self.processes[number % len(self.processes)]
                return list(found.values())
            case "interrupt":
                victim = self.processes[number % len(self.processes)]
                if victim.is_alive and victim is not env.active_process:
                    victim.interrupt(name)
            case "spawn":
                return (yield env.process(self.follow(name + 100, [("sleep", number)])))
            case "fail":
                yield env.process(self.failing(number))
            case "ring":
                rung, self.bell = self.bell, env.event()
                rung.succeed(number)
            case "listen":
                return (yield self.bell | env.timeout(number)).todict() != {}
        return None

    def failing(self, number: int) -> Steps:
        yield self.env.timeout(number / 2)
        raise KeyError(number)

    def play(self) -> Log:
        """Run in two parts, through whatever failure comes out."""
        for run in (partial(self.env.run, 3), self.env.run, self.env.run):
            try:
                self.log.append(("ran", run(), self.env.now))
            except Exception as error:  # noqa: BLE001  SimPy has the last word on what is raised
                self.log.append((type(error).__name__, str(error), self.env.now))
        alive = [process.is_alive for process in self.processes]
        return [*self.log, alive, self.resource.count, self.tank.level, self.store.items]


@settings(max_examples=300)
@given(SCRIPTS)
def test_the_log_is_simpys(scripts: list[Script]) -> None:
    """Whatever processes do to each other, our environment plays it as SimPy does."""
    expected = Program(simpy.Environment(), scripts).play()
    for kernel in (NativeHeapKernel(), TupleHeapKernel()):
        assert Program(Environment(kernel), scripts).play() == expected
