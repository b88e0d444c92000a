"""Which moments of the past are kept, and how those who sleep there are woken."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator
from itertools import pairwise
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from shop import opening

from simulator.live import checkpoints
from simulator.live.bed import LENGTH, QUIT, UP, WAKE, Bed, dismiss, wake
from simulator.live.branch import Mark
from simulator.live.checkpoints import (
    FEWEST,
    MOST,
    Checkpoints,
    Sleeper,
    least_missed,
    most_copies,
)
from simulator.live.session import Session

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no copies of processes here")


@pytest.fixture
def folder() -> Iterator[Path]:
    # The path of a socket must be short, which that of a test's own folder is not.
    with TemporaryDirectory(prefix="aftershock-") as name:
        yield Path(name)


class Computing:
    """Seconds of computing, as a test will have it."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


class Played(Session):
    """A session of which nothing is played but the time."""

    time = 0.0

    @property
    def now(self) -> float:
        return self.time

    def mark(self) -> Mark:
        return Mark((), (), self.time)


class Player:
    """Who asks for moments to be kept."""

    def __init__(self) -> None:
        self.opening = opening()
        self.session = Played(self.opening)
        self.started_over = 0

    def start_over(self) -> None:
        self.started_over += 1


@pytest.fixture
def computing(monkeypatch: pytest.MonkeyPatch) -> Computing:
    clock = Computing()
    monkeypatch.setattr(checkpoints, "process_time", clock)
    # Nobody is left behind: who is on the register is what is looked at.
    monkeypatch.setattr(os, "fork", lambda: 4711)
    return clock


def play(kept: Checkpoints, player: Player, clock: Computing, till: float, pace: float) -> None:
    """Play on, in slices of ten milliseconds of computing, so many simulated seconds for each second."""
    while player.session.time < till:
        kept.keep(player)
        clock.time += 0.01
        player.session.time += 0.01 * pace


def test_the_very_start_is_kept_and_then_a_moment_every_so_often(
    folder: Path, computing: Computing
) -> None:
    kept, player = Checkpoints(folder, -1), Player()
    play(kept, player, computing, till=10.0, pace=5.0)
    times = [each.mark.time for each in kept.sleepers]
    assert times == pytest.approx([0.0, 2.0, 4.0, 6.0, 8.0], abs=0.3)
    assert times[0] == 0.0


def test_there_are_never_too_many_and_no_gap_is_much_longer_than_the_others(
    folder: Path, computing: Computing
) -> None:
    kept, player = Checkpoints(folder, -1), Player()
    for till in (100.0, 250.0, 400.0, 1000.0):
        play(kept, player, computing, till=till, pace=5.0)
        assert len(kept.sleepers) <= kept.most
        spent = [each.spent for each in kept.sleepers] + [kept.spent]
        gaps = [after - before for before, after in pairwise(spent)]
        assert max(gaps) < 2.2 * kept.spent / kept.most + 0.4
    assert kept.sleepers[0].mark.time == 0.0, "the very start is never let go"


@pytest.mark.parametrize(
    ("gibibytes", "mebibytes", "most"),
    [(1, 256, FEWEST), (8, 256, 10), (64, 256, MOST), (64, 2048, 10)],
)
def test_a_small_machine_has_fewer_and_so_has_a_large_world(
    gibibytes: int, mebibytes: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "most_memory", lambda: mebibytes * 2**20)
    pages = {"SC_PHYS_PAGES": gibibytes * 2**18, "SC_PAGE_SIZE": 4096}
    monkeypatch.setattr(os, "sysconf", pages.__getitem__)
    assert most_copies() == most


def test_what_is_played_again_is_not_kept_twice(folder: Path, computing: Computing) -> None:
    kept, player = Checkpoints(folder, -1), Player()
    play(kept, player, computing, till=10.0, pace=5.0)
    before = list(kept.sleepers)
    player.session.time = 2.0
    play(kept, player, computing, till=8.0, pace=5.0)
    assert kept.sleepers == before
    play(kept, player, computing, till=12.0, pace=5.0)
    assert len(kept.sleepers) > len(before)


