"""How a live simulation answers, goes back, and what it takes: the bundled shop with many more users.

Nine services and a bank at 2,000 requests a second for ten minutes; prints the figure that is asked for.

.venv/bin/python benchmarks/live.py answers|back|idle|memory|flat [SECONDS]
"""

from __future__ import annotations

import os
import random
import select
import sys
import time
from collections.abc import Callable
from math import inf
from pathlib import Path

from simulator.live.commands import Failure, Focus, GoTo, Pause, SetSpeed
from simulator.live.driver import Opening
from simulator.live.process import ProcessDriver
from simulator.live.snapshot import Snapshot

RATES = {"shoppers": 1375, "members": 250, "buyers": 375}
SERVICES = (
    "web", "catalogue", "users", "cart", "inventory", "orders", "payments", "shipping", "database",
)  # fmt: skip
MIB = 1024
LONG = 150.0
"""Seconds for which it plays flat out to show that it could go on for ever."""
WATCHED = 10.0
"""Seconds for which what it takes at a speed of 1 is watched."""


def busy_shop(duration: str, speed: float) -> Opening:
    """The bundled shop, with the load that is to be carried."""
    return Opening("online-store", settings=tuple(busy_settings(duration)), speed=speed)


def busy_settings(duration: str) -> list[str]:
    """The load, in the words of `--set`."""
    settings = [f"traffic.{name}.rate={rate}/s" for name, rate in RATES.items()]
    settings += [f"services.{name}.replicas=36" for name in SERVICES]
    return [*settings, "services.bank.concurrency=1200", f"duration={duration}"]


class Watcher:
    """Reads what comes at once, as the dashboard does."""

    def __init__(self, driver: ProcessDriver) -> None:
        self.driver = driver

    def wait(self, until: Callable[[Snapshot], bool]) -> Snapshot:
        """The first picture that is as it is to be."""
        descriptor = self.driver.fileno()
        assert descriptor is not None
        while True:
            select.select((descriptor,), (), ())
            for message in self.driver.poll():
                if isinstance(message, Failure):
                    raise SystemExit(f"{message.message}\n{message.details}")
                if isinstance(message, Snapshot) and until(message):
                    return message

    def ask(self, command: Focus | GoTo | Pause | SetSpeed) -> float:
        """Seconds from a command to the picture with what came of it."""
        began = time.perf_counter()
        number = self.driver.send(command)
        self.wait(lambda snapshot: snapshot.answered >= number)
        return time.perf_counter() - began


def answers(watcher: Watcher) -> list[float]:
    """Milliseconds from a command to the picture after it while it plays flat out: 50 %, 95 %."""
    chance = random.Random(1)
    watcher.wait(lambda snapshot: snapshot.now > 0.0)
    found = []
    for number in range(200):
        time.sleep(chance.uniform(0.0, 0.1))
        found.append(watcher.ask(Focus(service=SERVICES[number % len(SERVICES)])))
    found.sort()
    return [1000.0 * found[100], 1000.0 * found[190]]


def back(watcher: Watcher) -> list[float]:
    """The longest that it takes to go to any of ten times of a run that was played to its end, in s."""
    chance = random.Random(2)
    end = watcher.wait(lambda snapshot: snapshot.state == "ended").duration
    found = []
    for _ in range(10):
        goal = chance.uniform(0.0, end)
        began = time.perf_counter()
        watcher.driver.send(Pause())
        number = watcher.driver.send(GoTo(goal))
        watcher.wait(lambda seen, n=number: seen.answered >= n and seen.state == "paused")  # type: ignore[misc]
        found.append(time.perf_counter() - began)
    return [max(found)]


def idle(watcher: Watcher) -> list[float]:
    """The share of a core, in percent, that the process takes at a speed of 1."""
    watcher.wait(lambda snapshot: snapshot.now > 2.0)
    began, before = time.perf_counter(), processor_time(watcher.driver)
    watcher.wait(lambda _: time.perf_counter() - began > WATCHED)
    spent = processor_time(watcher.driver) - before
    return [100.0 * spent / (time.perf_counter() - began)]


def memory(watcher: Watcher, seconds: float = 60.0) -> list[float]:
    """MiB that it takes with all its copies: after half of the time flat out, and at its end."""
    began = time.perf_counter()
    found = []
    for share in (0.5, 1.0):
        watcher.wait(lambda _, till=share * seconds: time.perf_counter() - began > till)  # type: ignore[misc]
        found.append(sum(map(proportional, group(watcher.driver))) / MIB)
    return found


def flat(watcher: Watcher) -> list[float]:
    """MiB with all copies, and simulated seconds for each of computing, of the shop as it is bundled:
    half-way through two and a half minutes flat out, which are some hours for it, and at their end.
    """
    began = time.perf_counter()
    marks = []
    for share in (0.25, 0.5, 0.75, 1.0):
        seen = watcher.wait(lambda _, till=share * LONG: time.perf_counter() - began > till)  # type: ignore[misc]
        used = sum(map(proportional, group(watcher.driver))) / MIB
        marks.append((used, seen.now, processor_time(watcher.driver)))
    found = [marks[1][0], marks[3][0]]
    for (_, first, before), (_, last, after) in (marks[0:2], marks[2:4]):
        found.append((last - first) / (after - before))
    return found


def group(driver: ProcessDriver) -> list[Path]:
    """The processes that belong to a simulation."""
    found = []
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            try:
                if os.getpgid(int(each.name)) == driver.process.pid:
                    found.append(each)
            except ProcessLookupError:
                continue
    return found


def processor_time(driver: ProcessDriver) -> float:
    """Seconds of computing of all its processes that are alive."""
    return sum(map(ticks, group(driver))) / os.sysconf("SC_CLK_TCK")


def ticks(process: Path) -> int:
    """Computing of a process, in ticks of the system."""
    found = fields(process)
    return int(found[11]) + int(found[12])


def fields(process: Path) -> list[str]:
    """What the system tells of a process, from its state on."""
    return (process / "stat").read_text().rpartition(")")[2].split()


def proportional(process: Path) -> float:
    """The memory of a process in KiB, what it shares with others divided among them."""
    try:
        lines = (process / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((float(line.split()[1]) for line in lines if line.startswith("Pss:")), 0.0)


MEASURES: dict[str, Callable[[Watcher], list[float]]] = {
    "answers": answers, "back": back, "idle": idle, "memory": memory, "flat": flat,
}  # fmt: skip


def main() -> None:
    """Print one figure, or two."""
    what, *rest = sys.argv[1:]
    opened = busy_shop("10m" if what == "back" else "10h", 1.0 if what == "idle" else inf)
    if what == "flat":
        opened = Opening("online-store", settings=("duration=48h",), speed=inf)
    driver = ProcessDriver(opened)
    try:
        watcher = Watcher(driver)
        found = memory(watcher, *map(float, rest)) if rest else MEASURES[what](watcher)
    finally:
        driver.close()
    print(*found)


if __name__ == "__main__":
    main()
