"""What happened in a run that is worth telling, with its time."""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

MOST: Final = 10_000
"""Entries that are kept; of later ones only the number is, but for the last."""
LAST: Final = 300
"""The last entries that are kept, however many came before."""


class Entry(NamedTuple):
    """Something that happened at `time` (seconds) to `subject`."""

    time: float
    kind: str
    subject: str
    detail: str


class EventLog:
    """Faults, deaths, breakers, ejections: the rare events by which a run is told as a story.

    Nothing that happens for every request belongs here. A breaker that flaps for an hour does not
    fill the memory: the log keeps the first entries, and counts the rest.

    Attributes:
        entries: in the order of time.
        dropped: how many there were beyond those kept.
        last: the last ones, in the order of time, be they among `entries` or not.
    """

    __slots__ = ("dropped", "entries", "last")

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.dropped = 0
        self.last: deque[Entry] = deque(maxlen=LAST)

    def note(self, time: float, kind: str, subject: str, detail: str = "") -> None:
        """Something happened."""
        entry = Entry(time, kind, subject, detail)
        self.last.append(entry)
        if len(self.entries) < MOST:
            self.entries.append(entry)
        else:
            self.dropped += 1

    def kept(self) -> list[Entry]:
        """All entries that there still are, in the order of time."""
        beyond = min(self.dropped, len(self.last))
        return self.entries + list(self.last)[len(self.last) - beyond :]


class Reporter:
    """Tells the log what becomes of one thing that changes its state; `subject` names it."""

    __slots__ = ("kind", "log", "subject")

    def __init__(self, log: EventLog, kind: str, subject: str) -> None:
        self.log = log
        self.kind = kind
        self.subject = subject

    def changed(self, time: float, state: str) -> None:
        """It is in another state from now on."""
        self.log.note(time, self.kind, self.subject, state)
