"""Two simulations at the same time of their clocks: one leads, the other one follows."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import isinf

from simulator.live.commands import Answer, Command, Failure, GoTo, Inject
from simulator.live.driver import Driver
from simulator.live.snapshot import Snapshot

NEAR = 1e-9
"""Seconds; clocks that differ less show the same time."""
AHEAD = 1.0
"""Seconds of wall time by which the leader may be ahead."""
FAR = 0.05
"""The share of the run by which it may be ahead where it plays flat out."""
LEAST_AHEAD = 0.5
"""Simulated seconds that it may be ahead in any case."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done to the leader and is to be done to the follower, once the leader shows when that was."""

    command: Command
    number: int
    """Of the command, with the leader."""
    time: float | None = None


class Pair:
    """A follower that is always on its way to where the leader is.

    The follower stands still between two journeys, so that both have been at exactly the same times,
    and their pictures can be laid side by side. A leader that gets too far ahead has to wait: see
    `holds`.

    Attributes:
        driver: of the follower.
        snapshot: the follower's newest.
        shown: a picture of each, of the same time; None before there is one.
        failure: why the follower is no more, if it has failed.
        refusals: what it would not do, for people.
    """

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.snapshot: Snapshot | None = None
        self.shown: tuple[Snapshot, Snapshot] | None = None
        self.failure: Failure | None = None
        self.refusals: list[str] = []
        self._leader: Snapshot | None = None
        self._target: Snapshot | None = None
        self._asked: int | None = None
        self._doing: dict[int, Command] = {}
        self._deeds: deque[Deed] = deque()

    def lead(self, snapshot: Snapshot) -> None:
        """The leader has got this far."""
        self._leader = snapshot
        for place, deed in enumerate(self._deeds):
            if deed.time is None and snapshot.answered >= deed.number:
                self._deeds[place] = Deed(deed.command, deed.number, _when(deed, snapshot))
        self.pursue()

    def do_too(self, command: Command, number: int) -> None:
        """Do the same to the follower, when the leader did it as its command `number`.

        Each does it between two events of its own, so the two moments are a few milliseconds apart.
        """
        self._deeds.append(Deed(command, number))

    def pursue(self) -> bool:
        """Take in what the follower has to say, and send it on; whether anything has come."""
        messages = self.driver.poll() if self.failure is None else ()
        for message in messages:
            match message:
                case Snapshot():
                    self.snapshot = message
                case Answer(number, done, text):
                    command = self._doing.pop(number, None)
                    if command is not None and not done:
                        self.refusals.append(text)
                case Failure():
                    self.failure = message
                case _:
                    pass
        self._arrive()
        self._set_out()
        return bool(messages)

    def close(self) -> None:
        """End the follower; may be called again."""
        self.driver.close()

    @property
    def behind(self) -> float:
        """Simulated seconds that the follower lacks; 0 as long as it is being opened."""
        if self._leader is None or self.snapshot is None or self._leader.state == "replaying":
            return 0.0
        return max(0.0, self._leader.now - self.snapshot.now)

    @property
    def holds(self) -> bool:
        """Whether the leader is so far ahead that it should stand still for a while."""
        return self.behind > self._slack

    @property
    def close_by(self) -> bool:
        """Whether a leader that stood still for the follower may go on."""
        return self.behind <= self._slack / 4.0

    @property
    def _slack(self) -> float:
        if self._leader is None:
            return LEAST_AHEAD
        speed = self._leader.speed
        ahead = FAR * self._leader.duration if isinf(speed) else AHEAD * speed
        return max(LEAST_AHEAD, ahead)

    def _arrive(self) -> None:
        """If the follower is where it was sent, lay the two pictures side by side."""
        found, target = self.snapshot, self._target
        if found is None or self._asked is None or found.answered < self._asked:
            return
        if found.state == "replaying":
            return
        self._asked = None
        if target is not None and (abs(found.now - target.now) <= NEAR or _over(found)):
            self.shown = (target, found)
        self._target = None

    def _set_out(self) -> None:
        leader, follower = self._leader, self.snapshot
        if leader is None or follower is None or self.failure or self._asked is not None:
            return
        if self._deeds:
            self._do_next(follower)
            return
        if leader.state == "replaying":
            return
        if abs(leader.now - follower.now) <= NEAR:
            self.shown = (leader, follower)
        elif not (_over(follower) and leader.now > follower.now):
            self._target = leader
            self._asked = self.driver.send(GoTo(leader.now))
        elif self.shown is None or self.shown[0] is not leader:
            self.shown = (leader, follower)

    def _do_next(self, follower: Snapshot) -> None:
        """Do what was done to the leader, once the follower is at its time."""
        deed = self._deeds[0]
        if deed.time is None:
            return
        if abs(deed.time - follower.now) > NEAR and not _over(follower):
            self._asked = self.driver.send(GoTo(deed.time))
            return
        self._deeds.popleft()
        self._asked = self.driver.send(deed.command)
        self._doing[self._asked] = deed.command


def _over(snapshot: Snapshot) -> bool:
    return snapshot.state in ("ended", "stopped")


def _when(deed: Deed, snapshot: Snapshot) -> float:
    """The time at which the leader did it."""
    mine = [fault.begins for fault in snapshot.faults if fault.mine and fault.begins is not None]
    begun = [time for time in mine if time <= snapshot.now]
    if isinstance(deed.command, Inject) and begun:
        return max(begun)
    return snapshot.now
