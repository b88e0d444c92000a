"""Failures and interrupts, on SimPy's environment and on ours."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
import simpy

Log = list[Any]
Steps = Generator[Any, Any, Any]


def test_a_failure_is_caught_by_who_waits(env: simpy.Environment, log: Log) -> None:
    """The exception of a process is raised in the one that waits for it, as a copy."""

    def child() -> Steps:
        yield env.timeout(1)
        raise KeyError("broken")

    def parent() -> Steps:
        try:
            yield env.process(child())
        except KeyError as error:
            log.append((env.now, error.args, type(error.__cause__).__name__))

    env.process(parent())
    env.run()
    assert log == [(1, ("broken",), "KeyError")]


def test_a_failure_climbs_until_someone_handles_it(env: simpy.Environment, log: Log) -> None:
    """Each process on the way fails with it in turn."""

    def child() -> Steps:
        yield env.timeout(1)
        raise ValueError("deep")

    def middle() -> Steps:
        yield env.process(child())
        log.append("never")

    def parent() -> Steps:
        try:
            yield env.process(middle())
        except ValueError as error:
            log.append((env.now, str(error)))

    env.process(parent())
    env.run()
    assert log == [(1, "deep")]


def test_a_failure_that_nobody_handles_ends_the_run(env: simpy.Environment) -> None:
    """It comes out with the failure itself as its cause."""
    failure = ValueError("loud")
    env.event().fail(failure)
    with pytest.raises(ValueError, match="loud") as caught:
        env.run()
    assert caught.value is not failure
    assert caught.value.__cause__ is failure


def test_a_failure_that_is_defused_is_silent(env: simpy.Environment, log: Log) -> None:
    """Whoever handles a failure in a callback says so, and the run goes on."""
    bell = env.event()
    bell.callbacks.append(lambda event: setattr(event, "defused", True))
    bell.fail(ValueError("quiet"))
    env.timeout(1).callbacks.append(lambda event: log.append(env.now))
    env.run()
    assert log == [1]
    assert bell.defused
    assert not bell.ok


def test_an_interrupt_wakes_a_sleeper(env: simpy.Environment, log: Log) -> None:
    """The sleeper learns the cause, and what it waited for happens without it."""

    def sleeper() -> Steps:
        for _ in range(3):
            try:
                yield env.timeout(10)
                log.append(("slept", env.now))
            except simpy.Interrupt as interrupt:
                log.append((interrupt.cause, env.now))

    def alarm(victim: simpy.Process) -> Steps:
        yield env.timeout(3)
        victim.interrupt("fire")
        yield env.timeout(3)
        victim.interrupt("drill")

    env.process(alarm(env.process(sleeper())))
    env.run()
    assert log == [("fire", 3), ("drill", 6), ("slept", 16)]


def test_after_an_interrupt_one_may_wait_on(env: simpy.Environment, log: Log) -> None:
    """The event that was waited for is still there to be waited for."""

    def sleeper() -> Steps:
        wakeup = env.timeout(5, "rested")
        while True:
            try:
                log.append(((yield wakeup), env.now))
                return
            except simpy.Interrupt:
                log.append(("again", env.now))

    def alarm(victim: simpy.Process) -> Steps:
        for _ in range(2):
            yield env.timeout(1)
            victim.interrupt()

    env.process(alarm(env.process(sleeper())))
    env.run()
    assert log == [("again", 1), ("again", 2), ("rested", 5)]


def test_interrupts_of_one_moment_arrive_in_order(env: simpy.Environment, log: Log) -> None:
    """Each is raised on its own, and those for a process that has died are dropped."""

    def sleeper() -> Steps:
        for _ in range(2):
            try:
                yield env.timeout(10)
            except simpy.Interrupt as interrupt:
                log.append((interrupt.cause, env.now))

    def alarm(victim: simpy.Process) -> Steps:
        yield env.timeout(1)
        for cause in ("first", "second", "too late"):
            victim.interrupt(cause)

    env.process(alarm(env.process(sleeper())))
    env.run()
    assert log == [("first", 1), ("second", 1)]


def test_an_interrupt_overtakes_what_is_due_at_its_moment(env: simpy.Environment, log: Log) -> None:
    """Interrupts are urgent: the sleeper does not get the event that was due as well."""

    def alarm() -> Steps:
        yield env.timeout(1)
        victim.interrupt("urgent")

    def sleeper() -> Steps:
        try:
            yield env.timeout(1)
            log.append("slept")
        except simpy.Interrupt as interrupt:
            log.append(interrupt.cause)

    env.process(alarm())
    victim = env.process(sleeper())
    env.run()
    assert log == ["urgent"]


def test_an_interrupt_that_nobody_handles_is_a_failure(env: simpy.Environment) -> None:
    """A process that does not expect an interrupt dies of it, and the run with it."""

    def sleeper() -> Steps:
        yield env.timeout(10)

    def alarm(victim: simpy.Process) -> Steps:
        yield env.timeout(1)
        victim.interrupt("why")

    env.process(alarm(env.process(sleeper())))
    with pytest.raises(simpy.Interrupt) as caught:
        env.run()
    assert caught.value.cause == "why"
    assert env.now == 1


def test_neither_the_dead_nor_oneself_can_be_interrupted(env: simpy.Environment, log: Log) -> None:
    """Both are mistakes, reported where they are made."""

    def brief() -> Steps:
        yield env.timeout(1)

    def narcissus(dead: simpy.Process) -> Steps:
        yield env.timeout(2)
        for victim in (dead, env.active_process):
            assert victim is not None
            try:
                victim.interrupt()
            except RuntimeError as error:
                log.append(str(error).split("> ")[-1])

    env.process(narcissus(env.process(brief())))
    env.run()
    assert log == [
        "has terminated and cannot be interrupted.",
        "A process is not allowed to interrupt itself.",
    ]
