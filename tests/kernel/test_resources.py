"""Resources, containers and stores, on SimPy's environment and on ours."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy
from simpy.resources.resource import Preempted

Log = list[Any]
Steps = Generator[Any, Any, Any]


def test_a_queue_for_two_places(env: simpy.Environment, log: Log) -> None:
    """A resource serves as many as it has places, and the others in the order they came."""
    resource = simpy.Resource(env, capacity=2)

    def user(name: str, stay: float) -> Steps:
        with resource.request() as request:
            yield request
            log.append((name, env.now, resource.count, len(resource.queue)))
            yield env.timeout(stay)

    for name, stay in (("a", 1), ("b", 3), ("c", 1), ("d", 1)):
        env.process(user(name, stay))
    env.run()
    assert log == [("a", 0, 2, 2), ("b", 0, 2, 2), ("c", 1, 2, 1), ("d", 2, 2, 0)]


def test_who_does_not_want_to_wait_leaves_the_queue(env: simpy.Environment, log: Log) -> None:
    """A request that is given up takes no place later."""
    resource = simpy.Resource(env)

    def holder() -> Steps:
        with resource.request() as request:
            yield request
            yield env.timeout(5)

    def impatient(name: str, patience: float) -> Steps:
        with resource.request() as request:
            found = yield request | env.timeout(patience)
            log.append((name, request in found, env.now))

    env.process(holder())
    env.process(impatient("short", 2))
    env.process(impatient("long", 9))
    env.run()
    assert log == [("short", False, 2), ("long", True, 5)]
    assert (resource.count, len(resource.queue)) == (0, 0)


def test_release_by_hand(env: simpy.Environment, log: Log) -> None:
    """A place that is released goes to the next at that moment; twice does no harm."""
    resource = simpy.Resource(env)

    def user(name: str) -> Steps:
        request = resource.request()
        yield request
        log.append((name, env.now))
        yield env.timeout(1)
        yield resource.release(request)
        yield resource.release(request)

    env.process(user("a"))
    env.process(user("b"))
    env.run()
    assert log == [("a", 0), ("b", 1)]


def test_priorities_in_the_queue(env: simpy.Environment, log: Log) -> None:
    """The lower number is served first, equals in the order they came; nobody is thrown out."""
    resource = simpy.PriorityResource(env)

    def user(name: str, wait: float, priority: int) -> Steps:
        yield env.timeout(wait)
        with resource.request(priority=priority) as request:
            yield request
            log.append((name, env.now))
            yield env.timeout(5)

    users = (("a", 0, 0), ("b", 1, 2), ("c", 2, 1), ("d", 3, 0), ("e", 3, 1))
    for name, wait, priority in users:
        env.process(user(name, wait, priority))
    env.run()
    assert log == [("a", 0), ("d", 5), ("c", 10), ("e", 15), ("b", 20)]


def test_preemption(env: simpy.Environment, log: Log) -> None:
    """The more important takes the place of the less important, unless it is too polite."""
    resource = simpy.PreemptiveResource(env)

    def user(name: str, wait: float, priority: int, preempt: bool = True) -> Steps:
        yield env.timeout(wait)
        with resource.request(priority=priority, preempt=preempt) as request:
            yield request
            log.append((name, "in", env.now))
            try:
                yield env.timeout(3)
                log.append((name, "done", env.now))
            except simpy.Interrupt as interrupt:
                cause = interrupt.cause
                assert isinstance(cause, Preempted)
                log.append((name, "out", env.now, cause.usage_since, cause.resource is resource))

    env.process(user("low", 0, 2))
    env.process(user("polite", 1, 1, preempt=False))
    env.process(user("high", 2, 0))
    env.process(user("equal", 2, 0))
    env.run()
    assert log == [
        ("low", "in", 0),
        ("low", "out", 2, 0, True),
        ("high", "in", 2),
        ("high", "done", 5),
        ("equal", "in", 5),
        ("equal", "done", 8),
        ("polite", "in", 8),
        ("polite", "done", 11),
    ]


def test_a_tank(env: simpy.Environment, log: Log) -> None:
    """Who takes waits for enough, who fills waits for room."""
    tank = simpy.Container(env, capacity=10, init=8)

    def tanker() -> Steps:
        for amount in (4, 5):
            yield tank.put(amount)
            log.append(("put", amount, env.now, tank.level))

    def car() -> Steps:
        for amount in (3, 6, 4):
            yield env.timeout(2)
            yield tank.get(amount)
            log.append(("got", amount, env.now, tank.level))

    env.process(tanker())
    env.process(car())
    env.run()
    assert log == [
        ("got", 3, 2, 9),
        ("put", 4, 2, 9),
        ("got", 6, 4, 8),
        ("put", 5, 4, 8),
        ("got", 4, 6, 4),
    ]


def test_a_shelf(env: simpy.Environment, log: Log) -> None:
    """Items leave a store in the order they came, and a full store makes its suppliers wait."""
    shelf = simpy.Store(env, capacity=2)

    def supplier() -> Steps:
        for item in range(4):
            yield shelf.put(item)
            log.append(("put", item, env.now))

    def customer() -> Steps:
        for _ in range(4):
            yield env.timeout(1)
            log.append(("got", (yield shelf.get()), env.now))

    env.process(supplier())
    env.process(customer())
    env.run()
    assert log == [
        ("put", 0, 0),
        ("put", 1, 0),
        ("got", 0, 1),
        ("put", 2, 1),
        ("got", 1, 2),
        ("put", 3, 2),
        ("got", 2, 3),
        ("got", 3, 4),
    ]


def test_a_choosy_customer(env: simpy.Environment, log: Log) -> None:
    """A filter store gives each the first item that fits, and lets others pass who wait."""
    shelf = simpy.FilterStore(env)

    def supplier() -> Steps:
        for item in (3, 1, 4, 6):
            yield env.timeout(1)
            yield shelf.put(item)

    def customer(name: str, wanted: int) -> Steps:
        item = yield shelf.get(lambda item: item % wanted == 0)
        log.append((name, item, env.now))

    env.process(customer("fourth", 4))
    env.process(customer("even", 2))
    env.process(customer("any", 1))
    env.run(until=env.process(supplier()))
    env.run()
    assert log == [("any", 3, 1), ("fourth", 4, 3), ("even", 6, 4)]
    assert shelf.items == [1]


def test_the_smallest_item_first(env: simpy.Environment, log: Log) -> None:
    """A priority store gives out its items by priority."""
    shelf = simpy.PriorityStore(env)

    def process() -> Steps:
        for priority, item in ((3, "c"), (1, "a"), (2, "b")):
            yield shelf.put(simpy.PriorityItem(priority, item))
        for _ in range(3):
            found = yield shelf.get()
            log.append(found.item)

    env.process(process())
    env.run()
    assert log == ["a", "b", "c"]


def test_an_interrupted_user_gives_its_place_back(env: simpy.Environment, log: Log) -> None:
    """The `with` of a request releases the place whatever ends it."""
    resource = simpy.Resource(env)

    def user() -> Steps:
        with resource.request() as request:
            yield request
            yield env.timeout(100)

    def breaker(victim: simpy.Process) -> Steps:
        yield env.timeout(1)
        victim.interrupt("out")
        try:
            yield victim
        except simpy.Interrupt as interrupt:
            log.append((interrupt.cause, env.now, resource.count))

    env.process(breaker(env.process(user())))
    env.run(until=2)
    assert log == [("out", 1, 0)]
