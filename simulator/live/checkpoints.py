"""The way back by copies of the process, asleep at moments of the past."""

from __future__ import annotations

import ctypes
import gc
import os
import pickle
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from time import process_time
from typing import Protocol

from simulator.experiment.result import Result
from simulator.live.bed import UP, Bed, dismiss, wake
from simulator.live.branch import Mark
from simulator.live.errand import result_of_a_copy
from simulator.live.past import Past, Traveller
from simulator.live.session import Session

SPACING = 0.4
"""Seconds of computing between two copies, at least."""
WIDEST = 2.0
"""The same at most, as long as there are not too many: no way back is much longer than that."""
MOST, FEWEST = 20, 4
"""Copies at once, where there is memory for them, and where there is little.

Twenty do for a run of half a minute of computing, such as ten minutes of ten services at 2,000
requests/s, to be less than two seconds apart; each of them comes to have some 55 MiB for itself there.
"""
SHARE = 1 / 3
"""Of the memory of the machine, for copies, if they came to share nothing: they share most."""
LOOKS = 6
"""How often in that time it is looked whether a copy is due."""


@dataclass(frozen=True, slots=True)
class Sleeper:
    """A copy of the process, asleep in a world of the past.

    `spent` is the seconds of computing that led to it.
    """

    number: int
    mark: Mark
    spent: float


@dataclass(frozen=True, slots=True)
class Register:
    """All who sleep, as whoever is awake knows them."""

    sleepers: tuple[Sleeper, ...]
    numbers: int
    spacing: float


class Office(Protocol):
    """What has the connection to whoever watches, and can hand it over."""

    @property
    def connection(self) -> int:
        """The descriptor of the connection."""

    def pack(self) -> bytes:
        """All that another process needs in order to go on."""

    def take_over(self, connection: int, packed: bytes) -> None:
        """Go on from where another process was."""

    def let_go(self) -> None:
        """Have no part in the connection any more."""


