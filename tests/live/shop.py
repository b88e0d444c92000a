"""A small shop that is played and watched in these tests, and how its pictures are compared."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict

from numpy.testing import assert_equal

from simulator.live.commands import Answer, Command, Failure
from simulator.live.driver import Driver, Message, Opening
from simulator.live.snapshot import Snapshot

SHOP = """
scenario: shop
seed: 7
duration: 20s
warmup: 2s
traffic:
  users: {rate: 40/s, target: web.page, slo: 200ms}
defaults: {timeout: 300ms, retry: {attempts: 2}}
services:
  web:
    replicas: 2
    concurrency: 8
    endpoints: {page: [{work: {exponential: 5ms}}, {call: stock.read}]}
  stock:
    replicas: 3
    concurrency: 4
    endpoints: {read: [{work: {exponential: 10ms}}]}
"""
LATENCY = {"latency": {"service": "stock", "add": "150ms"}}
NOT_OF_NOW = {"number", "answered", "pace", "speed", "branches", "faults"}
"""What hangs on how somebody looked, or on what was done at later times."""
LIMIT = 10.0
"""Seconds of wall time after which something that should come has not."""


def opening(**more: object) -> Opening:
    """The shop, opened and standing still."""
    given: dict[str, object] = {"paused": True, "text": SHOP} | more
    return Opening("shop", **given)  # type: ignore[arg-type]


def assert_same(found: Snapshot, wanted: Snapshot) -> None:
    """Two pictures are of the same moment of the same simulation."""
    assert_equal(plain(found), plain(wanted))


def plain(snapshot: Snapshot) -> dict[str, object]:
    """A picture as plain data, without what is not of its moment."""
    return {key: value for key, value in asdict(snapshot).items() if key not in NOT_OF_NOW}


class Watcher:
    """Whoever watches a driver: the newest picture, and the answers by number."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.snapshot: Snapshot | None = None
        self.answers: dict[int, Answer] = {}
        self.messages: list[Message] = []

    def look(self) -> None:
        """Take in what has come."""
        for message in self.driver.poll():
            self.messages.append(message)
            if isinstance(message, Snapshot):
                self.snapshot = message
            elif isinstance(message, Answer):
                self.answers[message.number] = message
            elif isinstance(message, Failure):
                raise AssertionError(message.message + message.details)

    def wait(self, until: Callable[[Snapshot], bool]) -> Snapshot:
        """The first picture that is as it is to be."""
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            self.look()
            if self.snapshot is not None and until(self.snapshot):
                return self.snapshot
            time.sleep(0.005)
        raise AssertionError(f"it never came to that: {self.snapshot}")

    def ask(self, command: Command) -> Answer:
        """Ask for something; the answer."""
        number = self.driver.send(command)
        self.wait(lambda snapshot: snapshot.answered >= number)
        return self.answers[number]

    def go(self, command: Command) -> Snapshot:
        """Ask for something that takes a while; the picture when it is done."""
        answer = self.ask(command)
        assert answer.done, answer.text
        return self.wait(lambda snapshot: snapshot.state != "replaying")
