"""Waiting for all or any of several events, on SimPy's environment and on ours."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
import simpy

Log = list[Any]
Steps = Generator[Any, Any, Any]


def test_the_first_of_two(env: simpy.Environment, log: Log) -> None:
    """Any of several goes on with the first, and has the values of what happened so far."""

    def process() -> Steps:
        found = yield env.timeout(1, "one") | env.timeout(2, "two")
        log.append((env.now, list(found.values())))

    env.process(process())
    env.run()
    assert log == [(1, ["one"])]


def test_all_of_three(env: simpy.Environment, log: Log) -> None:
    """All of several goes on with the last, and has the values in the order asked for."""

    def process() -> Steps:
        found = yield env.all_of([env.timeout(delay, delay) for delay in (3, 1, 2)])
        log.append((env.now, list(found.values())))

    env.process(process())
    env.run()
    assert log == [(3, [3, 1, 2])]


def test_conditions_of_conditions(env: simpy.Environment, log: Log) -> None:
    """Nested conditions give one flat set of values."""

    def process() -> Steps:
        a, b, c, d = (env.timeout(delay, name) for delay, name in enumerate("abcd"))
        found = yield (a & b) | (c & d)
        log.append((env.now, list(found.values())))
        found = yield (a | c) & (b | d) & d
        log.append((env.now, list(found.values())))

    env.process(process())
    env.run()
    assert log == [(1, ["a", "b"]), (3, ["a", "c", "b", "d", "d"])]


def test_nothing_to_wait_for(env: simpy.Environment, log: Log) -> None:
    """All of nothing and any of nothing are there at once."""

    def process() -> Steps:
        log.append((env.now, len((yield env.all_of([])).todict())))
        log.append((env.now, len((yield env.any_of([])).todict())))

    env.process(process())
    env.run()
    assert log == [(0, 0), (0, 0)]


def test_two_that_happen_at_one_moment(env: simpy.Environment, log: Log) -> None:
    """The condition has both where the second is processed before the condition itself is."""

    def process() -> Steps:
        found = yield env.timeout(1, "a") | env.timeout(1, "b")
        log.append((env.now, list(found.values())))

    env.process(process())
    env.run()
    assert log == [(1, ["a", "b"])]


def test_a_failure_fails_the_condition(env: simpy.Environment, log: Log) -> None:
    """It is handled by who waits for the condition, and what happens later is ignored."""

    def fails() -> Steps:
        yield env.timeout(1)
        raise ValueError("one of them")

    def process() -> Steps:
        try:
            yield env.timeout(2) & env.process(fails())
        except ValueError as error:
            log.append((env.now, str(error)))

    env.process(process())
    env.run()
    assert log == [(1, "one of them")]
    assert env.now == 2


def test_work_with_a_timeout(env: simpy.Environment, log: Log) -> None:
    """The usual shape of a timeout: whichever is first, and the loser is interrupted."""

    def work(duration: float) -> Steps:
        try:
            yield env.timeout(duration)
        except simpy.Interrupt:
            log.append(("given up", env.now))

    def guard(duration: float) -> Steps:
        job = env.process(work(duration))
        found = yield job | env.timeout(2)
        if job in found:
            log.append(("done", env.now))
        else:
            job.interrupt()

    env.process(guard(1))
    env.process(guard(5))
    env.run()
    assert log == [("done", 1), ("given up", 2)]


def test_environments_do_not_mix(env: simpy.Environment) -> None:
    """A condition over events of two environments is refused."""
    with pytest.raises(ValueError, match="different environments"):
        env.all_of([env.event(), simpy.Environment().event()])
