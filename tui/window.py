"""The last bit of a run, for charts that show what goes on rather than all that was."""

from __future__ import annotations

from simulator.live.snapshot import Snapshot

SHORTEST = 60.0
"""Seconds."""
BINS = 100
"""Of a history, at least, so that a line has some points."""


def window(snapshot: Snapshot) -> tuple[float, float]:
    """From when to when, in seconds: the last minute, or more where bins are wide."""
    length = max(SHORTEST, BINS * snapshot.history.width)
    return max(0.0, snapshot.now - length), max(snapshot.now, min(length, snapshot.duration))
