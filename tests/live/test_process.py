"""The simulation in a process of its own: the same pictures, the same answers, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from math import inf
from pathlib import Path

import pytest
from shop import LATENCY, LIMIT, SHOP, Watcher, assert_same, opening

from simulator.experiment.run import simulate
from simulator.live.commands import (
    Answer,
    Command,
    End,
    Export,
    Failure,
    Focus,
    GoTo,
    Inject,
    Pause,
    Resume,
    Scale,
    SetSpeed,
    Step,
    SwitchBranch,
    UndoAll,
    Write,
)
from simulator.live.driver import Driver, Results
from simulator.live.letters import Kept
from simulator.live.process import ProcessDriver
from simulator.live.snapshot import Snapshot
from simulator.live.stepped import SteppedDriver
from simulator.scenario import parse

Opened = Callable[..., ProcessDriver]
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="no copies of processes here")
groups = pytest.mark.skipif(sys.platform == "win32", reason="groups of processes, and signals")
HARM = {"latency": {"service": "web", "add": "80ms"}, "for": "3s"}


@pytest.fixture
def opened() -> Iterator[Opened]:
    """Opens the shop in a process, and closes it in the end."""
    drivers: list[ProcessDriver] = []

    def open_(**more: object) -> ProcessDriver:
        drivers.append(ProcessDriver(opening(**more)))
        return drivers[-1]

    yield open_
    for driver in drivers:
        driver.close()


@pytest.mark.parametrize("copies", [pytest.param(True, marks=needs_fork), False])
def test_what_comes_back_is_what_was(
    opened: Opened, copies: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Away and back any number of times, across what was done: as if one had never left.

    By copies of the process that sleep, and by playing again where there are none.
    """
    monkeypatch.setenv("AFTERSHOCK_LIVE_FORK", str(int(copies)))
    watcher, stayed = Watcher(opened()), Watcher(SteppedDriver(opening()))
    pictures: dict[float, Snapshot] = {}
    deeds: tuple[Command, ...] = (
        GoTo(3.25), GoTo(6.0), Inject(LATENCY), GoTo(9.0), GoTo(12.0), End("latency-1"), GoTo(15.5),
        GoTo(20.0),
    )  # fmt: skip
    for deed in deeds:
        watcher.go(deed)
        picture = stayed.go(deed)
        pictures[picture.now] = picture
    for time_ in (9.0, 15.5, 3.25, 20.0, 6.0, 9.0):
        assert_same(watcher.go(GoTo(time_)), pictures[time_])
    assert sleepers(watcher.driver) == copies

    # Otherwise from here on, what cannot be worked into a world that runs, and the first branch again.
    others: tuple[Command, ...] = (
        Inject(HARM), GoTo(13.0), GoTo(10.0), UndoAll(), GoTo(12.0), Scale("stock", 5), Step(2.0),
        SwitchBranch(1), SwitchBranch(2), GoTo(2.0), GoTo(20.0),
    )  # fmt: skip
    for deed in (GoTo(9.0), *others):
        found, wanted = watcher.go(deed), stayed.go(deed)
        found = watcher.wait(lambda snapshot: snapshot.state in ("paused", "ended"))
        assert_same(found, wanted)
        assert found.faults == wanted.faults
        assert found.branches == wanted.branches
    assert len(found.branches) > 2
    written = watcher.ask(Write(None)).payload
    assert found.digest == simulate(parse(written).scenario).digest


def test_it_plays_flat_out_and_answers_meanwhile(opened: Opened) -> None:
    watcher = Watcher(opened(paused=False, speed=inf, text=SHOP.replace("20s", "1000h")))
    first = watcher.wait(lambda snapshot: snapshot.now > 0.0)
    assert watcher.ask(Focus(service="stock")).done
    seen = watcher.wait(lambda snapshot: snapshot.service is not None)
    assert seen.now > first.now
    answer = watcher.ask(Export("folder"))
    results = [each for each in watcher.messages if isinstance(each, Results)]
    assert [each.number for each in results] == [answer.number]
    assert results[0].result.verdict == "incomplete"
    watcher.ask(SetSpeed(1.0))
    watcher.ask(Pause())
    still = watcher.wait(lambda snapshot: snapshot.state == "paused")
    time.sleep(0.3)
    watcher.look()
    assert watcher.snapshot is still, "what stands still needs no further pictures"

    # Who is busy with something else does not stop it, and is not flooded.
    before = len(watcher.messages)
    watcher.driver.send(SetSpeed(inf))
    watcher.driver.send(Resume())
    time.sleep(1.0)
    watcher.look()
    pictures = [each for each in watcher.messages[before:] if isinstance(each, Snapshot)]
    assert len(pictures) <= 2
    later = watcher.wait(lambda snapshot: snapshot.now > still.now)
    watcher.wait(lambda snapshot: snapshot.now > later.now)


def test_a_scenario_that_is_none_is_told(opened: Opened) -> None:
    driver = opened(text=SHOP.replace("40/s", "many"))
    failure = failure_of(driver)
    assert "expected a rate such as `200/s` or `30/m`, found `many`" in failure.message
    assert failure.replay == ""