class Checkpoints(Past):
    """Copies of the process, each asleep at a moment of the past.

    Nothing can copy a world while it runs: it is full of generators, and of events that know each
    other. But `fork` copies the whole process, and shares with the copy all that neither changes. So
    every so often a copy is left behind, which sleeps at a socket in `folder`. To go back, the process
    that runs wakes the copy that is nearest before the time wanted, hands it the connection to whoever
    watches and all that has been done since, and lies down itself, or ends. The copy wakes as two, of
    which one sleeps on, and so every copy is good for any number of journeys.

    Copies are as far apart as `spacing` seconds of computing, or farther where the run is known to be
    long. When there are too many, every gap may become twice as long. All of them end when nobody
    holds the other end of the pipe `lifeline`.
    """

    def __init__(self, folder: Path, lifeline: int) -> None:
        self.folder = folder
        self.lifeline = lifeline
        self.office: Office
        self.sleepers: list[Sleeper] = []
        self.numbers = 0
        self.spacing = SPACING
        self.most = MOST
        self._begin(0.0)

    def _begin(self, spent: float) -> None:
        """Count from here, in a world that so many seconds of computing have led to."""
        self.spent_before = spent
        self.since = process_time()
        self.due = spent

    @property
    def spent(self) -> float:
        """Seconds of computing that led to this world."""
        return self.spent_before + process_time() - self.since

    # Leaving copies behind.

    def keep(self, player: Traveller) -> None:
        if self.spent >= self.due and self._wanted(player.session):
            self._leave_copy(player.session)

    def _wanted(self, session: Session) -> bool:
        """Whether it is far enough from here to the last copy, and there is none further on."""
        chain = self._chain(session)
        last = chain[-1] if chain else None
        spacing = max(self.spacing, self._even(session))
        far = last is None or self.spent - last.spent >= spacing
        self.due = self.spent + (spacing if far else spacing / LOOKS)
        return far and (last is None or last.mark.time < session.now)

    def _even(self, session: Session) -> float:
        """The spacing with which there would be as many copies as there may be at the run's end.

        To begin with it is a guess, and it is none where that end is far away.
        """
        rest = session.duration / session.now if session.now > 0.0 else 1.0
        return min(self.spent * rest / self.most, WIDEST)

    def _chain(self, session: Session) -> list[Sleeper]:
        """The copies in the past and the future of the current branch, in the order of time."""
        found = [each for each in self.sleepers if session.suits(each.mark, inf)]
        return sorted(found, key=lambda each: each.mark.time)

    def _leave_copy(self, session: Session) -> bool:
        """Go on as two, of which one sleeps here; returns whether that one has been woken."""
        bed = self._bed(session)
        if bed is None:
            return False
        _give_back()
        gc.freeze()
        try:
            copy = os.fork()
        except OSError:
            # There is no room for another: those that are there have to do.
            bed.remove()
            self.sleepers.pop()
            return False
        if copy:
            bed.leave()
            return False
        self._sleep(bed)
        return True

    def _bed(self, session: Session) -> Bed | None:
        """A place to sleep at, the last of the register; None if there can be none."""
        self.most = most_copies()
        if len(self.sleepers) >= self.most:
            self._thin(session)
        sleeper = Sleeper(self.numbers + 1, session.mark(), self.spent)
        try:
            bed = Bed(self._path(sleeper))
        except OSError:
            return None
        self.numbers += 1
        self.sleepers.append(sleeper)
        return bed

    def _path(self, sleeper: Sleeper) -> Path:
        return self.folder / str(sleeper.number)

    def _thin(self, session: Session) -> None:
        """Let one copy go: the one that is missed least, of other branches if they have many."""
        chain = self._chain(session)
        others = [each for each in self.sleepers if each not in chain]
        if len(others) > self.most // 2 or len(chain) < 3:
            victim, _ = least_missed(sorted(others, key=lambda each: each.spent))
        else:
            victim, gap = least_missed(chain)
            self.spacing = max(self.spacing, gap)
        self.sleepers.remove(victim)
        dismiss(self._path(victim))

    # Going back.

    def go_back(self, player: Traveller, time: float) -> None:
        session = player.session
        here = session.mark()
        stay = session.suits(here, time)
        before = [
            each
            for each in reversed(self._chain(session))
            if each.mark.time <= time and not (stay and each.mark.time <= here.time)
        ]
        if before and self._change_places(session, before):
            return
        if stay:
            return
        if self._worth_keeping(here) and self._leave_copy(session):
            return
        player.start_over()
        self._begin(0.0)

    def _worth_keeping(self, mark: Mark) -> bool:
        """Whether nobody sleeps further on in the same world."""
        return not any(
            each.mark.structural == mark.structural
            and each.mark.applied == mark.applied
            and each.mark.time >= mark.time
            for each in self.sleepers
        )

    def _change_places(self, session: Session, before: Sequence[Sleeper]) -> bool:
        """Wake the first of some who can be woken, and sleep; returns, with True, when woken again.

        Who is of no use to anybody ends. Returns False if nobody could be woken.
        """
        bed = self._bed(session) if self._worth_keeping(session.mark()) else None
        for sleeper in before:
            if sleeper not in self.sleepers:
                continue
            packed = pickle.dumps((self.office.pack(), self._register()))
            if wake(self._path(sleeper), packed, self.office.connection):
                if bed is None:
                    os._exit(0)
                _give_back()
                self._sleep(bed)
                return True
            # It has died, or been killed: the one before it will do.
            self.sleepers.remove(sleeper)
        if bed is not None:
            bed.remove()
            self.sleepers.pop()
        return False

    def _register(self) -> Register:
        return Register(tuple(self.sleepers), self.numbers, self.spacing)

    def _sleep(self, bed: Bed) -> None:
        """Sleep here; returns in a process that goes on where another was."""
        self.office.let_go()
        spent, number = self.spent, int(bed.path.name)
        while True:
            caller, packed, connection = bed.sleep(self.lifeline)
            try:
                copy = os.fork()
            except OSError:
                # No room for one that sleeps on: then nobody does.
                copy = -1
            if copy <= 0:
                break
            caller.close()
            os.close(connection)
        with caller:
            caller.sendall(UP)
        papers, register = pickle.loads(packed)
        self.sleepers, self.numbers = list(register.sleepers), register.numbers
        self.spacing = register.spacing
        if copy == 0:
            bed.leave()
        else:
            bed.remove()
            self.sleepers = [each for each in self.sleepers if each.number != number]
        self._begin(spent)
        self.office.take_over(connection, papers)

    # Beside the way.

    def result(self, player: Traveller) -> Result:
        return result_of_a_copy(player.session.run)


def most_copies() -> int:
    """How many copies of this process there may be at once on this machine."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min(MOST, max(FEWEST, int(memory * SHARE / most_memory())))


def most_memory() -> int:
    """Bytes that this process has had at most, at once."""
    # Windows has no such module, and no copies.
    from resource import RUSAGE_SELF, getrusage

    most = getrusage(RUSAGE_SELF).ru_maxrss
    return max(most if sys.platform == "darwin" else most * 1024, 1)


def _give_back() -> None:
    """Give memory that is free in this process back to the system, where the C library can.

    Who plays on will soon write over it, and each such page would then be there twice.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def least_missed(row: Sequence[Sleeper]) -> tuple[Sleeper, float]:
    """The one, not at an end, whose neighbours are nearest, and how far they are from each other."""
    gaps = [
        (after.spent - before.spent, number)
        for number, (before, after) in enumerate(zip(row, row[2:], strict=False), 1)
    ]
    gap, number = min(gaps)
    return row[number], gap
