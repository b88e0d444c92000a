"""The moments of a run at which something happened, or is known to happen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil

from simulator.live.snapshot import EventView, Snapshot
from tui.watching import Seen

TOGETHER = 0.25
"""Seconds; what happens closer together than this is one moment: one death has many consequences."""
HERE = 0.05
"""Seconds from a moment within which one is there."""


def events_of(snapshot: Snapshot, seen: Seen | None) -> tuple[EventView, ...]:
    """What has happened, and after it what was seen to happen later before somebody went back."""
    beyond = () if seen is None else seen.events
    return (*snapshot.events, *(event for event in beyond if event.time > snapshot.now))


def moments_of(snapshot: Snapshot, seen: Seen | None) -> list[float]:
    """Times in seconds, ascending, none closer to the one before than `TOGETHER`."""
    times = sorted({event.time for event in events_of(snapshot, seen)} | set(_turns(snapshot)))
    moments: list[float] = []
    for time in times:
        if not moments or time - moments[-1] >= TOGETHER:
            moments.append(time)
    # Thousandths, rounded up: what happens at a moment has happened when one is there.
    return [ceil(time * 1000.0) / 1000.0 for time in moments]


def moment_before(moments: Sequence[float], now: float) -> float | None:
    """The latest that is over, or None."""
    return next((each for each in reversed(moments) if each < now - HERE), None)


def moment_after(moments: Sequence[float], now: float) -> float | None:
    """The first that is to come, or None."""
    return next((each for each in moments if each > now + HERE), None)


def _turns(snapshot: Snapshot) -> Iterator[float]:
    """When faults begin and end."""
    for fault in snapshot.faults:
        for time in (fault.begins, fault.ends):
            if time is not None and time <= snapshot.duration:
                yield time