@pytest.mark.parametrize("keeps", [True, False])
def test_a_failure_inside_is_told_with_a_scenario_that_plays_to_it(
    keeps: bool, opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    states(tmp_path, monkeypatch)
    # In the process the camera is broken.
    (tmp_path / "sitecustomize.py").write_text(
        "import simulator.live.camera as c\n"
        "def broken(*_): raise ZeroDivisionError('nothing to divide by')\n"
        "c.Camera.picture = broken\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *sys.path]))
    driver = opened(keeps=keeps)
    failure = failure_of(driver)
    assert failure.message == "ZeroDivisionError: nothing to divide by"
    assert "in broken" in failure.details
    left = [each.read_text("utf-8") for each in tmp_path.rglob("*.yaml")]
    if keeps:
        assert left == [Path(failure.replay).read_text("utf-8")]
        assert "scenario: shop" in left[0]
    else:
        assert (failure.replay, left) == ("", [])
    assert driver.poll() == (), "after a failure nothing more comes"


@groups
@pytest.mark.parametrize("keeps", [True, False])
def test_a_process_that_is_killed_is_told_with_what_was_done(
    keeps: bool, opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    states(tmp_path, monkeypatch)
    driver = opened(keeps=keeps)
    watcher = Watcher(driver)
    watcher.go(GoTo(3.0))
    watcher.ask(Inject(LATENCY))
    watcher.go(GoTo(1.0))
    os.killpg(driver.process.pid, signal.SIGKILL)
    failure = failure_of(driver)
    assert "killed" in failure.message
    if keeps:
        assert "latency-1" in Path(failure.replay).read_text("utf-8")
    else:
        assert (failure.replay, list(tmp_path.rglob("*.yaml"))) == ("", [])


def test_what_was_done_is_seen_before_it_is_kept(opened: Opened) -> None:
    """To write the scenario takes longer than the picture."""
    driver = opened()
    Watcher(driver).go(GoTo(3.0))
    number = driver.send(Inject(LATENCY))
    end = time.monotonic() + LIMIT
    came: list[object] = []
    while not any(isinstance(each, Kept) for each in came) and time.monotonic() < end:
        came += driver.wire.receive()
        time.sleep(0.005)
    answer, picture, kept = came
    assert isinstance(answer, Answer)
    assert isinstance(picture, Snapshot)
    assert picture.answered == number
    assert isinstance(kept, Kept)
    assert "latency-1" in kept.scenario


@groups
def test_copies_that_are_killed_are_not_needed(opened: Opened) -> None:
    """The system may kill any of them when memory is short."""
    driver = opened()
    watcher = Watcher(driver)
    watcher.go(GoTo(20.0))
    watcher.go(GoTo(8.0))
    awake = watcher.wait(lambda snapshot: snapshot.state == "paused")
    asleep = members(driver.process.pid)
    # Which of them is awake nobody outside can tell: all others die that have slept for longer.
    for process in asleep[:-1]:
        os.kill(process, signal.SIGKILL)
    found = watcher.go(GoTo(2.0))
    assert found.now == 2.0
    assert watcher.go(GoTo(8.0)).figures == awake.figures


@groups
def test_nothing_of_it_stays_when_whoever_watches_is_killed() -> None:
    program = (
        "import sys; sys.path[:] = {!r}\n"
        "from simulator.live.commands import GoTo\n"
        "from simulator.live.process import ProcessDriver\n"
        "from shop import Watcher, opening\n"
        "driver = ProcessDriver(opening())\n"
        "watcher = Watcher(driver)\n"
        "for time_ in (20.0, 3.0, 10.0): watcher.go(GoTo(time_))\n"
        "print(driver.process.pid, driver.folder, flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program.format(sys.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as watching:
        assert watching.stdout is not None
        group, folder = watching.stdout.readline().split()
        assert members(int(group))
        assert Path(folder).is_dir()
        watching.kill()
    limit = time.monotonic() + LIMIT
    while (members(int(group)) or Path(folder).exists()) and time.monotonic() < limit:
        time.sleep(0.02)
    assert members(int(group)) == []
    assert not Path(folder).exists()


def test_closing_may_be_repeated_and_ends_what_is_under_way() -> None:
    driver = ProcessDriver(opening(paused=False, speed=inf, text=SHOP.replace("20s", "10h")))
    driver.close()
    driver.close()
    assert driver.process.returncode is not None
    assert not driver.folder.exists()
    assert driver.poll() == ()
    assert driver.fileno() is None
    assert driver.send(Pause()) == 1, "who asks too late gets no answer, and no error"


def states(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have what is left of failures lie in a folder."""
    for name in ("XDG_STATE_HOME", "HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(folder))


def sleepers(driver: Driver) -> bool:
    """Whether there is more than one process."""
    assert isinstance(driver, ProcessDriver)
    return len(members(driver.process.pid)) > 1


def failure_of(driver: ProcessDriver) -> Failure:
    """The failure that a driver tells of, before anything else goes wrong."""
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        for message in driver.poll():
            if isinstance(message, Failure):
                return message
            assert isinstance(message, (Snapshot, Answer))
        time.sleep(0.01)
    raise AssertionError("no failure was told")


def members(group: int) -> list[int]:
    """The processes of a group that are alive."""
    found = subprocess.run(
        ["ps", "-A", "-o", "pid=,pgid=,stat="], capture_output=True, text=True, check=True
    )
    rows = [line.split() for line in found.stdout.splitlines()]
    return [int(pid) for pid, its, state in rows if int(its) == group and state[0] != "Z"]