def test_where_nobody_sleeps_who_could_be_woken_it_starts_over(
    folder: Path, computing: Computing
) -> None:
    kept, player = Checkpoints(folder, -1), Player()
    kept.office = Office()
    play(kept, player, computing, till=10.0, pace=5.0)
    # Forked they were not, so nobody is there; the sockets are closed.
    kept.go_back(player, 5.0)
    assert player.started_over == 1
    assert [each.mark.time for each in kept.sleepers if each.mark.time <= 5.0] == []


class Office:
    """A connection that nobody needs."""

    connection = 0

    def pack(self) -> bytes:
        return b"all that was done"

    def take_over(self, connection: int, packed: bytes) -> None:
        raise AssertionError("nobody has woken")

    def let_go(self) -> None:
        raise AssertionError("nobody may lie down whom nobody relieves")


def test_missed_least_is_who_has_the_nearest_neighbours() -> None:
    row = [
        Sleeper(n, Mark((), (), spent), spent) for n, spent in enumerate((0.0, 4.0, 5.0, 7.0, 20.0))
    ]
    assert least_missed(row) == (row[2], 3.0)


def test_who_sleeps_is_handed_what_there_is(folder: Path) -> None:
    bed = Bed(folder / "1")
    alive, lifeline = os.pipe()
    packed = os.urandom(3_000_000)
    ours, theirs = socket.socketpair()
    woken: list[bool] = []
    thread = threading.Thread(
        target=lambda: woken.append(wake(folder / "1", packed, theirs.fileno()))
    )
    thread.start()
    caller, found, connection = bed.sleep(alive)
    caller.sendall(UP)
    thread.join()
    assert woken == [True]
    assert found == packed
    with socket.socket(fileno=connection) as handed:
        handed.sendall(b"here")
        assert ours.recv(4) == b"here"
    caller.close()
    bed.remove()
    assert not wake(folder / "1", packed, theirs.fileno()), "nobody sleeps there any more"
    for each in (ours, theirs):
        each.close()
    os.close(alive)
    os.close(lifeline)


def test_who_dies_while_handing_over_leaves_no_connection_behind(folder: Path) -> None:
    """Held by one that sleeps on, it would never seem closed to whoever watches."""
    bed = Bed(folder / "1")
    alive, lifeline = os.pipe()
    slept: list[bytes] = []

    def sleep() -> None:
        caller, packed, connection = bed.sleep(alive)
        slept.append(packed)
        caller.sendall(UP)
        caller.close()
        os.close(connection)

    thread = threading.Thread(target=sleep)
    thread.start()
    ours, theirs = socket.socketpair()
    with socket.socket(socket.AF_UNIX) as dying, theirs:
        dying.connect(str(folder / "1"))
        socket.send_fds(dying, [WAKE], [theirs.fileno()])
        dying.sendall((1000).to_bytes(LENGTH) + b"cut short")
    ours.settimeout(5.0)
    assert ours.recv(1) == b""
    with ours:
        assert wake(folder / "1", b"whole", ours.fileno())
    thread.join()
    assert slept == [b"whole"]
    bed.remove()
    os.close(alive)
    os.close(lifeline)


@pytest.mark.parametrize("how", ["told", "nobody watches"])
def test_who_sleeps_ends_when_told_and_when_nobody_watches(folder: Path, how: str) -> None:
    bed = Bed(folder / "1")
    alive, lifeline = os.pipe()
    copy = os.fork()
    if copy == 0:
        # Whatever happens, no test goes on in here.
        try:
            signal.alarm(10)
            os.close(lifeline)
            bed.sleep(alive)
        finally:
            os._exit(1)
    os.close(alive)
    if how == "told":
        dismiss(folder / "1")
    os.close(lifeline)
    bed.leave()
    assert os.waitpid(copy, 0)[1] == 0
    assert QUIT != UP


def test_time_is_never_kept_that_lies_ahead() -> None:
    session = Session(opening())
    assert session.suits(Mark((), (), 5.0), inf)
    assert not session.suits(Mark((), (), 5.0), 4.0)
