"""Whatever is done through a process, to whichever bundled scenario: its file plays to the same digest."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from math import inf
from random import Random

import pytest
import yaml
from shop import Watcher, assert_same

from simulator.experiment.run import simulate
from simulator.live.commands import (
    Command,
    End,
    Export,
    Focus,
    GoTo,
    Inject,
    Pause,
    Resume,
    Scale,
    SetSpeed,
    Step,
    SwitchBranch,
    Undo,
    UndoAll,
    Write,
)
from simulator.live.driver import Opening
from simulator.live.process import ProcessDriver
from simulator.live.snapshot import Snapshot
from simulator.scenario import load, parse, resolved_yaml
from simulator.scenario.faults.catalogue import example_of
from simulator.scenario.faults.kinds import FAULTS

NAMES = [
    "autoscaler-retry-storm",
    "canary-catches",
    "cdn",
    "closed-loop",
    "crash-consul",
    "etcd-no-quorum",
    "eureka-partition",
    "flapping-breaker",
    "gc-death-spiral",
    "hotel-reservation",
    "region-failover",
    "right-sizing",
    "rolling-update",
    "store-game-day",
    "store-node-drain",
    "threads-or-async",
    "waiting-for-nodes",
]
"""Bundled scenarios, one or two of each family, which are played whole."""


@pytest.fixture
def watch() -> Iterator[Callable[[Opening], Watcher]]:
    """Opens scenarios in processes, and closes them in the end."""
    drivers: list[ProcessDriver] = []

    def open_(opening: Opening) -> Watcher:
        drivers.append(ProcessDriver(opening))
        watcher = Watcher(drivers[-1])
        watcher.wait(lambda snapshot: snapshot.state != "replaying")
        return watcher

    yield open_
    for driver in drivers:
        driver.close()


@pytest.mark.slow
@pytest.mark.once
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no copies of processes here")
@pytest.mark.parametrize("name", NAMES)
def test_any_session_plays_to_the_digest_of_its_file(
    name: str, watch: Callable[[Opening], Watcher], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.LIMIT", 120.0)
    random = Random(name)
    calls = calls_of(name)
    watcher = watch(Opening(name, paused=True, speed=20.0))
    for _ in range(25):
        snapshot = watcher.snapshot
        assert snapshot is not None
        watcher.ask(any_command(random, snapshot, calls))
        if random.random() < 0.8:
            settled(watcher)
    assert_that_going_back_is_exact(watcher)
    for branch in sorted({settled(watcher).branch, len(settled(watcher).branches)}):
        watcher.go(SwitchBranch(branch))
        watcher.go(GoTo(settled(watcher).duration))
        end = watcher.wait(lambda snapshot: snapshot.digest is not None)
        written = watcher.ask(Write(None)).payload
        assert simulate(parse(written).scenario).digest == end.digest


def settled(watcher: Watcher) -> Snapshot:
    """The picture once it is where it was sent."""
    return watcher.wait(lambda snapshot: snapshot.state != "replaying")


def assert_that_going_back_is_exact(watcher: Watcher) -> None:
    """Two arrivals at one moment, from before and from after it, show the same."""
    settled(watcher)
    watcher.ask(Pause())
    watcher.ask(Focus())
    now = settled(watcher).now
    watcher.go(GoTo(now / 2.0))
    first = watcher.go(GoTo(now))
    watcher.go(GoTo(now + 1.0))
    second = watcher.go(GoTo(now))
    if first.state != "ended":
        assert_same(second, first)


def any_command(random: Random, snapshot: Snapshot, calls: list[tuple[str, str]]) -> Command:
    """One of the things that can be asked for, whether or not it can be done."""
    services = [each.name for each in snapshot.services]
    now, end = snapshot.now, snapshot.duration
    kinds: list[tuple[int, Callable[[], Command]]] = [
        (30, lambda: Inject(any_fault(random, snapshot, calls))),
        (6, Undo),
        (2, UndoAll),
        (5, lambda: End(random.choice([each.name for each in snapshot.faults] or ["none"]))),
        (7, lambda: Scale(random.choice(services), random.randint(1, 6))),
        (12, lambda: GoTo(random.choice([random.random() * end, now + 3.0, now - 2.0, 0.0]))),
        (5, lambda: SwitchBranch(random.randint(1, len(snapshot.branches)))),
        (4, lambda: SetSpeed(random.choice([0.1, 1.0, 1000.0, inf]))),
        (8, lambda: Step(random.choice([0.1, 1.0, end / 10.0]))),
        (4, lambda: Focus(random.choice(services), requests=True)),
        (2, lambda: Export("anywhere")),
        (4, Pause),
        (3, Resume),
    ]
    (made,) = random.choices([each for _, each in kinds], [weight for weight, _ in kinds])
    return made()


def calls_of(name: str) -> list[tuple[str, str]]:
    """Who calls which endpoint in a bundled scenario."""
    services = yaml.safe_load(resolved_yaml(load(name).scenario))["services"]
    return [
        (caller, callee)
        for caller, service in services.items()
        for callee in re.findall(r"'call': '([^']+)'", str(service))
    ]


def any_fault(
    random: Random, snapshot: Snapshot, calls: list[tuple[str, str]]
) -> dict[str, object]:
    """A fault of any kind, aimed at somebody who is there."""
    kind = random.choice(list(FAULTS))
    (entry,) = yaml.safe_load(example_of(kind))["faults"]
    harm = entry[kind]
    if "service" in harm:
        harm["service"] = random.choice([each.name for each in snapshot.services])
    if "to" in harm and calls:
        harm["service"], harm["to"] = random.choice(calls)
    if "traffic" in harm:
        harm["traffic"] = random.choice([each.name for each in snapshot.traffic])
    if "mode" in harm:
        harm["mode"] = random.choice(["one", "all", {"fixed": 2}, {"percent": "50%"}])
    for key in ("instance", "endpoint", "endpoints", "from", "breaks"):
        # Those of the example are of another shop.
        if harm.pop(key, None) is not None and key == "instance":
            harm["mode"] = "one"
    lasts = random.choice([None, None, "500ms", "3s", "1ms"])
    return {kind: harm} if lasts is None else {kind: harm, "for": lasts}
